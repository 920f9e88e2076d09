"""The schema of a position a model fills in: a union over the asset classes, told apart by
`asset_class`. It is made from the methods, so that it names exactly the inputs the engine takes.
"""

from __future__ import annotations

from typing import Any

from carbontrader_mcp.domain.pcaf.attributes import attributes_of
from carbontrader_mcp.domain.pcaf.inputs import INPUTS
from carbontrader_mcp.domain.pcaf.method import inputs_of
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.pcaf.structures import UnderlyingAsset

FAMILIES = (
    (
        AssetClass.LISTED_EQUITY,
        AssetClass.CORPORATE_BONDS,
        AssetClass.BUSINESS_LOANS,
        AssetClass.UNLISTED_EQUITY,
    ),
    (AssetClass.PROJECT_FINANCE,),
    (AssetClass.COMMERCIAL_REAL_ESTATE, AssetClass.MORTGAGES),
    (AssetClass.MOTOR_VEHICLE_LOANS,),
    (AssetClass.USE_OF_PROCEEDS, AssetClass.SECURITISATIONS),
    (AssetClass.SOVEREIGN_DEBT, AssetClass.SUB_SOVEREIGN_DEBT),
    (AssetClass.FACILITATED_ISSUANCE,),
    (AssetClass.INSURANCE_COMMERCIAL,),
    (AssetClass.INSURANCE_MOTOR,),
    (AssetClass.INSURANCE_PROJECT,),
    (AssetClass.INSURANCE_TREATY,),
)
"""Classes of much the same inputs share a variant; the engine refuses what one of them lacks."""

OF_A_COMPANY = (FAMILIES[0], FAMILIES[1], FAMILIES[6], FAMILIES[7])
COMPANY_INPUTS = "#/$defs/company"

ATTRIBUTE_MEANINGS = {
    "region": "eGRID subregion, US-CA, GB ...",
    "fuel": "Natural gas, petrol, electric ...",
    "vehicle_type": "Passenger car, van ...",
}
"""Of the attributes whose names do not say it all."""


def position_schema() -> dict[str, Any]:
    """JSON schema of the argument `position`; its `$defs` belong at the top of the tool's."""
    names = {family: _names(family) for family in FAMILIES}
    first, *others = (names[family] for family in OF_A_COMPANY)
    shared = [name for name in first if all(name in other for other in others)]
    words = {name: list(item.words) for name, item in INPUTS.items() if item.words}
    return {
        "type": "object",
        "required": ["asset_class"],
        "properties": {
            "asset_class": {"enum": [str(asset_class) for asset_class in AssetClass]},
            **{name: {"enum": values} for name, values in words.items()},
            **{name: {"description": text} for name, text in ATTRIBUTE_MEANINGS.items()},
            "assets": {
                "type": "array",
                "items": {
                    "required": ["outstanding_amount_usd", "value_usd"],
                    "propertyNames": {"enum": list(UnderlyingAsset.__dataclass_fields__)},
                },
            },
        },
        "$defs": {"company": {"enum": shared}},
        "oneOf": [_variant(family, names[family], shared) for family in FAMILIES],
    }


def _names(family: tuple[AssetClass, ...]) -> list[str]:
    inputs = dict.fromkeys(name for member in family for name in inputs_of(METHODS[member]))
    looked_up = dict.fromkeys(name for member in family for name in attributes_of(METHODS[member]))
    extra = ["assets"] if AssetClass.USE_OF_PROCEEDS in family else []
    return ["asset_class", *inputs, *looked_up, *extra]


def _variant(family: tuple[AssetClass, ...], names: list[str], shared: list[str]) -> dict[str, Any]:
    allowed: dict[str, Any] = {"enum": names}
    if family in OF_A_COMPANY:
        own = [name for name in names if name not in shared]
        allowed = {"anyOf": [{"$ref": COMPANY_INPUTS}, {"enum": own}]}
    kinds = [str(member) for member in family]
    return {"properties": {"asset_class": {"enum": kinds}}, "propertyNames": allowed}
