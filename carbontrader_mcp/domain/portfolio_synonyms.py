"""What loan books call the columns of a position, in lower-case words without units.

A name with several inputs is asked about, unless the asset classes of the file take only one.
"""

from typing import Final

_OUTSTANDING: Final = (
    "outstanding", "outstanding balance", "outstanding principal", "amount outstanding",
    "balance outstanding", "current balance", "loan amount", "loan balance", "exposure",
    "exposure amount", "book value", "carrying amount", "carrying value", "drawn amount",
    "drawn balance", "market value of holding", "position value", "holding value",
    "principal outstanding", "balance", "principal balance", "current exposure", "outstanding loan amount", "nominal outstanding",
)  # fmt: skip

_BY_TARGET: Final[dict[str, tuple[str, ...]]] = {
    "position_id": (
        "position", "position number", "loan id", "loan number", "loan no", "contract id",
        "contract number", "facility id", "account number", "account id", "deal id", "policy id",
        "policy number", "policy no", "treaty id", "security id", "instrument id", "reference",
        "loan reference", "id",
    ),
    "asset_class": ("pcaf asset class", "asset type", "pcaf class"),
    "counterparty_name": (
        "counterparty", "borrower", "borrower name", "company", "company name", "issuer",
        "issuer name", "obligor", "obligor name", "customer", "customer name", "client",
        "client name", "investee", "investee name", "name", "insured", "insured name", "cedant",
        "cedant name", "legal name", "entity name",
    ),
    "cik": ("sec cik", "cik number", "central index key"),
    "lei": ("lei code", "legal entity identifier", "counterparty lei", "issuer lei"),
    "isin": ("isin code", "issuer isin"),
    "ticker": ("ticker symbol", "stock ticker", "symbol", "bloomberg ticker"),
    "sector": ("industry", "sector name", "industry sector", "nace", "nace code", "gics sector",
               "sector code"),
    "region": ("grid region", "egrid subregion", "egrid region"),
    "fuel": ("fuel type", "type of fuel", "kind of fuel", "vehicle fuel", "heating fuel"),
    "vehicle_type": ("vehicle class", "vehicle category", "type of vehicle", "kind of vehicle"),
    "naics": ("naics code", "naics number", "naics 2017", "naics 2017 code"),
    "sic": ("us sic", "us sic code", "sec sic", "sec sic code"),
    "price_year": ("year of prices", "revenue year", "year of revenue"),
    "country": ("country code", "country of risk", "country of domicile", "domicile"),
    "currency": ("ccy", "currency code", "iso currency", "loan currency", "position currency"),
    "as_of_date": ("as of", "as at", "date", "reporting date", "report date", "balance date",
                   "position date", "valuation date", "snapshot date"),
    "outstanding_amount_usd": _OUTSTANDING,
    "disbursed_amount_usd": ("disbursed", "amount disbursed", "disbursement"),
    "repaid_amount_usd": ("repaid", "amount repaid", "repayments"),
    "committed_amount_usd": (
        "commitment", "committed", "total commitment", "limit", "credit limit", "facility limit",
    ),
    "facilitated_amount_usd": ("facilitated", "underwritten amount", "league table credit"),
    "deal_amount_usd": ("deal size", "issue size", "total deal amount"),
    "premium_usd": ("gross premium", "net premium", "written premium", "annual premium"),
    "gross_written_premium_usd": ("gwp", "gross written premiums"),
    "ceded_premium_usd": ("premium ceded", "reinsurance premium"),
    "share_price_usd": ("price", "price per share", "closing price", "share price"),
    "shares_held": ("shares", "number of shares", "quantity", "units held"),
    "shares_outstanding": ("total shares", "shares in issue", "number of shares outstanding"),
    "market_cap_usd": ("market cap", "market capitalisation", "market capitalization", "mcap"),
    "evic_usd": ("enterprise value including cash", "enterprise value incl cash"),
    "total_equity_usd": ("book equity", "shareholders equity", "shareholder equity"),
    "total_debt_usd": ("book debt", "financial debt"),
    "project_equity_usd": (),
    "project_debt_usd": (),
    "minority_interest_usd": ("minority interests", "non controlling interest",
                              "non controlling interests"),
    "preferred_market_cap_usd": ("preferred stock", "preferred equity"),
    "customer_deposits_usd": ("deposits",),
    "total_assets_usd": ("assets", "balance sheet total"),
    "revenue_usd": ("sales", "turnover", "annual revenue", "company revenue"),
    "customer_revenue_usd": ("revenue of the insured",),
    "vehicle_value_at_origination_usd": (
        "vehicle value", "purchase price", "vehicle price", "value of vehicle",
    ),
    "property_value_at_origination_usd": (
        "value at origination", "original property value", "origination value",
        "property value at loan origination",
    ),
    "property_value_latest_usd": ("current property value", "latest property value"),
    "property_value_revalued_usd": ("revalued property value",),
    "ppp_gdp_usd": ("ppp adjusted gdp", "gdp ppp", "ppp gdp"),
    "scope1_tco2e": ("scope 1", "scope 1 emissions", "s1", "s1 emissions"),
    "scope2_tco2e": ("scope 2", "scope 2 emissions", "s2", "s2 emissions"),
    "scope3_tco2e": ("scope 3", "scope 3 emissions", "s3", "s3 emissions"),
    "scope1_and_2_tco2e": (
        "scope 1 and 2", "scope 1+2", "scope 1 2", "scopes 1 and 2", "scope 1 and 2 emissions",
        "scope 1 2 emissions", "scope 1 + 2", "scope 1+2 emissions",
    ),
    "fuel_mwh": ("fuel consumption", "gas consumption", "fuel use"),
    "electricity_mwh": ("electricity consumption", "power consumption", "electricity use"),
    "energy_mwh": ("energy consumption", "total energy consumption", "energy use"),
    "fuel_litres": ("fuel consumption", "fuel use", "fuel"),
    "electricity_kwh": ("electricity consumption", "electricity use"),
    "floor_area_m2": ("area", "surface", "living area", "gross floor area", "building area",
                      "surface area"),
    "buildings_count": ("number of buildings", "buildings"),
    "distance_km": ("distance travelled", "distance traveled", "mileage", "annual mileage",
                    "annual distance", "distance driven"),
    "fuel_litres_per_km": ("fuel efficiency", "fuel economy"),
    "electricity_kwh_per_km": ("electric efficiency",),
    "vehicle_factor_tco2e_per_km": ("vehicle emissions", "co2 per km", "emissions per km"),
    "powertrain": ("drivetrain", "propulsion"),
    "electricity_factor_tco2e_per_mwh": ("grid factor", "grid emission factor",
                                         "electricity emission factor"),
    "production_quantity": ("production", "output", "units produced"),
    "stated_option": ("pcaf option",),
    "emissions_are_verified": ("verified", "emissions verified"),
    "is_listed": ("listed",),
    "equity_share_fraction": ("ownership", "ownership share", "equity stake"),
    "tranche_outstanding_usd": ("tranche size", "tranche balance"),
    "deal_outstanding_usd": ("deal balance", "pool balance"),
}  # fmt: skip

_SHARED: Final[dict[str, tuple[str, ...]]] = {
    "amount": (
        "outstanding_amount_usd", "disbursed_amount_usd", "committed_amount_usd",
        "facilitated_amount_usd", "deal_amount_usd", "premium_usd", "ceded_premium_usd",
    ),
    "premium": ("premium_usd", "ceded_premium_usd", "gross_written_premium_usd"),
    "property value": (
        "property_value_at_origination_usd", "property_value_latest_usd",
        "property_value_frozen_usd", "property_value_revalued_usd",
    ),
    "market value": (
        "outstanding_amount_usd", "market_cap_usd", "property_value_latest_usd",
    ),
    "emissions": ("scope1_and_2_tco2e", "scope1_tco2e", "scope2_tco2e", "scope3_tco2e"),
    "ghg emissions": ("scope1_and_2_tco2e", "scope1_tco2e", "scope2_tco2e", "scope3_tco2e"),
    "equity": ("total_equity_usd", "project_equity_usd"),
    "debt": ("total_debt_usd", "project_debt_usd"),
    "revenue": ("revenue_usd", "customer_revenue_usd"),
    "sic code": ("sic", "sector"),
    "gdp": ("ppp_gdp_usd", "region_gdp_usd", "country_gdp_usd", "country_ppp_gdp_usd"),
}  # fmt: skip


def _targets_by_words() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for target, names in _BY_TARGET.items():
        for name in names:
            found[name] = (*found.get(name, ()), target)
    return {**found, **_SHARED}


SYNONYMS: Final = _targets_by_words()
