"""Rules applied to the values of one date and length: figures, each with its source."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from carbontrader_mcp.domain.filings import FactRow, FigureRow
from carbontrader_mcp.domain.statement_rule_types import (
    NO_RULE,
    FieldRules,
    Rule,
    Steps,
    TaxonomyRules,
)

ZERO_RULE = "no such tag in the balance sheet"

Figures = dict[str, FigureRow]

_row: Callable[[tuple[str, float, str, int, str, str, str, bool]], FigureRow] = partial(
    tuple.__new__,  # type: ignore[arg-type]
    FigureRow,
)
"""A FigureRow of a tuple of its eight members, in a third of the time its own call takes."""


class OwnTags(NamedTuple):
    """A filer's own tags for a field, `A + B` where they are to be added, and how identified."""

    tags: str
    rule: str


OwnValues = Mapping[tuple[str, str], float]
"""The values of one date and length by tag and unit, of a filer's own tags."""


class PeriodValues:
    """The values of one date and length by tag, and the figures found among them.

    `facts` are those of the filing, for whether its balance sheet names a thing at all.
    `own_tags` are the filer's own, and `own_values` what they are at this date and length.
    """

    __slots__ = (
        *("_ddate", "_facts", "_found", "_own_tags", "_own_values", "_qtrs", "_units", "_values"),
    )

    def __init__(
        self,
        values: dict[str, float],
        *,
        ddate: str,
        qtrs: int,
        units: Mapping[str, str],
        facts: Sequence[FactRow],
        own_tags: Mapping[str, OwnTags],
        own_values: OwnValues,
    ) -> None:
        # Fields are put beside the tags they are made of: tags begin with a capital, fields not.
        self._values, self._ddate, self._qtrs, self._units = values, ddate, qtrs, units
        self._facts, self._own_tags, self._own_values = facts, own_tags, own_values
        self._found: Figures = {}

    def figures(self, steps_of_fields: Steps, rules: TaxonomyRules) -> Figures:
        """Every field that a rule reaches, auxiliary ones too; fields after their parts."""
        values, units, ddate, qtrs = self._values, self._units, self._ddate, self._qtrs
        found, own_tags, tags = self._found, self._own_tags, values.keys()
        bits_by_name = rules.bits_by_name
        within_reach = self._bits(rules)
        for entry, bit, steps in steps_of_fields:
            if not within_reach & bit:
                continue
            figure = None
            for name, rule in steps:
                if name is None:
                    if tags.isdisjoint(rule.optional_names):
                        continue
                elif name not in values:
                    continue
                elif rule is NO_RULE:
                    unit, value = units[entry.unit_kind], values[name]
                    figure = _row((entry.field, value, ddate, qtrs, unit, name, name, False))
                    break
                figure = self._applied(entry, rule)
                if figure is not None:
                    break
            field = entry.field
            if figure is None:
                if not entry.zero_needs and field not in own_tags:
                    continue
                figure = self._last_resort(entry)
                if figure is None:
                    continue
            if figure[1] < 0 and entry.is_never_negative:
                figure = self._turned(entry, figure)
            found[field] = figure
            values[field] = figure[1]
            within_reach |= bits_by_name.get(field, 0)
        return found

    def _bits(self, rules: TaxonomyRules) -> int:
        """The fields some tag of this period leads to; most filings have half of them."""
        bits, bits_by_name, bit_by_field = 0, rules.bits_by_name, rules.bit_by_field
        for tag in self._values:
            bits |= bits_by_name.get(tag, 0)
        for field in self._own_tags:
            bits |= bit_by_field.get(field, 0)
        return bits

    def _applied(self, entry: FieldRules, rule: Rule) -> FigureRow | None:
        values, found = self._values, self._found
        if rule.has_conditions and not self._may_apply(rule):
            return None
        total, source, is_derived = 0.0, "", rule.is_sum
        for name, sign, is_optional in rule.signed_names:
            value = values.get(name)
            if value is None:
                if is_optional:
                    continue
                return None
            part = found.get(name)
            if part is not None:
                is_derived = is_derived or part[7]
                name = part[5]  # noqa: PLW2901 the tags of the field stand for it
            total += sign * value
            source = name if sign > 0 and not source else _joined(source, name, sign)
        if not source or not self._is_plausible(rule, total):
            return None
        return self._new(entry, total, source, rule.formula, is_derived=is_derived)

    def _may_apply(self, rule: Rule) -> bool:
        values = self._values
        if rule.larger is not None:
            large, small = rule.larger
            if not values.get(large, 0.0) > values.get(small, 0.0):
                return False
        has_all = all([name in values for name in rule.when])
        return has_all and not any([name in values for name in rule.unless])

    def _is_plausible(self, rule: Rule, total: float) -> bool:
        if rule.near is not None:
            near = self._values.get(rule.near, 0.0)
            return near <= 0 or abs(total - near) <= rule.within * max(total, near)
        if rule.equals is not None:
            same = self._values.get(rule.equals)
            return same is not None and abs(total - same) <= rule.within * abs(same)
        return True

    def _last_resort(self, entry: FieldRules) -> FigureRow | None:
        own = self._own_tags.get(entry.field)
        if own is not None and (figure := self._own_figure(entry, own)) is not None:
            return figure
        if entry.zero_unless_tag_like is None:
            return None
        if not all(field in self._found for field in entry.zero_needs):
            return None
        tags = [row[0] for row in self._facts if row[3] == 0 and row[2] == self._ddate]
        if entry.zero_unless_tag_like.search(" ".join(tags)):
            return None
        return self._new(entry, 0.0, "", ZERO_RULE, is_derived=True)

    def _turned(self, entry: FieldRules, figure: FigureRow) -> FigureRow:
        """A payment that was filed as a negative number; net figures, "-Tag", stay as they are."""
        source = figure[5]
        if source.startswith("-"):
            return figure
        turned = _joined("", source, -1)
        return self._new(entry, -figure[1], turned, figure[6], is_derived=True)

    def _own_figure(self, entry: FieldRules, own: OwnTags) -> FigureRow | None:
        """The sum of the filer's own tags; None if none of them has a value here."""
        unit, values = self._units[entry.unit_kind], self._own_values
        tags = [tag for tag in own.tags.split(" + ") if (tag, unit) in values]
        if not tags:
            return None
        total = sum(values[tag, unit] for tag in tags)
        return self._new(entry, total, " + ".join(tags), own.rule, is_derived=len(tags) > 1)

    def _new(
        self, entry: FieldRules, value: float, source_tag: str, rule: str, *, is_derived: bool
    ) -> FigureRow:
        unit = self._units[entry.unit_kind]
        return _row(
            (entry.field, value, self._ddate, self._qtrs, unit, source_tag, rule, is_derived)
        )


def _joined(source: str, name: str, sign: int) -> str:
    """The tags of a sum so far and one more.

    >>> _joined("Assets", "StockholdersEquity + MinorityInterest", -1)
    'Assets - (StockholdersEquity + MinorityInterest)'
    >>> _joined("Assets", "-RedeemableNoncontrollingInterest", -1)
    'Assets - (-RedeemableNoncontrollingInterest)'
    """
    if not source:
        return name if sign > 0 else f"-({name})" if " " in name else f"-{name}"
    if sign > 0:
        return f"{source} + {name}"
    return f"{source} - ({name})" if " " in name or name.startswith("-") else f"{source} - {name}"
