"""The record of a calculation: all that is needed to calculate it again, bit for bit."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, cast

from carbontrader_mcp.domain.errors import CarbonTraderError, InvalidInputError
from carbontrader_mcp.domain.pcaf.attributes import Attribute
from carbontrader_mcp.domain.pcaf.calculation import Calculation, FinancedEmissions
from carbontrader_mcp.domain.pcaf.engine import ENGINE_VERSION, calculate
from carbontrader_mcp.domain.pcaf.guards import Value
from carbontrader_mcp.domain.pcaf.options import EDITION_TITLES, AssetClass, Edition

ID_DIGITS: Final = 24
PREFIX: Final = "calc-"
SAME_NAMES: Final = (
    "attribution_factor",
    "scope1_tco2e",
    "scope2_tco2e",
    "scope1_and_2_tco2e",
    "scope3_tco2e",
    "scope1_incl_lulucf_tco2e",
    "economic_emission_intensity_tco2e_per_million_usd",
    "pcaf_option",
    "data_quality_score",
)
"""Figures whose column is named as their field."""

ENGINE_FIELDS: Final = tuple(
    field.name for field in fields(Calculation) if field.name not in ("inputs", "warnings")
)
"""What a second calculation must give again, to the last bit. Warnings may come from outside it."""

LATER_FIELDS: Final = ("attributes",)
"""What records written before them lack."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a calculation is of, besides its inputs."""

    company: str | None = None
    cik: str | None = None
    portfolio_id: str | None = None
    position_id: str | None = None
    reporting_year: int | None = None
    denominator: str | None = None
    denominator_date: str | None = None
    is_synthetic: bool = False
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field in which a second calculation came out otherwise, both as JSON."""

    field: str
    recorded: str
    calculated: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Whether a record is as it was written and its inputs give its result."""

    calculation_id: str
    is_verified: bool
    is_unaltered: bool
    engine_version_recorded: str
    engine_version_now: str
    differences: tuple[Difference, ...]


def record(result: Calculation, context: Context) -> FinancedEmissions:
    """A calculation with its context and the identifier its content gives it."""
    parts = {field.name: getattr(result, field.name) for field in fields(Calculation)}
    context_parts = {field.name: getattr(context, field.name) for field in fields(Context)}
    unnamed = FinancedEmissions(**parts, **context_parts, calculation_id="")
    named = calculation_id(asdict(unnamed))
    return FinancedEmissions(**parts, **context_parts, calculation_id=named)


def to_json(result: FinancedEmissions) -> str:
    """The record as text; floats keep every bit."""
    return _canonical(asdict(result))


def calculation_id(content: Mapping[str, Any]) -> str:
    """The identifier of a record: a hash of everything in it but the identifier."""
    parts = {name: value for name, value in content.items() if name != "calculation_id"}
    digest = hashlib.sha256(_canonical(parts).encode()).hexdigest()
    return f"{PREFIX}{digest[:ID_DIGITS]}"


def edition_of(title: str) -> Edition:
    """The edition of Part A a record names; a record of Part B or C has the third's engine."""
    return next(
        (edition for edition, text in EDITION_TITLES.items() if text == title), Edition.THIRD
    )


def inputs_of_record(content: Mapping[str, Any]) -> dict[str, Value]:
    """The inputs a record holds, by name."""
    return {item["name"]: item["value"] for item in content["inputs"]}


def recalculate(
    content: Mapping[str, Any], changes: Mapping[str, Value | None] | None = None
) -> Calculation:
    """The calculation of a record, made again; with `changes`, as it would be with those inputs.

    A change to None takes the input away.
    """
    inputs: dict[str, Value | None] = {**inputs_of_record(content), **(changes or {})}
    sources = {item["name"]: item["source"] for item in content["inputs"]}
    sources |= dict.fromkeys(changes or {}, "changed for a what-if")
    return calculate(
        AssetClass(content["asset_class"]),
        inputs,
        edition=edition_of(content["edition"]),
        sources=sources,
    )


def columns_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a record as a table of calculations shows them."""
    return {
        "portfolio_id": content["portfolio_id"],
        "position_id": content["position_id"],
        "cik": content["cik"],
        "asset_class": str(content["asset_class"]),
        "edition": f"{content['edition']}, {content['section']}",
        "reporting_year": content["reporting_year"],
        "outstanding_amount_usd": content["amount_usd"],
        "company_value_usd": content["value_usd"],
        "denominator": content["denominator"],
        **{name: content[name] for name in SAME_NAMES},
        "is_synthetic": int(content["is_synthetic"]),
        "engine_version": content["engine_version"],
    }


def verify(text: str, *, row: Mapping[str, Any], calculation_id: str) -> Verification:
    """Calculate a record again and compare every field, bit for bit, with it and with its row.

    The identifier must be that of the content; a run's calculation stands under the run's name.
    What cannot be calculated again is a difference, not an error.
    """
    try:
        content = _parsed(text)
        named = _identifier(content)
    except (ValueError, InvalidInputError) as error:
        return _unreadable(calculation_id, str(error))
    is_own = not calculation_id.startswith(PREFIX) or content["calculation_id"] == calculation_id
    differences = [
        *_row_differences(content, row),
        *_recalculated_differences(content),
    ]
    if not is_own:
        differences.insert(0, _difference("calculation_id", calculation_id, named))
    is_unaltered = named == content["calculation_id"] and is_own
    return Verification(
        calculation_id=calculation_id,
        is_verified=is_unaltered and not differences,
        is_unaltered=is_unaltered,
        engine_version_recorded=str(content["engine_version"]),
        engine_version_now=ENGINE_VERSION,
        differences=tuple(differences),
    )


def _identifier(content: Mapping[str, Any]) -> str:
    return calculation_id(content)


def _unreadable(identifier: str, reason: str) -> Verification:
    return Verification(
        calculation_id=identifier,
        is_verified=False,
        is_unaltered=False,
        engine_version_recorded="unknown",
        engine_version_now=ENGINE_VERSION,
        differences=(Difference(field="record", recorded="unreadable", calculated=reason[:200]),),
    )


def _row_differences(content: Mapping[str, Any], row: Mapping[str, Any]) -> list[Difference]:
    """Columns of the table that are not as the record has them."""
    return [
        _difference(name, row[name], value)
        for name, value in columns_of(content).items()
        if name in row and row[name] != value
    ]


def _recalculated_differences(content: Mapping[str, Any]) -> list[Difference]:
    try:
        again = json.loads(_canonical(asdict(recalculate(content))))
    except (CarbonTraderError, ValueError, KeyError, TypeError) as error:
        return [Difference(field="record", recorded="given", calculated=f"refused: {error}"[:200])]
    return [
        _difference(name, content.get(name), again[name])
        for name in ENGINE_FIELDS
        if _canonical(content.get(name)) != _canonical(again[name])
    ]


def _difference(field: str, recorded: Any, calculated: Any) -> Difference:
    return Difference(field=field, recorded=_canonical(recorded), calculated=_canonical(calculated))


def read(text: str) -> dict[str, Any]:
    """A record as it was written. Raises InvalidInputError where the text is none."""
    try:
        return _parsed(text)
    except ValueError as error:
        raise InvalidInputError("The record cannot be read: it is no JSON.") from error


def _parsed(text: str) -> dict[str, Any]:
    content: Any = json.loads(text)
    names = {field.name for field in fields(FinancedEmissions)} - set(LATER_FIELDS)
    if not isinstance(content, dict) or not names <= cast(dict[str, Any], content).keys():
        raise InvalidInputError("The text is not the record of a calculation.")
    return cast(dict[str, Any], content)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
