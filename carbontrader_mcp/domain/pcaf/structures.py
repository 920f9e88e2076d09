"""The assets behind a use-of-proceeds structure or a securitisation, summed to what it finances.

PCAF Part A, third edition, sections 5.7 and 5.8.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from carbontrader_mcp.domain.errors import InsufficientDataError, InvalidInputError
from carbontrader_mcp.domain.pcaf.method import CAPPED_ASSETS
from carbontrader_mcp.domain.units import in_words


@dataclass(frozen=True, kw_only=True)
class UnderlyingAsset:
    """An asset or loan: outstanding, the value it is divided by, a year's emissions, the score.

    `outstanding_amount_usd` is the loan's in all, `pooled_amount_usd` the part in the pool where
    that is less. Emissions not known stay None; scope 3 has a score of its own.
    """

    outstanding_amount_usd: float
    value_usd: float
    scope1_tco2e: float | None = None
    scope2_tco2e: float | None = None
    scope1_and_2_tco2e: float | None = None
    scope3_tco2e: float | None = None
    data_quality_score: float | None = None
    scope3_data_quality_score: float | None = None
    pooled_amount_usd: float | None = None


def asset_factor(*, outstanding_amount_usd: float, value_usd: float, is_capped: bool) -> float:
    """Outstanding ÷ value; capped at 1 in a securitisation (section 5.8), not in 5.7.

    >>> asset_factor(outstanding_amount_usd=120, value_usd=100, is_capped=True)
    1.0
    """
    factor = outstanding_amount_usd / value_usd
    return min(1.0, factor) if is_capped else factor


def pooled_outstanding(assets: Sequence[UnderlyingAsset]) -> float:
    """Outstanding of the loans as far as they are in the pool."""
    return math.fsum(_pooled(asset) for asset in assets)


def structure_inputs(
    assets: Sequence[UnderlyingAsset], *, is_securitisation: bool
) -> dict[str, float]:
    """What a structure finances by scope, its allocated outstanding and its weighted scores.

    Of a securitisation the outstanding in the pool, and how many assets were cut at a factor of 1.

    A scope that is unknown for any asset is unknown for the structure. Without assets nothing is
    allocated, and the score is undefined.

    Raises:
        InvalidInputError: an asset's amount or value is out of range.
        InsufficientDataError: an asset has no emissions at all.
    """
    sums: dict[str, float | None] = dict.fromkeys(_SCOPES, 0.0)
    allocated, capped_count = 0.0, 0
    for number, asset in enumerate(assets, start=1):
        _check(asset, number)
        pooled = _pooled(asset)
        share = _share(asset, pooled, is_securitisation=is_securitisation)
        allocated += pooled
        for line, name in _SCOPES.items():
            value, total = _scope(asset, name), sums[line]
            sums[line] = None if value is None or total is None else total + share * value
        capped_count += is_securitisation and asset.outstanding_amount_usd > asset.value_usd
    found = {line: value for line, value in sums.items() if value is not None} if assets else {}
    for line, name in _SCORES.items():
        score = _weighted_score(assets, name)
        if score is not None:
            found[line] = score
    if not is_securitisation:
        return {**found, "allocated_outstanding_usd": allocated}
    found["pool_outstanding_usd"] = allocated
    if capped_count:
        found[CAPPED_ASSETS] = float(capped_count)
    return found


_SCOPES = {
    "structure_scope1_tco2e": "scope1_tco2e",
    "structure_scope2_tco2e": "scope2_tco2e",
    "structure_scope1_and_2_tco2e": "scope1_and_2_tco2e",
    "structure_scope3_tco2e": "scope3_tco2e",
}


_SCORES = {
    "structure_data_quality_score": "data_quality_score",
    "structure_scope3_data_quality_score": "scope3_data_quality_score",
}


def _weighted_score(assets: Sequence[UnderlyingAsset], name: str) -> float | None:
    """The mean by outstanding; unknown where an asset has none, or nothing is outstanding."""
    scores: list[float | None] = [getattr(asset, name) for asset in assets]
    scored = [
        (_pooled(asset), score)
        for asset, score in zip(assets, scores, strict=True)
        if score is not None
    ]
    total = math.fsum(amount for amount, _ in scored)
    if total == 0 or any(_pooled(a) > 0 for a, s in zip(assets, scores, strict=True) if s is None):
        return None
    return math.fsum(amount / total * score for amount, score in scored)


def _pooled(asset: UnderlyingAsset) -> float:
    if asset.pooled_amount_usd is None:
        return asset.outstanding_amount_usd
    return asset.pooled_amount_usd


def _share(asset: UnderlyingAsset, pooled_usd: float, *, is_securitisation: bool) -> float:
    factor = asset_factor(
        outstanding_amount_usd=asset.outstanding_amount_usd,
        value_usd=asset.value_usd,
        is_capped=is_securitisation,
    )
    if asset.outstanding_amount_usd == 0:
        return 0.0
    return factor * (pooled_usd / asset.outstanding_amount_usd)


def _scope(asset: UnderlyingAsset, name: str) -> float | None:
    if name != "scope1_and_2_tco2e":
        value: float | None = getattr(asset, name)
        return value
    if asset.scope1_and_2_tco2e is not None:
        return asset.scope1_and_2_tco2e
    if asset.scope1_tco2e is None or asset.scope2_tco2e is None:
        return None
    return asset.scope1_tco2e + asset.scope2_tco2e


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _check(asset: UnderlyingAsset, number: int) -> None:
    for name in ("outstanding_amount_usd", "pooled_amount_usd", *_SCOPES.values()):
        value: float | None = getattr(asset, name)
        if value is not None and not (_is_finite(value) and value >= 0):
            raise InvalidInputError(
                f"Asset {number}: {name} is {str(value)[:60]}; it must be at least 0 and a number a"
                " float holds."
            )
    if not (_is_finite(asset.value_usd) and asset.value_usd > 0):
        raise InvalidInputError(
            f"Asset {number}: value_usd is {str(asset.value_usd)[:60]}; it must be above 0 and a"
            " number a float holds."
        )
    for name in _SCORES.values():
        score: float | None = getattr(asset, name)
        if score is not None and not 1 <= score <= 5:
            raise InvalidInputError(
                f"Asset {number}: {name} is {str(score)[:60]}; it must be 1 to 5."
            )
    pooled = asset.pooled_amount_usd
    if pooled is not None and pooled > asset.outstanding_amount_usd:
        raise InvalidInputError(
            f"Asset {number}: pooled_amount_usd is {in_words(pooled)}; it must be at most the"
            f" loan's outstanding, {in_words(asset.outstanding_amount_usd)}."
        )
    if _scope(asset, "scope1_and_2_tco2e") is None:
        raise InsufficientDataError(
            f"Asset {number}: scopes 1 and 2 are unknown. Where an asset's emissions cannot be"
            " had, estimate them conservatively and give the score of the estimate."
        )
