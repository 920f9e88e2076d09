"""The parameters of our uncertainty estimate, each with its origin, read from uncertainty.toml."""

import hashlib
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, cast

from carbontrader_mcp.domain.errors import InvalidInputError

SCORES: Final = (1, 2, 3, 4, 5)
DIGEST_CHARACTERS: Final = 12
TABLES: Final = ("sigma", "shared_fraction", "denominators", "factors")


class Lines(StrEnum):
    """Which emissions an interval is of. Scope 3 has spreads of its own and is never added."""

    SCOPE1_AND_2 = "scope1_and_2"
    SCOPE3 = "scope3"


class Origin(StrEnum):
    """Where a parameter is from."""

    MEASURED = "measured"
    PUBLISHED = "published"
    JUDGEMENT = "judgement"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A standard deviation of ln(true ÷ estimated), or a share of a variance, with its origin."""

    value: float
    origin: Origin
    basis: str


@dataclass(frozen=True, kw_only=True)
class UncertaintyParameters:
    """All parameters. `version` ends with a digest of the text they were read from."""

    version: str
    sigma: Mapping[Lines, Mapping[int, Parameter]]
    shared_fraction: Mapping[int, Parameter]
    denominators: Mapping[str, Parameter]
    factors: Mapping[str, Parameter]

    def denominator_sigma(self, name: str) -> float:
        return _found(self.denominators, name, "Denominator").value

    def factor_sigma(self, name: str) -> float:
        return _found(self.factors, name, "Factor kind").value


@cache
def packaged_parameters() -> UncertaintyParameters:
    """The parameters that come with CarbonTrader."""
    text = files("carbontrader_mcp.portfolio").joinpath("uncertainty.toml").read_text("utf-8")
    return uncertainty_parameters(text)


def uncertainty_parameters(text: str) -> UncertaintyParameters:
    """The parameters in a TOML text of the form of uncertainty.toml.

    Raises:
        InvalidInputError: a part is missing, unknown or out of range; it is named.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"The uncertainty parameters are not TOML: {error}.") from error
    expected = {"version", *TABLES}
    if set(tables) != expected:
        raise InvalidInputError(
            f"The uncertainty parameters have the parts {', '.join(sorted(tables))}; they must be"
            f" {', '.join(sorted(expected))}."
        )
    sigma_of = _table(tables["sigma"], "sigma")
    if set(sigma_of) != set(Lines):
        raise InvalidInputError(
            f"sigma has the tables {', '.join(sigma_of)}; it must have {', '.join(Lines)}."
        )
    sigma = {line: _by_score(sigma_of[line], f"sigma.{line}") for line in Lines}
    for line, parameters in sigma.items():
        values = [parameters[score].value for score in SCORES]
        if values != sorted(values):
            raise InvalidInputError(f"sigma.{line} falls with the score ({values}); it must rise.")
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGEST_CHARACTERS]
    return UncertaintyParameters(
        version=f"{tables['version']}+{digest}",
        sigma=MappingProxyType(sigma),
        shared_fraction=_by_score(tables["shared_fraction"], "shared_fraction", most=1.0),
        denominators=_by_name(tables["denominators"], "denominators"),
        factors=_by_name(tables["factors"], "factors"),
    )


def _found(parameters: Mapping[str, Parameter], name: str, what: str) -> Parameter:
    if name not in parameters:
        raise InvalidInputError(f"{what} {name!r} is unknown; use one of {', '.join(parameters)}.")
    return parameters[name]


def _by_score(found: object, path: str, *, most: float = math.inf) -> Mapping[int, Parameter]:
    table = _table(found, path)
    if set(table) != {str(score) for score in SCORES}:
        raise InvalidInputError(f"{path} has {', '.join(table)}; it must have the scores 1 to 5.")
    return MappingProxyType(
        {
            score: _parameter(table[str(score)], f"{path}.{score}", most=most, more=())
            for score in SCORES
        }
    )


def _by_name(found: object, path: str) -> Mapping[str, Parameter]:
    """Parameters by their own name and by every further name they serve."""
    parameters: dict[str, Parameter] = {}
    for name, entry in _table(found, path).items():
        parameter = _parameter(entry, f"{path}.{name}", most=math.inf, more=("names",))
        for known in (name, *cast(list[str], entry["names"])):
            if known in parameters:
                raise InvalidInputError(f"{path} names {known!r} twice.")
            parameters[known] = parameter
    return MappingProxyType(parameters)


def _parameter(found: object, path: str, *, most: float, more: Iterable[str]) -> Parameter:
    entry = _table(found, path)
    expected = {"value", "origin", "basis", *more}
    if set(entry) != expected:
        raise InvalidInputError(
            f"{path} has {', '.join(sorted(entry))}; it must have {', '.join(sorted(expected))}."
        )
    value, origin = entry["value"], entry["origin"]
    is_number = isinstance(value, float | int) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= most or math.isinf(value):
        raise InvalidInputError(f"{path}.value is {value!r}; it must be a number from 0 to {most}.")
    if origin not in list(Origin):
        raise InvalidInputError(f"{path}.origin is {origin!r}; use one of {', '.join(Origin)}.")
    return Parameter(value=float(value), origin=Origin(origin), basis=str(entry["basis"]))


def _table(found: object, path: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise InvalidInputError(f"{path} is missing or no table.")
    return cast(dict[str, Any], found)
