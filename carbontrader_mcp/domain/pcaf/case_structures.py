"""Structures of cases: assets behind use of proceeds, loans and tranches of a securitisation."""

from collections.abc import Mapping
from typing import Any, Final

from carbontrader_mcp.domain.pcaf.attribution import attribution, cofinanced_fraction
from carbontrader_mcp.domain.pcaf.case_inputs import engine_inputs, read_row
from carbontrader_mcp.domain.pcaf.case_results import Results, Shape, of_position
from carbontrader_mcp.domain.pcaf.case_words import (
    CaseNotUnderstoodError,
    is_list,
    is_row,
    is_table,
)
from carbontrader_mcp.domain.pcaf.engine import calculate
from carbontrader_mcp.domain.pcaf.guards import Flag, Value
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.pcaf.structures import (
    UnderlyingAsset,
    asset_factor,
    pooled_outstanding,
    structure_inputs,
)

Case = Mapping[str, Any]
Inputs = Mapping[str, Any]

VALUES: Final = (
    "denominator|value|asset value|origination value|asset origination value|evic|project value"
    "|asset cost|vehicle value|origination value vehicle|price|debt equity|debt equity plus"
    "|property value|origination|asset origination|debt equity sum|collateral value|price vehicle"
)
ASSET: Final = {
    "outstanding": ("outstanding|loan outstanding|loan|allocated|asset outstanding|balance", "usd"),
    "whole": ("loan outstanding whole|coa_total|total_coa|loan_coa_total|total_loan_coa", "usd"),
    "pooled": (
        "pooled|outstanding pool|pool|loan outstanding pool|pool_coa|coa_in_pool|in_pool|pooled_coa",
        "usd",
    ),
    "pooled_share": ("laf|pool share|share|pooled share|pool_fraction|loan attribution", "1"),
    "value": (VALUES, "usd"),
    "equity": ("equity", "usd"),
    "debt": ("debt", "usd"),
    "factor": ("af|caf|asset factor|attribution factor|factor|asset af", "1"),
    "emissions": ("emissions|scope12|e|asset emissions", "t"),
    "scope1": ("scope1", "t"),
    "scope2": ("scope2", "t"),
    "scope3": ("scope3", "t"),
    "score": ("dq|score|data quality|dq_score|data_quality_score", ""),
    "name": ("id|asset|loan_id", "text"),
}
LISTS: Final = (
    "assets",
    "loans",
    "pool",
    "collateral",
    "allocated_assets",
    "mortgages",
    "projects",
)
TRANCHE_SHARES: Final = {
    "tranche_factor": ("taf|tranche factor|tranche attribution factor", "1"),
    "investor_factor": ("iaf|investor factor|attribution factor investor", "1"),
}
COLLATERAL: Final = {
    "outstanding": (
        "collateral outstanding|collateral|loan outstanding|pool outstanding loans|loan|outstanding"
        " pool|loans outstanding|collateral pool",
        "usd",
    ),
    "value": (VALUES, "usd"),
    "emissions": (
        "asset emissions|emissions|scope12|pool emissions|emissions vehicle|collateral"
        " emissions|fleet emissions|emissions loans",
        "t",
    ),
}


def _structure(asset_class: AssetClass, inputs: dict[str, Any], _: Case) -> Results:
    """A holding of a structure whose assets are given one by one."""
    key = next(key for key in inputs if key.lower() in LISTS and is_list(inputs[key]))
    assets = [_asset(row) for row in inputs.pop(key)]
    unallocated = _unallocated(inputs)
    is_securitisation = asset_class is AssetClass.SECURITISATIONS
    known: dict[str, Value] = dict(
        structure_inputs([*assets, *unallocated], is_securitisation=is_securitisation)
    )
    tranches = inputs.pop("tranches", None)
    known |= _tranche_shares(inputs)
    known |= engine_inputs(asset_class, inputs, None)
    if is_securitisation:
        known.setdefault("deal_outstanding_usd", pooled_outstanding(assets))
    found = _tranched(asset_class, known, tranches) if tranches else _holding(asset_class, known)
    found.add(
        "structure|structure scope12|scope12 structure", known.get("structure_scope1_and_2_tco2e")
    )
    found.add("structure|pool", known.get("structure_scope1_and_2_tco2e"))
    found.add("outstanding structure|collateral outstanding", pooled_outstanding(assets), "usd")
    _add_asset_factors(found, assets, is_securitisation=is_securitisation)
    return found


def _issuer_level(asset_class: AssetClass, inputs: dict[str, Any], _: Case) -> Results:
    """Allocated and unallocated money of an integrated structure, the latter at issuer level."""
    unallocated = structure_inputs(_unallocated(inputs), is_securitisation=False)
    known = engine_inputs(asset_class, inputs, None)
    emissions = unallocated.get("structure_scope1_and_2_tco2e")
    if emissions is not None:
        known["unallocated_scope1_and_2_tco2e"] = emissions
    return _holding(asset_class, known)


def _holding(asset_class: AssetClass, known: dict[str, Value]) -> Results:
    """The holding's results, with the tranche's and the investor's part where both are known."""
    has_emissions = any(
        name.startswith("structure_scope") and "score" not in name for name in known
    )
    nothing = known.get("allocated_outstanding_usd") == 0
    if has_emissions or nothing:
        found = of_position(calculate(asset_class, known))
    else:
        found = of_position(attribution(asset_class, known))
    tranche, deal = known.get("tranche_outstanding_usd"), known.get("deal_outstanding_usd")
    if asset_class is AssetClass.SECURITISATIONS and tranche is not None and deal is not None:
        for names, amount, whole in (
            ("taf|factor tranche", tranche, deal),
            ("iaf|factor investor|investor", known.get("outstanding_amount_usd"), tranche),
        ):
            part = attribution(
                asset_class, {"outstanding_amount_usd": amount, "deal_outstanding_usd": whole}
            )
            found.add(names, part.attribution_factor, "1")
    return found


def _tranched(asset_class: AssetClass, known: dict[str, Value], tranches: Any) -> Results:
    """Each tranche held whole, and the pool they add up to."""
    rows = tranches.items() if is_row(tranches) else enumerate(tranches, start=1)
    amounts: dict[str, float] = {}
    for name, row in rows:
        if is_row(row):
            numbers = [value for value in row.values() if isinstance(value, int | float)]
            amounts[str(row.get("name", name))] = float(numbers[0])
        else:
            amounts[str(name)] = float(row)
    known["deal_outstanding_usd"] = cofinanced_fraction(list(amounts.values()))
    found = _holding(asset_class, known) if "outstanding_amount_usd" in known else Results()
    each: dict[str, float | None] = {}
    for name, amount in amounts.items():
        one = of_position(calculate(asset_class, {**known, "outstanding_amount_usd": amount}))
        found.groups[name] = one
        each[name] = one.values["scope12"][0]
    found.add(
        "sum|sum tranches|scope12 tranches|tranches sum",
        cofinanced_fraction([v or 0.0 for v in each.values()]),
    )
    found.add("scope12 sum|sum tranche", cofinanced_fraction([v or 0.0 for v in each.values()]))
    is_list = not is_row(tranches)
    found.add("tranches|tranche|each tranche", list(each.values()) if is_list else each, "")
    if "outstanding_amount_usd" not in known:
        found.add("", list(each.values()) if is_list else each, "")
    return found


def _asset(given: Mapping[str, Any]) -> UnderlyingAsset:
    row = read_row(given, ASSET, "an asset")
    whole = row.get("whole", row.get("outstanding"))
    pooled = row.get("pooled")
    if pooled is None and "whole" in row and "outstanding" in row:
        pooled = row["outstanding"]
    if whole is None:
        whole = pooled
    value = row.get("value")
    if value is None and "factor" in row:
        whole, value = (row["factor"], 1.0) if whole is None else (whole, whole / row["factor"])
    if value is None and "debt" in row:
        value = attribution(
            AssetClass.BUSINESS_LOANS,
            {
                "outstanding_amount_usd": 0.0,
                "total_equity_usd": row.get("equity"),
                "total_debt_usd": row["debt"],
            },
        ).value_usd
    if whole is None or value is None:
        raise CaseNotUnderstoodError(
            f"an asset needs outstanding and value; it has {', '.join(given)}."
        )
    if "pooled_share" in row:
        pooled = whole * row["pooled_share"]
    return UnderlyingAsset(
        outstanding_amount_usd=whole,
        value_usd=value,
        scope1_tco2e=row.get("scope1"),
        scope2_tco2e=row.get("scope2"),
        scope1_and_2_tco2e=row.get("emissions"),
        scope3_tco2e=row.get("scope3"),
        data_quality_score=row.get("score"),
        pooled_amount_usd=pooled,
    )


def _unallocated(inputs: dict[str, Any]) -> list[UnderlyingAsset]:
    """Money not yet allocated of an integrated structure, financing the issuer as a whole."""
    key = next((key for key in inputs if key.lower() in UNALLOCATED), None)
    if key is None:
        return []
    amount = inputs.pop(key)
    row: dict[str, Any] = dict(amount) if is_row(amount) else {"outstanding": amount}
    for name in list(inputs):
        if name.lower().startswith(("issuer_", "unallocated_")):
            row[name.lower().removeprefix("issuer_").removeprefix("unallocated_")] = inputs.pop(
                name
            )
    is_financing = len(row) > 1 and row.get("outstanding")
    return [_asset(row)] if is_financing else []


def _tranche_shares(inputs: dict[str, Any]) -> dict[str, Value]:
    """Tranche and investor factors given as such: a deal of 1 and its parts."""
    shares: dict[str, float] = {}
    for key in list(inputs):
        try:
            shares |= read_row({key: inputs[key]}, TRANCHE_SHARES, "a tranche")
        except CaseNotUnderstoodError:
            continue
        del inputs[key]
    if not shares:
        return {}
    tranche = shares.get("tranche_factor", 1.0)
    return {
        "deal_outstanding_usd": 1.0,
        "tranche_outstanding_usd": tranche,
        "outstanding_amount_usd": tranche * shares.get("investor_factor", 1.0),
    }


def _add_asset_factors(
    found: Results, assets: list[UnderlyingAsset], *, is_securitisation: bool
) -> None:
    factors = [
        asset_factor(
            outstanding_amount_usd=asset.outstanding_amount_usd,
            value_usd=asset.value_usd,
            is_capped=is_securitisation,
        )
        for asset in assets
    ]
    found.add("caf|cafs|overall factor", factors[0] if len(factors) == 1 else factors, "1")
    in_pool = [
        asset_factor(
            outstanding_amount_usd=asset.pooled_amount_usd,
            value_usd=asset.outstanding_amount_usd,
            is_capped=True,
        )
        if asset.pooled_amount_usd is not None and asset.outstanding_amount_usd > 0
        else 1.0
        for asset in assets
    ]
    found.add("laf|lafs", in_pool[0] if len(in_pool) == 1 else in_pool, "1")
    found.add("caf list|asset factors|cafs", factors, "1")
    for number, factor in enumerate(factors, start=1):
        found.add(f"caf{number}|{number} caf|factor {number}", factor, "1")
    if (
        any(asset.outstanding_amount_usd > asset.value_usd for asset in assets)
        and is_securitisation
    ):
        found.flags |= {Flag.FACTOR_CAPPED, "CAF_CAPPED"}


def _pool_of_one(asset_class: AssetClass, inputs: dict[str, Any], _: Case) -> Results:
    """A pool given as one loan; the combined factor is what is attributed of one tonne."""
    row: dict[str, Any] = {}
    for key in list(inputs):
        if key.lower().startswith(("deal", "holding", "tranche", "investor")):
            continue
        row |= read_row({key: inputs.pop(key)}, {**COLLATERAL, "score": ASSET["score"]}, "a pool")
    asset = UnderlyingAsset(
        outstanding_amount_usd=row["outstanding"],
        value_usd=row["value"],
        scope1_and_2_tco2e=row.get("emissions", 1.0),
        data_quality_score=row.get("score"),
    )
    known: dict[str, Value] = dict(structure_inputs([asset], is_securitisation=True))
    known |= engine_inputs(asset_class, inputs, None)
    found = Results()
    found.add("|scope12", known["structure_scope1_and_2_tco2e"] if "emissions" in row else None)
    if "outstanding_amount_usd" in known:
        known.setdefault("deal_outstanding_usd", pooled_outstanding([asset]))
        found = _holding(asset_class, known)
        tonne = structure_inputs(
            [
                UnderlyingAsset(
                    outstanding_amount_usd=row["outstanding"],
                    value_usd=row["value"],
                    scope1_and_2_tco2e=1.0,
                )
            ],
            is_securitisation=True,
        )
        combined = calculate(asset_class, {**known, **tonne}).scope1_and_2_tco2e
        found.add("combined factor|combined|factor", combined, "1")
        if "emissions" not in row:
            found.add("scope12|", None)
    found.add(
        "structure", known.get("structure_scope1_and_2_tco2e") if "emissions" in row else None
    )
    _add_asset_factors(found, [asset], is_securitisation=True)
    return found


def _has_list(inputs: Inputs) -> bool:
    return any(key.lower() in LISTS and is_list(inputs[key]) for key in inputs)


def _tranches_only(asset_class: AssetClass, inputs: dict[str, Any], _: Case) -> Results:
    """Tranches of a pool whose own figure is given."""
    tranches = inputs.pop("tranches")
    known = engine_inputs(asset_class, inputs, None)
    found = _tranched(asset_class, known, tranches)
    found.add("structure", known.get("structure_scope1_and_2_tco2e"))
    return found


UNALLOCATED: Final = ("unallocated", "unallocated_outstanding", "unallocated_amount")
STRUCTURES: Final = (AssetClass.USE_OF_PROCEEDS, AssetClass.SECURITISATIONS)
ONE_LOAN: Final = (
    "collateral",
    "asset_value",
    "loan_coa",
    "value_at_origination",
    "loan_outstanding",
)

SHAPES: Final = (
    Shape(
        is_for=lambda asset_class, inputs, _: asset_class in STRUCTURES and _has_list(inputs),
        results=_structure,
    ),
    Shape(
        is_for=lambda asset_class, inputs, _: (
            asset_class is AssetClass.USE_OF_PROCEEDS
            and any(key.lower() in UNALLOCATED for key in inputs)
        ),
        results=_issuer_level,
    ),
    Shape(
        is_for=lambda asset_class, inputs, _: (
            asset_class is AssetClass.SECURITISATIONS and is_table(inputs.get("tranches"))
        ),
        results=_tranches_only,
    ),
    Shape(
        is_for=lambda asset_class, inputs, _: (
            asset_class is AssetClass.SECURITISATIONS
            and any(part in key.lower() for key in inputs for part in ONE_LOAN)
        ),
        results=_pool_of_one,
    ),
)
