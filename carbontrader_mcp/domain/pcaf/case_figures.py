"""Single figures of cases: factors by price, countries per head, avoided emissions."""

import re
from collections.abc import Mapping
from typing import Any, Final

from carbontrader_mcp.domain.pcaf.attribution import attribution
from carbontrader_mcp.domain.pcaf.case_inputs import (
    TERRITORIES,
    engine_inputs,
    named_option,
    read_row,
    stem_of,
)
from carbontrader_mcp.domain.pcaf.case_results import Results, Shape, of_position
from carbontrader_mcp.domain.pcaf.case_words import (
    CaseNotUnderstoodError,
    is_list,
    is_row,
    read_key,
)
from carbontrader_mcp.domain.pcaf.company_formulas import production
from carbontrader_mcp.domain.pcaf.engine import calculate
from carbontrader_mcp.domain.pcaf.evic_inflation import PriceIndex, inflated_factor
from carbontrader_mcp.domain.pcaf.metrics import sovereign_intensities
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.pcaf.removals import avoided_emissions

Case = Mapping[str, Any]
Inputs = Mapping[str, Any]

COUNTRY: Final = {
    "production": (
        "production|production emissions|scope1|emissions|excl lulucf scope1|emissions territorial",
        "t",
    ),
    "consumption": ("consumption|consumption_emissions|emissions consumption", "t"),
    "scope2": ("scope2|imported energy", "t"),
    "scope3": ("scope3|imports", "t"),
    "exports": ("exports|emissions exports|exported emissions|export", "t"),
    "ppp": ("gdp ppp", "usd"),
    "nominal": ("gdp nominal|gdp", "usd"),
    "population": ("population|inhabitants", ""),
}
AVOIDED: Final = {
    "base": (
        "base|baseline|base emissions|baseline emissions|base scenario|emissions without",
        "t",
    ),
    "expected": ("expected|expected emissions|project emissions|project|emissions with", "t"),
    "actual": ("actual_emissions|actual|measured|emissions measured", "t"),
    "factor": ("af|attribution factor|factor attribution|attribution", "1"),
    "generation": ("generation|generation electricity|output|p50 generation|production", "mwh"),
    "base_factor": (
        "base factor|baseline factor|factor grid|factor margin operating|margin operating"
        "|baseline|base|factor|grid",
        "t/mwh",
    ),
    "project_factor": ("factor project|project", "t/mwh"),
    "quality": ("dq|quality|data quality|score|dq_score", ""),
}


def _prices(asset_class: AssetClass, inputs: dict[str, Any], case: Case) -> Results:
    """An economic factor brought to the prices of the reporting year, and a position with it."""
    years: dict[str, int] = {}
    levels: dict[str, float] = {}
    rest: dict[str, Any] = {}
    for key, value in inputs.items():
        words = set(key.lower().split("_"))
        dated = next((word for word in words if YEAR.fullmatch(word)), None)
        if dated is not None and words & INDEX_WORDS:
            levels[dated] = value
            continue
        if dated is not None and _is_factor(key):
            years["from"] = int(dated)
        side = "to" if words & {"report", "reporting", "current", "to", "now", "t1"} else "from"
        if is_row(value) and words & INDEX_WORDS:
            levels |= {str(year): level for year, level in value.items()}
        elif "year" in words and isinstance(value, int) and value > 1900:
            years[side] = value
        elif words & INDEX_WORDS:
            level: Any = value
            levels[side] = level
        else:
            rest[key] = value
    if "from" in years and "to" not in years:
        years["to"] = next(int(year) for year in levels if year not in ("from", str(years["from"])))
    if not years:
        years = {"from": 1, "to": 2}
    index = {years[side]: levels.get(side, levels.get(str(years[side]))) for side in ("from", "to")}
    option = named_option(case, inputs)
    score = 5 if option in ("3b", "3c") or "turnover" in str(list(rest)) else 4
    found = Results()
    for key, value in rest.items():
        if not _is_factor(key):
            continue
        adjusted = inflated_factor(
            value,
            data_quality_score=score,
            price_year=years["from"],
            reporting_year=years["to"],
            index=PriceIndex(
                name="index", source="the case", values={y: v for y, v in index.items() if v}
            ),
        )
        rest[key] = adjusted.adjusted_factor
        dimension = "t/musd"
        position = {name: item for name, item in rest.items() if name != key}
        if position:
            found = of_position(calculate(asset_class, engine_inputs(asset_class, rest, option)))
        found.add("adjusted|adjusted factor|adjusted ef|ef", adjusted.adjusted_factor, dimension)
        found.add("adjusted sector factor|ef adjusted sector", adjusted.adjusted_factor, dimension)
        found.add(f"ef {years['to']}|factor {years['to']}", adjusted.adjusted_factor, dimension)
        found.add("price|inflation|factor price|factor inflation", adjusted.price_ratio, "1")
    return found


YEAR: Final = re.compile(r"(?:19|20)\d\d")
INDEX_WORDS: Final = frozenset(("deflator", "deflators", "cpi", "index", "prices", "gdpdeflator"))


def _is_factor(key: str) -> bool:
    word = read_key(key)
    return "factor" in stem_of(word) or (word.unit is not None and word.unit.dimension == "t/usd")


def _country(_: AssetClass, inputs: dict[str, Any], __: Case) -> Results:
    row = read_row(inputs, COUNTRY, "a country")
    consumption = row.get("consumption")
    if "exports" in row:
        whole = {
            "outstanding_amount_usd": 1.0,
            "ppp_gdp_usd": 1.0,
            "scope1_tco2e": row.get("production"),
            "scope2_tco2e": row.get("scope2"),
            "scope3_tco2e": row.get("scope3"),
            "exports_tco2e": row["exports"],
        }
        lines = {
            line.name: line.value for line in calculate(AssetClass.SOVEREIGN_DEBT, whole).lines
        }
        consumption = lines.get("consumption_tco2e")
    intensities = sovereign_intensities(
        production_tco2e=row.get("production"),
        consumption_tco2e=consumption,
        ppp_gdp_international_usd=row.get("ppp"),
        nominal_gdp_usd=row.get("nominal"),
        population=row.get("population"),
    )
    per_ppp = intensities.production_tco2e_per_million_international_usd
    found = Results()
    found.add(
        "ppp|intensity ppp|intensity production|intensity|intensity ppp production",
        per_ppp,
        "t/musd",
    )
    found.add(
        "plain|intensity plain|gdp plain", intensities.production_tco2e_per_million_usd, "t/musd"
    )
    found.add("ppp gdp|gdp", per_ppp, "t/musd")
    per_head = intensities.consumption_tco2e_per_capita
    found.add("capita|capita consumption|consumption intensity|capita intensity", per_head)
    found.add("capita consumption intensity", per_head)
    found.add("consumption", consumption)
    return found


def _avoided(asset_class: AssetClass, inputs: dict[str, Any], _: Case) -> Results:
    """Avoided emissions: expected and actual against the baseline, on a line of their own."""
    known: dict[str, Any] = {}
    rest = dict(inputs)
    for key in list(rest):
        one = {key: rest[key]}
        try:
            known |= read_row(one, AVOIDED, "avoided emissions")
            del rest[key]
        except CaseNotUnderstoodError:
            continue
    factor = known.get("factor", 1.0)
    if rest:
        given = engine_inputs(asset_class, rest, None)
        factor = attribution(asset_class, given).attribution_factor
    if "generation" in known:
        for side, per_mwh in (("base", "base_factor"), ("expected", "project_factor")):
            known.setdefault(
                side,
                production(
                    production_quantity=known["generation"],
                    production_factor_tco2e_per_unit=known.get(per_mwh, 0.0),
                ),
            )
    avoided = avoided_emissions(
        position_id="the case",
        attribution_factor=factor or 0.0,
        base_tco2e=known.get("base", 0.0),
        expected_tco2e=known.get("expected", 0.0),
        actual_tco2e=known.get("actual"),
        quality_score=int(known.get("quality") or 2),
    )
    found = Results()
    found.add("avoided|eer|eae|expected|expected reduction", avoided.expected_reduction_tco2e)
    found.add("avoided expected|avoided eae|reduction", avoided.expected_reduction_tco2e)
    found.add("aer|actual|actual reduction|actual avoided", avoided.actual_reduction_tco2e)
    found.add("aer pct|aer fraction", avoided.actual_fraction, "1")
    found.add("factor", factor, "1")
    found.add("score", int(avoided.quality), "")
    return found


def _has(keys: Inputs, *parts: str) -> bool:
    return any(part in key.lower() for key in keys for part in parts)


SHAPES: Final = (
    Shape(
        is_for=lambda _, inputs, __: any(
            INDEX_WORDS & set(key.lower().split("_")) for key in inputs
        ),
        results=_prices,
    ),
    Shape(
        is_for=lambda asset_class, inputs, __: (
            asset_class in TERRITORIES
            and not _has(inputs, "exposure", "outstanding", "amount")
            and _has(inputs, "gdp", "population", "export")
        ),
        results=_country,
    ),
    Shape(
        is_for=lambda _, inputs, case: (
            _has(inputs, "baseline", "base_emissions", "base_t", "operating_margin")
            or ("base" in inputs and not is_list(inputs["base"]))
            or (
                _has(case.get("expected") or {}, "avoided", "eae", "eer")
                and not _has(inputs, "avoided")
            )
        ),
        results=_avoided,
    ),
)
