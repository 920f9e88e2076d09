"""The columns of a loan book, and which of them a header of somebody else's file means.

Exact names come first, then synonyms with the unit in the header. A header that may mean several
inputs, or an input in several units, is a question: nothing is picked silently.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.near_names import did_you_mean
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.domain.pcaf.attributes import attributes_of
from carbontrader_mcp.domain.pcaf.inputs import INPUTS, Input
from carbontrader_mcp.domain.pcaf.method import Method, inputs_of
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.domain.portfolio_position_columns import (
    ATTRIBUTE_COLUMNS,
    POSITION_COLUMNS,
    TEXT_COLUMNS,
)
from carbontrader_mcp.domain.portfolio_synonyms import SYNONYMS
from carbontrader_mcp.domain.portfolio_units import (
    ROW_CURRENCY,
    Conversion,
    NoConversion,
    as_named,
    conversion_to,
    is_unit,
)

IGNORE: Final = "ignore"
HEADER_CHARACTERS_MAX: Final = 200
SHOWN_CHARACTERS_MAX: Final = 60
TAIL_WORDS_MAX: Final = 4

How = Literal["name", "synonym", "as told"]


@dataclass(frozen=True, kw_only=True)
class ColumnReading:
    """A column of the file, what it is read as, and how its numbers become the input's."""

    header: str
    target: str
    how: How
    conversion: Conversion | None = None

    @property
    def input(self) -> Input | None:
        return INPUTS.get(self.target)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A column that may be several things, or is in no unit that is known."""

    header: str
    candidates: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class ColumnPlan:
    """What is read from each column; `unused` are columns nothing is read from."""

    readings: tuple[ColumnReading, ...]
    questions: tuple[Question, ...]
    unused: tuple[str, ...]

    def reading_of(self, target: str) -> ColumnReading | None:
        return next((each for each in self.readings if each.target == target), None)


def plan_columns(
    headers: Sequence[str],
    *,
    classes: Collection[AssetClass] = (),
    told: Mapping[str, str] | None = None,
) -> ColumnPlan:
    """What each column is read as; `told` says it for some headers, `classes` are those of the file.

    Raises:
        InvalidInputError: what was told names a column or an input there is none of.
    """
    told = told or {}
    if missing := [header for header in told if header not in headers]:
        near = did_you_mean(missing[0], headers)
        raise InvalidInputError(
            f"The file has no column {_shown(missing[0])}{near and f' ({near})'}; its columns are"
            f" {', '.join(map(_shown, headers[:20]))}{' ...' if len(headers) > 20 else ''}."
        )
    allowed = targets_taken(classes)
    found = {
        header: _told(header, told[header]) if header in told else read_header(header, allowed)
        for header in headers
    }
    readings = [each for each in found.values() if isinstance(each, ColumnReading)]
    twice = {each.target for each in readings if sum(r.target == each.target for r in readings) > 1}
    for header, each in found.items():
        if isinstance(each, ColumnReading) and each.target in twice:
            rivals = [_shown(r.header) for r in readings if r.target == each.target]
            found[header] = Question(
                header=header,
                candidates=(each.target, IGNORE),
                reason=f"{' and '.join(rivals)} are both {each.target}",
            )
    return ColumnPlan(
        readings=tuple(each for each in found.values() if isinstance(each, ColumnReading)),
        questions=tuple(each for each in found.values() if isinstance(each, Question)),
        unused=tuple(header for header, each in found.items() if each is None),
    )


def read_header(header: str, allowed: Collection[str]) -> ColumnReading | Question | None:
    """What a header means by itself; None if it is nothing that is read.

    >>> read_header("Exposure (EUR m)", INPUTS).conversion.unit
    'EUR million'
    """
    name = header.strip().casefold()
    if name in POSITION_COLUMNS or (name in ATTRIBUTE_COLUMNS and name in allowed):
        return ColumnReading(header=header, target=name, how="name")
    if name in allowed:
        return ColumnReading(
            header=header, target=name, how="name", conversion=as_named(INPUTS[name])
        )
    if _is_amount(named := f"{name}_usd") and named in allowed:
        return _in_unit(header, named, "", "name")
    if len(header) > HEADER_CHARACTERS_MAX:
        return None
    for words, unit in _splits(header):
        taken = {*allowed} - ATTRIBUTE_COLUMNS.keys() if unit else {*allowed, *POSITION_COLUMNS}
        for names in _targets(words):
            if targets := [name for name in names if name in taken]:
                return _of_targets(header, targets, unit)
    return None


def targets_taken(classes: Collection[AssetClass]) -> frozenset[str]:
    """Every input and attribute of these asset classes; of all where none is named."""
    methods = [METHODS[asset_class] for asset_class in classes or METHODS]
    return frozenset(
        name for method in methods for name in (*inputs_of(method), *_attribute_columns(method))
    )


def _attribute_columns(method: Method) -> tuple[str, ...]:
    return tuple(name for name in attributes_of(method) if name in ATTRIBUTE_COLUMNS)


def columns_of(asset_class: AssetClass) -> tuple[str, ...]:
    """The columns of a template: the position, its attributes, its amount, every other input.

    Amounts stand without a currency in their name: the column `currency` says it.

    >>> columns_of(AssetClass.MORTGAGES)[11:15]
    ('region', 'fuel', 'outstanding_amount', 'stated_option')
    """
    method = METHODS[asset_class]
    inputs = dict.fromkeys((method.amount, *inputs_of(method)))
    return (*POSITION_COLUMNS, *_attribute_columns(method), *map(column_name, inputs))


def column_name(name: str) -> str:
    """An input as the column of a template."""
    return name.removesuffix("_usd") if _is_amount(name) else name


def target_of(text: str) -> tuple[str, Conversion | None]:
    """What `our_input` or `our_input [unit]` names: the target, and the conversion of an input.

    Raises:
        InvalidInputError: no such input, or a unit that is none of it.
    """
    found = re.fullmatch(r"\s*([A-Za-z0-9_]+)\s*(?:\[(.*)\])?\s*", text)
    name, unit = (found[1].casefold(), found[2]) if found else (text, None)
    if name in TEXT_COLUMNS and unit is None:
        return name, None
    item = INPUTS.get(name) or (INPUTS.get(f"{name}_usd") if _is_amount(f"{name}_usd") else None)
    if item is None:
        near = did_you_mean(name, (*TEXT_COLUMNS, *map(column_name, INPUTS), *INPUTS, IGNORE))
        raise InvalidInputError(
            f"{_shown(text)} is nothing a column can be read as{near and f' ({near})'}: name an input (`carbontrader"
            " portfolio template CLASS --describe` lists them), with a unit in brackets where it"
            f" is another, a column such as {', '.join(list(POSITION_COLUMNS)[:4])}, or {IGNORE}."
        )
    if unit is None and name in INPUTS:
        return item.name, as_named(item)
    found_conversion = conversion_to(item, unit or "")
    if isinstance(found_conversion, NoConversion):
        raise InvalidInputError(f"{_shown(text)}: {found_conversion.reason}.")
    return item.name, found_conversion


def told_text(reading: ColumnReading) -> str:
    """A reading in the words of `target_of`.

    >>> told_text(read_header("Exposure (EUR m)", INPUTS))
    'outstanding_amount_usd [EUR million]'
    """
    conversion, item = reading.conversion, reading.input
    if conversion is None or item is None:
        return reading.target
    unit = conversion.unit.removeprefix(ROW_CURRENCY.rstrip(",")).strip(" ,")
    if conversion.takes_row_currency:
        return column_name(item.name) + (f" [{unit}]" if unit else "")
    return item.name if unit == item.unit else f"{item.name} [{unit}]"


def _told(header: str, text: str) -> ColumnReading | None:
    if text.strip().casefold() == IGNORE:
        return None
    target, conversion = target_of(text)
    return ColumnReading(header=header, target=target, how="as told", conversion=conversion)


def _of_targets(header: str, targets: Sequence[str], unit: str) -> ColumnReading | Question:
    if any(name in TEXT_COLUMNS for name in targets):
        if len(targets) == 1:
            return ColumnReading(header=header, target=targets[0], how="synonym")
        return _either(header, targets)
    found = {target: _in_unit(header, target, unit, "synonym") for target in targets}
    fitting = [each for each in found.values() if isinstance(each, ColumnReading)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting and len(found) == 1:
        return next(iter(found.values()))
    return _either(header, [each.target for each in fitting] or targets)


def _either(header: str, candidates: Sequence[str]) -> Question:
    return Question(
        header=header,
        candidates=tuple(candidates),
        reason=f"it may be {' or '.join(candidates)}",
    )


def _in_unit(header: str, target: str, unit: str, how: How) -> ColumnReading | Question:
    found = conversion_to(INPUTS[target], unit)
    if isinstance(found, NoConversion):
        return Question(header=header, candidates=(target,), reason=found.reason)
    return ColumnReading(header=header, target=target, how=how, conversion=found)


def _splits(header: str) -> list[tuple[str, str]]:
    """Words and unit as the header may be cut, the likeliest first."""
    plain = " ".join(re.sub(r"[_\r\n\t]+", " ", header).split())
    bracketed = re.fullmatch(r"(.*?)\s*[(\[]([^()\[\]]+)[)\]]\s*", plain)
    if bracketed is not None:
        unit = bracketed[2].strip()
        return [(_words(bracketed[1]), unit.removeprefix("in ")), (_words(plain), "")]
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain)
    wordings = [plain] if " " in plain or spaced == plain else [plain, spaced]
    return [cut for wording in wordings for cut in (*_unit_cuts(wording), (_words(wording), ""))]


def _unit_cuts(plain: str) -> list[tuple[str, str]]:
    """Words and unit, where the last words are one: the longest unit first."""
    parts = plain.split(" ")
    cuts: list[tuple[str, str]] = []
    for count in range(min(TAIL_WORDS_MAX, len(parts) - 1), 0, -1):
        tail = " ".join(parts[-count:]).removeprefix("in ")
        if is_unit(tail):
            cuts.append((_words(" ".join(parts[:-count])), tail))
    return cuts


def _words(text: str) -> str:
    """Lower-case words without what only separates them."""
    return " ".join(re.sub(r"[^\w+]+", " ", text.casefold()).split())


@cache
def _names_without_unit() -> Mapping[str, tuple[str, ...]]:
    """Inputs by their words without the unit at their end."""
    found: dict[str, tuple[str, ...]] = {}
    for name in INPUTS:
        short = re.sub(
            r"_(usd|tco2e|tco2e_per_\w+|mwh|kwh|m2|km|litres|fraction|kwh_per_\w+|litres_per_km)$",
            "",
            name,
        ).replace("_", " ")
        found[short] = (*found.get(short, ()), name)
    return found


def _targets(words: str) -> Iterator[tuple[str, ...]]:
    """What words name: columns and inputs by their own name, then those that are called so."""
    name = words.replace(" ", "_")
    yield (name,) if name in TEXT_COLUMNS else ()
    yield _names_without_unit().get(words, ())
    yield SYNONYMS.get(words, ())


def _is_amount(name: str) -> bool:
    """Whether a name is an input in money that an exchange rate converts."""
    return name in INPUTS and INPUTS[name].unit == "USD" and "ppp_gdp" not in name


def _shown(text: str) -> str:
    return repr(clean(text, length_max=SHOWN_CHARACTERS_MAX))
