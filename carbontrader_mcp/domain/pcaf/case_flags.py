"""Keys of cases that are no quantity: yes or no, words, the instrument."""

import re
from typing import Any, Final

from carbontrader_mcp.domain.pcaf.guards import Value
from carbontrader_mcp.domain.pcaf.inputs import INPUTS


def flag_of_key(key: str, value: Any, names: tuple[str, ...]) -> dict[str, Value] | None:
    """Keys that are no quantity: yes or no, words, and the instrument."""
    name = key.lower()
    if name in names and INPUTS[name].kind != "number":
        return {name: value}
    if name in ("option", "pcaf_option", "dq_option", "data_option", "emissions_option"):
        return {}
    if name in FLAG_KEYS and (value is None or isinstance(value, bool)):
        flag, means = FLAG_KEYS[name]
        return {} if value is None or flag not in names else {flag: value is means}
    if name in ("region", "market", "motor_market") and "motor_market" in names:
        return {"motor_market": re.sub(r"\W+", "_", str(value).lower())}
    if name in ("instrument", "type", "form", "issuer_type", "status", "verification"):
        return _word_flag(str(value).lower(), names)
    return None


FLAG_KEYS: Final[dict[str, tuple[str, bool]]] = {
    "listed": ("is_listed", True),
    "is_listed": ("is_listed", True),
    "borrower_listed": ("is_listed", True),
    "issuer_listed": ("is_listed", True),
    "public": ("is_listed", True),
    "private": ("is_listed", False),
    "private_issuer": ("is_listed", False),
    "unlisted": ("is_listed", False),
    "verified": ("emissions_are_verified", True),
    "third_party_verified": ("emissions_are_verified", True),
    "emissions_verified": ("emissions_are_verified", True),
    "scope3_verified": ("scope3_is_verified", True),
    "called": ("is_uncalled_guarantee", False),
    "guarantee_called": ("is_uncalled_guarantee", False),
    "uncalled": ("is_uncalled_guarantee", True),
    "integrated": ("is_integrated", True),
    "new": ("is_new_vehicle", True),
    "new_vehicle": ("is_new_vehicle", True),
    "first_year": ("is_first_year", True),
    "fully_financed": ("is_fully_financed_without_control", True),
    "operational_control": ("is_fully_financed_without_control", False),
}
"""Keys that are yes or no: the input, and whether yes means yes; without effect elsewhere."""


def _word_flag(text: str, names: tuple[str, ...]) -> dict[str, Value]:
    if "is_listed" in names and text in ("listed", "public", "private", "unlisted"):
        return {"is_listed": text in ("listed", "public")}
    if "emissions_are_verified" in names and text in ("verified", "unverified"):
        return {"emissions_are_verified": text == "verified"}
    if "is_integrated" in names and text in ("integrated", "green_bond", "green bond", "separate"):
        return {"is_integrated": text != "separate"}
    return {}
