"""What the short names of a case mean: the engine's input for each stem, by asset class.

A stem is the words of a key without its unit, synonyms made one (`TOKENS`). Where several inputs
share a stem the unit, the class and the option of the case tell them apart (`case_inputs.py`).
"""

from types import MappingProxyType
from typing import Final

from carbontrader_mcp.domain.pcaf.options import AssetClass

ASSET_CLASSES: Final = MappingProxyType(
    {
        **{name.value: name for name in AssetClass},
        "equity": AssetClass.LISTED_EQUITY,
        "listed_equities": AssetClass.LISTED_EQUITY,
        "portfolio": AssetClass.LISTED_EQUITY,
        "corporate_bond": AssetClass.CORPORATE_BONDS,
        "bond": AssetClass.CORPORATE_BONDS,
        "bonds": AssetClass.CORPORATE_BONDS,
        "business_loan": AssetClass.BUSINESS_LOANS,
        "loan": AssetClass.BUSINESS_LOANS,
        "private_equity": AssetClass.UNLISTED_EQUITY,
        "project": AssetClass.PROJECT_FINANCE,
        "cre": AssetClass.COMMERCIAL_REAL_ESTATE,
        "mortgage": AssetClass.MORTGAGES,
        "motor_vehicle": AssetClass.MOTOR_VEHICLE_LOANS,
        "motor_vehicles": AssetClass.MOTOR_VEHICLE_LOANS,
        "motor_vehicle_loan": AssetClass.MOTOR_VEHICLE_LOANS,
        "vehicle_loan": AssetClass.MOTOR_VEHICLE_LOANS,
        "vehicle_loans": AssetClass.MOTOR_VEHICLE_LOANS,
        "uop": AssetClass.USE_OF_PROCEEDS,
        "use_of_proceeds_structure": AssetClass.USE_OF_PROCEEDS,
        "securitisation": AssetClass.SECURITISATIONS,
        "securitization": AssetClass.SECURITISATIONS,
        "securitizations": AssetClass.SECURITISATIONS,
        "structured_product": AssetClass.SECURITISATIONS,
        "sovereign": AssetClass.SOVEREIGN_DEBT,
        "sovereign_bond": AssetClass.SOVEREIGN_DEBT,
        "sub_sovereign": AssetClass.SUB_SOVEREIGN_DEBT,
        "subsovereign_debt": AssetClass.SUB_SOVEREIGN_DEBT,
        "facilitated": AssetClass.FACILITATED_ISSUANCE,
        "facilitated_emissions": AssetClass.FACILITATED_ISSUANCE,
        "insurance_commercial_lines": AssetClass.INSURANCE_COMMERCIAL,
        "commercial_lines": AssetClass.INSURANCE_COMMERCIAL,
        "insurance_personal_motor": AssetClass.INSURANCE_MOTOR,
        "personal_motor": AssetClass.INSURANCE_MOTOR,
        "project_insurance": AssetClass.INSURANCE_PROJECT,
        "treaty_reinsurance": AssetClass.INSURANCE_TREATY,
        "insurance_reinsurance": AssetClass.INSURANCE_TREATY,
    }
)
"""A portfolio of figures belongs to no class; companies stand for it."""

NO_EFFECT: Final = frozenset(
    (
        *("cash", "cash_usd", "cash_and_equivalents", "accrued_interest", "interest_accrued"),
        *("name", "company", "company_name", "borrower", "issuer", "counterparty", "c", "lei"),
        *("sector", "industry", "naics", "sic", "isic", "country", "country_name", "region_name"),
        *("currency", "description", "comment", "note", "title", "source", "reason", "basis"),
        *("year", "reporting_year", "fiscal_year", "emissions_year", "financial_year", "date"),
        *("structure", "structure_type", "deal_type", "tranche_name", "seniority", "product"),
        *("line_of_business", "lob", "policy_type", "product_name", "role", "asset_name"),
        *("building_type", "property_type", "vehicle", "vehicle_type", "make", "model"),
        *("fuel_type", "instrument_name", "control_approach", "provider", "method", "edition"),
        *("net_income", "ebitda", "rating", "refinanced", "modified", "location", "market"),
        *("unit", "unit_of_production", "uses"),
    )
)
"""Keys that change no figure: labels, and what the standard leaves out (cash, accrued interest)."""

TOKENS: Final = MappingProxyType(
    {
        **dict.fromkeys(("elec", "electric", "electrical", "kwh"), "electricity"),
        **dict.fromkeys(
            (
                "gas",
                "natgas",
                "natural",
                "diesel",
                "petrol",
                "gasoline",
                "oil",
                "heating",
                "heat",
                "fuels",
                "coal",
            ),
            "fuel",
        ),
        **dict.fromkeys(("ef", "factor", "factors", "efs", "coefficient", "intensity"), "factor"),
        **dict.fromkeys(("emission", "emissions", "ghg", "ghgs", "footprint", "co2"), "emissions"),
        **dict.fromkeys(("s1", "sc1", "scope1emissions"), "scope1"),
        **dict.fromkeys(("s2", "sc2"), "scope2"),
        **dict.fromkeys(("s3", "sc3", "s3up", "s3upstream"), "scope3"),
        **dict.fromkeys(("s12", "scope12", "s1s2", "scope1and2"), "scope12"),
        **dict.fromkeys(("minorities", "nci", "noncontrolling"), "minority"),
        **dict.fromkeys(("mcap", "marketcap", "capitalisation", "capitalization"), "cap"),
        **dict.fromkeys(("originated", "origin", "original", "avo"), "origination"),
        **dict.fromkeys(("borrowings", "debts", "liabilities"), "debt"),
        **dict.fromkeys(("sales", "revenues"), "revenue"),
        **dict.fromkeys(("annually", "yearly", "average", "avg", "mean"), ""),
        **dict.fromkeys(
            ("of", "the", "at", "in", "and", "for", "used", "use", "consumption", "on", "by"), ""
        ),
        **dict.fromkeys(
            ("consumed", "metered", "actual", "book", "amount", "reported", "financed"), ""
        ),
        **dict.fromkeys(("local", "regional", "own", "tco2e", "annual", "upstream"), ""),
        **dict.fromkeys(("excl", "excluding", "ex", "without"), "excl"),
        **dict.fromkeys(("incl", "including", "with"), "incl"),
        **dict.fromkeys(("outstandings", "exposure", "coa", "drawn"), "outstanding"),
        **dict.fromkeys(("origination", "inception"), "origination"),
        **dict.fromkeys(("total", "whole", "overall"), ""),
        **dict.fromkeys(("holding", "holdings"), "held"),
        **dict.fromkeys(("property", "building", "home", "per", "exp", "after"), ""),
        "national": "country",
        **dict.fromkeys(("vkt", "odometer"), "distance"),
        **dict.fromkeys(("distance", "mileage", "driven"), "distance"),
        **dict.fromkeys(("labelled", "epc", "certificate", "label"), "label"),
        **dict.fromkeys(
            ("statistical", "statistic", "statistics", "typical", "benchmark"), "statistics"
        ),
        **dict.fromkeys(
            (
                "refinanced",
                "refinancing",
                "refinance",
                "revaluation",
                "modified",
                "modification",
                "revalued",
                "new",
            ),
            "revalued",
        ),
        **dict.fromkeys(("current", "latest", "updated"), "latest"),
        **dict.fromkeys(("uop", "green", "proceeds"), "uop"),
        **dict.fromkeys(("premiums",), "premium"),
        **dict.fromkeys(("customer", "insured", "client", "policyholder"), "customer"),
        **dict.fromkeys(("written",), ""),
    }
)
"""One word for each meaning; an empty one drops out of the stem."""


def _stems(**stems: str) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(" ".join(sorted(stem.split())) for stem in text.split("|"))
        for name, text in stems.items()
    }


STEMS: Final = MappingProxyType(
    _stems(
        outstanding_amount_usd="outstanding|investor outstanding|loan outstanding|investment|loan"
        "|fair value|investor|market value outstanding|position|outstanding loan|bond outstanding"
        "|equity outstanding|debt outstanding|drawn|equity investment|carrying value|uop outstanding"
        "|nominal outstanding|outstanding principal|fund outstanding|held|position held|investor held",
        disbursed_amount_usd="disbursed|debt disbursed|loan disbursed",
        repaid_amount_usd="repaid|debt repaid|loan repaid|repayments",
        share_price_usd="price share|price|market price|price shares",
        utilisation_fraction="utilisation|utilization|factor utilisation|factor utilization|ccf"
        "|conversion credit factor|expected utilisation|utilisation weight",
        committed_amount_usd="committed|commitment|facility|limit|credit limit|loan commitment",
        facilitated_amount_usd="facilitated|underwritten|league table credit|facilitated league"
        " table|facilitated volume|underwriting",
        deal_amount_usd="deal|deal size|issuance|deal volume|issue size",
        league_table_share_fraction="share|league share table|league share|deal share|credit share",
        weighting_fraction="weighting|factor weighting|facilitation factor|weight",
        premium_usd="premium|net premium|gross premium|premium vehicle|policy premium|premium"
        " customer|insurance premium",
        ceded_premium_usd="ceded|ceded premium|premium ceded treaty|treaty premium",
        gross_written_premium_usd="gross premium|cedant gross premium|gwp|premium|cedant premium"
        "|cedant gwp",
        customer_revenue_usd="customer revenue|revenue|revenue company",
        annual_cost_of_ownership_usd="tco|cost ownership|cost ownership vehicle|tco vehicle|tcoo"
        "|cost",
        motor_industry_factor_fraction="industry factor|factor|market factor|factor regional"
        "|industry factor motor|attribution factor|factor motor|region factor|attribution factor"
        " industry",
        project_cost_usd="project cost|cost|contract value|project value|project sum|sum insured",
        sector_tco2e_per_million_usd_project_cost="factor sector|factor|factor project sector|cost"
        " factor sector|cost factor project sector|sector|cost project sector",
        customer_tco2e_per_million_usd_project_cost="customer factor|customer|cost customer factor"
        "|cost customer project|customer factor revenue|cost customer factor project",
        cedant_scope1_and_2_tco2e="cedant iae|cedant scope12|cedant emissions|iae|cedant|iae scope12"
        "|cedant iae scope12",
        cedant_scope3_tco2e="cedant scope3|cedant iae scope3",
        project_debt_usd="project debt|debt",
        project_equity_usd="project equity|equity",
        equity_share_fraction="equity share|share|equity stake|ownership|stake|equity fraction share",
        total_financing_raised_usd="denominator|debt equity plus|debt equity plus project|financing raised|financing|raised|funding raised|financing"
        " project|funding",
        project_value_at_origination_usd="project origination value|origination value|project value",
        total_equity_usd="equity|equity shareholders|company equity|borrower equity|equity issuer"
        "|equity investee",
        total_debt_usd="debt|company debt|borrower debt|debt value|debt issuer|debt investee",
        total_assets_usd="company value|denominator|debt equity plus|assets|balance sheet|company assets|borrower assets",
        customer_deposits_usd="customer deposits|deposits",
        market_cap_usd="market cap|cap|equity market value|cap market ordinary|ordinary|cap ordinary"
        "|cap ordinary shares|cap market ordinary shares|equity market|cap common|cap common market",
        preferred_market_cap_usd="cap market preferred|cap preferred|preferred|cap preferred shares"
        "|cap market preferred shares|preferred shares",
        minority_interest_usd="minority|interest minority|interests minority|interest minority value",
        use_of_proceeds_debt_usd="debt uop",
        evic_usd="evic|denominator|debt equity plus|debt equity|company evic|company value|evic issuer|value|cash enterprise incl value",
        shares_outstanding="shares|company shares|shares issued|outstanding shares",
        shares_held="held shares|shares|number shares|investor shares",
        revenue_usd="revenue|company revenue|borrower revenue|project revenue|turnover",
        scope1_and_2_tco2e="scope12|emissions|company emissions|emissions scope12|emissions"
        " project|construction emissions|fleet emissions|emissions vehicle|issuer emissions"
        "|company scope12|emissions issuer|a4a5|emissions a4a5|customer emissions|emissions"
        " customer scope12|a4 a5 construction emissions|a4 a5 emissions|scope12 project|scope12"
        " vehicle|fleet|customer scope12|emissions investee|borrower emissions|counterparty"
        " emissions|issuer scope12|energy emissions",
        production_tco2e="emissions production|manufacturing|emissions manufacturing|production",
        national_tco2e="country emissions|national|country scope1|emissions level above"
        "|country emissions excl lulucf|country excl lulucf scope1|emissions level above|emissions"
        " parent|emissions state",
        scope1_tco2e="production scope1|scope1|emissions scope1|excl lulucf scope1|emissions excl lulucf|production"
        " emissions|company scope1|territorial|emissions territorial|country emissions|emissions"
        "|emissions excl lulucf scope1|region scope1|emissions region|lulucf excl|emissions"
        " production scope1|domestic emissions|emissions excl lulucf region|building scope1",
        scope2_tco2e="energy imported scope2|electricity imported scope2|energy imports scope2"
        "|electricity imports|energy imports|scope2|emissions scope2|company scope2|imported energy|emissions energy"
        " imported|electricity imported|location scope2",
        scope3_tco2e="energy imports non scope3|imports scope3|energy imports non|scope3|emissions scope3|company scope3|imports|emissions imports|emissions"
        " imported|imported",
        scope1_incl_lulucf_tco2e="incl lulucf scope1|emissions incl lulucf|emissions incl lulucf"
        " scope1|incl lulucf",
        exports_tco2e="exports|emissions exports|exported|emissions exported|export|emissions export",
        use_of_proceeds_scope1_and_2_tco2e="emissions uop|scope12 uop",
        use_of_proceeds_scope1_tco2e="scope1 uop",
        use_of_proceeds_scope2_tco2e="scope2 uop",
        structure_equity_plus_debt_usd="debt equity plus structure|debt equity structure|structure"
        " value|structure|fund value|debt equity fund|debt equity plus|issuance|bond issued|issued"
        "|issue size|bond size|size structure|fund size|debt equity fund plus|size|proceeds|bond|uop"
        "|uop issued|issued uop|uop size|debt uop",
        allocated_outstanding_usd="allocated|allocated assets outstanding|allocated outstanding"
        "|allocated assets|allocated uop",
        structure_scope1_and_2_tco2e="structure fe|fe|structure emissions|fe issuer structure|pool"
        " fe|fe scope12 structure|fe pool scope12|pool emissions|emissions pool|emissions financed"
        " structure|scope12 structure|pool scope12|emissions financed pool|deal fe|deal emissions"
        "|emissions|scope12|asset emissions|allocated emissions|allocated fe|emissions financed",
        structure_scope1_tco2e="scope1 structure|pool scope1|scope1",
        structure_scope2_tco2e="scope2 structure|pool scope2|scope2",
        structure_scope3_tco2e="scope3 structure|pool scope3|scope3",
        unallocated_scope1_and_2_tco2e="emissions unallocated|fe unallocated|scope12 unallocated",
        structure_data_quality_score="dq|structure dq|dq pool|data quality|cedant dq|cedant data"
        " quality|data quality score",
        tranche_outstanding_usd="notes|notes outstanding|outstanding tranche|tranche|size tranche",
        deal_outstanding_usd="deal outstanding|deal|pool|outstanding tranches|deal size|outstanding"
        " pool|tranches|pool size|collateral outstanding|collateral",
        removals_tco2e="removals|emissions removals",
        credits_generated_tco2e="credits generated",
        credits_retired_tco2e="credits retired",
        avoided_tco2e="avoided|avoided emissions",
        biogenic_co2_tco2e="biogenic|biogenic emissions",
        process_tco2e="process|emissions process",
        energy_mwh="energy|",
        fuel_mwh="fuel|fuel energy",
        electricity_mwh="electricity|electricity energy|energy",
        energy_factor_tco2e_per_mwh="factor|energy factor|energy|",
        supplier_energy_factor_tco2e_per_mwh="factor supplier|energy factor supplier|supplier",
        fuel_factor_tco2e_per_mwh="factor fuel|fuel|factor",
        supplier_electricity_factor_tco2e_per_mwh="factor supplier|electricity factor supplier"
        "|factor market|supplier",
        electricity_factor_tco2e_per_mwh="electricity factor|grid|factor grid|electricity factor"
        " grid|factor|electricity|electricity grid|location|",
        production_quantity="production|produced|output|quantity production|volume production"
        "|generation|p50|p50 production|generation p50|",
        production_factor_tco2e_per_unit="factor|factor production|emissions factor|product factor"
        "|factor production unit|emissions|scope12 factor|",
        production_scope3_factor_tco2e_per_unit="factor scope3|factor production scope3|scope3",
        sector_scope1_per_million_usd_revenue="scope1|scope1 sector|factor scope1 sector|factor"
        " scope1|factor revenue scope1 sector|revenue scope1|revenue scope1 sector",
        sector_scope2_per_million_usd_revenue="scope2|scope2 sector|factor scope2 sector|factor"
        " scope2|factor revenue scope2 sector|revenue scope2|revenue scope2 sector",
        sector_scope1_and_2_per_million_usd_revenue="factor sector|factor revenue sector|sector"
        "|factor revenue|factor|revenue sector|scope12|factor scope12|factor scope12 sector|scope12"
        " sector|revenue|emissions sector|revenue scope12 sector|factor revenue scope12 sector",
        sector_scope3_per_million_usd_revenue="scope3|scope3 sector|factor scope3 sector|factor"
        " scope3|factor revenue scope3 sector|revenue scope3|revenue scope3 sector",
        sector_scope1_and_2_per_million_usd_assets="assets factor sector|assets factor|assets sector"
        "|assets|assets factor scope12 sector|assets scope12|assets scope12 sector|factor asset sector",
        sector_scope3_per_million_usd_assets="assets factor scope3 sector|assets scope3|assets"
        " factor scope3|assets scope3 sector",
        asset_turnover_ratio="asset turnover|asset sector turnover|asset ratio turnover|turnover"
        "|ratio turnover|atr|asset ratio sector turnover|sector turnover",
        floor_area_m2="floor|area|area floor|",
        label_energy_kwh_per_m2="label|energy label",
        label_fuel_kwh_per_m2="fuel label",
        label_electricity_kwh_per_m2="electricity label",
        statistics_energy_kwh_per_m2="energy|statistics|energy statistics|",
        statistics_fuel_kwh_per_m2="fuel|fuel statistics",
        statistics_electricity_kwh_per_m2="electricity|electricity statistics",
        buildings_count="|buildings|number buildings|count|dwellings|n|homes",
        statistics_energy_kwh_per_building="|energy|statistics|energy statistics",
        statistics_fuel_kwh_per_building="fuel|fuel statistics",
        statistics_electricity_kwh_per_building="electricity|electricity statistics",
        statistics_tco2e_per_m2="factor|statistics|emissions|factor statistics|",
        label_tco2e_per_m2="label|factor label|emissions label",
        fuel_litres="fuel||litres|gallons",
        electricity_kwh="electricity||energy",
        distance_km="distance||country|country distance",
        fuel_litres_per_km="fuel||fuel efficiency|efficiency|economy fuel|efficiency vehicle",
        electricity_kwh_per_km="electricity||efficiency|electricity efficiency|energy",
        fuel_factor_tco2e_per_litre="factor|factor fuel||fuel",
        vehicle_factor_tco2e_per_km="factor|factor vehicle||vehicle|emissions|car|car factor",
        electric_distance_fraction="electricity share|electricity fraction|utility factor|electricity"
        " distance share|fraction|electricity distance|share",
        property_value_at_origination_usd="denominator|origination value|value|origination|purchase price",
        property_value_revalued_usd="revalued value|revalued|revalued valuation|valuation",
        property_value_latest_usd="latest value|latest valuation|latest|market value",
        property_value_frozen_usd="frozen value|first latest value|fixed value|frozen latest value",
        vehicle_value_at_origination_usd="denominator|origination value|origination value vehicle|price|price"
        " vehicle|value|value vehicle|price purchase|origination price vehicle|origination price",
        ppp_gdp_usd="denominator|gdp ppp|gdp|country gdp ppp",
        proxy_tco2e="emissions proxy|proxy|emissions proxy scope1|scope1 proxy",
        proxy_ppp_gdp_usd="gdp ppp proxy|gdp proxy",
        region_gdp_usd="gdp nominal region|gdp region|gdp regional|gdp nominal regional|gdp",
        country_gdp_usd="country gdp nominal|country gdp|gdp national|gdp national nominal|gdp"
        " nominal",
        country_ppp_gdp_usd="country gdp ppp|gdp national ppp|gdp ppp",
        sector_activity_tco2e="activity|activity emissions|activity emissions energy|activity sector"
        "|energy emissions|energy",
        sector_revenue_tco2e="emissions sector|revenue sector|emissions revenue sector|output sector",
    )
)
"""The stems of each input; words are in alphabetical order."""

DEFAULT_UNITS: Final = MappingProxyType(
    {
        "fuel_factor_tco2e_per_litre": "kg/l",
        "vehicle_factor_tco2e_per_km": "kg/km",
    }
)
"""The unit of a key without one, where it is not the engine's own."""
