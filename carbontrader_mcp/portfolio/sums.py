"""Sums over a long book, by key.

polars groups by one whole number in half the time of two keys, and keeps what it has grouped until
its end. So a company and a class become one number, and a long book is grouped piece by piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import narwhals as nw

from carbontrader_mcp.portfolio.engines import collected, held

PIECE_ROWS_MAX: Final = 10_000_000

CODES: Final = 2**31
"""Numbers are of 32 bits and the codes of words below this: a pair is a number of 64 bits."""

_PAIR: Final = "pair_of_keys"
_NO_NUMBER: Final = 2**31
_NO_WORD: Final = CODES - 1
_NARROW: Final = (nw.Int8, nw.Int16, nw.Int32, nw.UInt8, nw.UInt16)
_WIDE: Final = (nw.Int64, nw.UInt32, nw.UInt64)
_WORD: Final = (nw.Categorical, nw.Enum, nw.String)


def summed(
    rows: nw.LazyFrame[Any],
    keys: Sequence[str],
    sums: Mapping[str, nw.Expr],
    is_in: nw.Expr,
    *,
    piece_rows: int = PIECE_ROWS_MAX,
) -> nw.LazyFrame[Any]:
    """Sums by key of the rows that are in, held. The first two keys are a company and a class."""
    if rows.implementation is not nw.Implementation.POLARS:
        return _grouped(rows.filter(is_in), keys, sums)
    size, is_pair = _extent(rows, keys)
    native: Any = rows.to_native()
    number, word, *others = keys
    paired = native.with_columns(_pair(native, number, word).alias(_PAIR)) if is_pair else native
    grouped_by = [_PAIR, *others] if is_pair else keys
    again = {name: nw.col(name).sum() for name in sums}
    whole: nw.LazyFrame[Any] | None = None
    for first in range(0, max(size, 1), piece_rows):
        piece: Any = paired.slice(first, piece_rows) if size > piece_rows else paired
        found = _grouped(nw.from_native(piece).filter(is_in), grouped_by, sums)
        if whole is not None:
            found = _grouped(nw.concat([whole, found], how="vertical"), grouped_by, again)
        whole = found
    assert whole is not None
    return _parted(whole, native, number, word) if is_pair else whole


def _grouped(
    rows: nw.LazyFrame[Any], keys: Sequence[str], sums: Mapping[str, nw.Expr]
) -> nw.LazyFrame[Any]:
    return held(rows.group_by(*keys).agg(*(value.alias(name) for name, value in sums.items())))


def _extent(rows: nw.LazyFrame[Any], keys: Sequence[str]) -> tuple[int, bool]:
    """How many rows there are, and whether the first two keys go into one number."""
    schema = rows.collect_schema()
    number, word = (schema[name] for name in keys[:2])
    is_wide = any(number == kind for kind in _WIDE)
    asked = [nw.len().alias("size")]
    if is_wide:
        asked += [nw.col(keys[0]).min().alias("least"), nw.col(keys[0]).max().alias("most")]
    found = collected(rows.select(*asked))[0]
    fits = any(number == kind for kind in _NARROW)
    if is_wide:
        fits = found["least"] is None or -_NO_NUMBER <= found["least"] <= found["most"] < _NO_NUMBER
    return found["size"], fits and any(word == kind for kind in _WORD)


def _pair(native: Any, number: str, word: str) -> Any:
    import polars as pl

    text: Any = pl.col(word)
    if native.collect_schema()[word] == pl.String:
        text = text.cast(pl.Categorical)
    code = text.to_physical().cast(pl.Int64).fill_null(_NO_WORD)
    return pl.col(number).cast(pl.Int64).fill_null(_NO_NUMBER) * CODES + code


def _parted(sums: nw.LazyFrame[Any], native: Any, number: str, word: str) -> nw.LazyFrame[Any]:
    """Sums with the two keys, of their types, instead of one number."""
    import polars as pl

    kinds = native.collect_schema()
    is_text = kinds[word] == pl.String
    first, code = pl.col(_PAIR) // CODES, pl.col(_PAIR) % CODES
    text: Any = pl.when(code != _NO_WORD).then(code).cast(pl.UInt32)
    text = text.cat.to(pl.Categorical() if is_text else kinds[word])
    keyed: Any = sums.to_native()
    keyed = keyed.select(
        pl.when(first != _NO_NUMBER).then(first).cast(kinds[number]).alias(number),
        (text.cast(pl.String) if is_text else text).alias(word),
        pl.exclude(_PAIR),
    )
    return held(nw.from_native(keyed))
