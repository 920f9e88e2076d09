"""What a rule for a standardised figure is: formulas of tags and fields, with conditions."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

HALF_OR_TWICE = 0.5
"""Of the larger of two amounts: one of them is at least half of the other."""

SAME_FRACTION = 0.02
"""Small lines may stand between the two; that one is the other with a sign is beyond doubt."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """One signed name of a formula: a tag, or a field of the same taxonomy."""

    name: str
    sign: int
    is_optional: bool
    is_field: bool


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One way to a figure. All of `when` and none of `unless` must be known for it to apply.

    The first name of `larger` must have the larger value of the two. Where the field `near`
    is known and positive, the result must differ from it by the fraction `within` at most, which
    is a half if not given; the field `equals` must be known, and the result differ from it by
    that fraction at most, a fiftieth if not given.
    """

    formula: str
    terms: tuple[Term, ...]
    why: str
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    larger: tuple[str, str] | None = None
    near: str | None = None
    equals: str | None = None
    within: float = HALF_OR_TWICE

    @property
    def tag(self) -> str | None:
        """The tag, if the rule is one bare tag."""
        is_bare = len(self.terms) == 1 and self.terms[0].sign > 0 and not self.terms[0].is_field
        is_free = not (self.has_conditions or self.near or self.equals)
        return self.terms[0].name if is_bare and is_free else None

    @property
    def names(self) -> tuple[str, ...]:
        terms = tuple(term.name for term in self.terms)
        fields = tuple(name for name in (self.near, self.equals) if name is not None)
        return (*terms, *self.when, *self.unless, *(self.larger or ()), *fields)

    @cached_property
    def has_conditions(self) -> bool:
        """Whether the filing must have something, or must not, for the rule to be tried."""
        return bool(self.when or self.unless or self.larger)

    @cached_property
    def is_sum(self) -> bool:
        """Whether the result is no longer what one tag says."""
        return len(self.terms) > 1 or any(term.sign < 0 for term in self.terms)

    @cached_property
    def optional_names(self) -> frozenset[str]:
        """The names that may be missing."""
        return frozenset(term.name for term in self.terms if term.is_optional)

    @cached_property
    def signed_names(self) -> tuple[tuple[str, int, bool], ...]:
        """Name, sign and whether it may be missing, of each term."""
        return tuple((term.name, term.sign, term.is_optional) for term in self.terms)


NO_RULE = Rule(formula="", terms=(), why="a bare tag: there is nothing to apply")


@dataclass(frozen=True, kw_only=True)
class FieldRules:
    """The rules of one field, best first. Auxiliary fields serve formulas and checks only.

    A payment filed as a negative number is turned where the field is never negative.
    A missing figure is zero when every field of `zero_needs` was found and no tag of the
    balance sheet contains a word of `zero_unless_tag_like`; without those it stays missing.
    """

    field: str
    statement: str
    unit_kind: str
    rules: tuple[Rule, ...]
    is_auxiliary: bool
    is_never_negative: bool = False
    zero_needs: tuple[str, ...] = ()
    zero_unless_tag_like: re.Pattern[str] | None = None

    def steps(self, *, rare: Collection[str]) -> tuple[tuple[str | None, Rule], ...]:
        """Each rule with a name it cannot do without; a bare tag has no rule to apply.

        Of several such names the rarest is wanted, so that most rules are passed over unread:
        one of `rare`, else a tag rather than a field, else a condition, and the last.
        """
        steps: list[tuple[str | None, Rule]] = []
        for rule in self.rules:
            if rule.tag is not None:
                steps.append((rule.tag, NO_RULE))
                continue
            names = [*(term.name for term in rule.terms if not term.is_optional), *rule.when]
            names.sort(key=lambda name: (name in rare, name[0].isupper()))
            steps.append((names[-1] if names else None, rule))
        return tuple(steps)

    @property
    def names(self) -> set[str]:
        return {name for rule in self.rules for name in rule.names} | set(self.zero_needs)


Steps: TypeAlias = tuple[tuple[FieldRules, int, tuple[tuple[str | None, Rule], ...]], ...]
"""Fields with their bit and their steps, each after the fields its formulas need."""


@dataclass(frozen=True, kw_only=True)
class TaxonomyRules:
    """The fields of one taxonomy, each after the fields its formulas need."""

    fields: Mapping[str, FieldRules]
    instants: tuple[FieldRules, ...]
    durations: tuple[FieldRules, ...]
    unit_kind_by_tag: Mapping[str, str]

    @cached_property
    def bit_by_field(self) -> dict[str, int]:
        return {field: 1 << i for i, field in enumerate(self.fields)}

    @cached_property
    def instant_steps(self) -> Steps:
        """What is tried for a balance sheet, in order."""
        return self._steps(self.instants)

    @cached_property
    def duration_steps(self) -> Steps:
        """What is tried for an income and a cash flow statement, in order."""
        return self._steps(self.durations)

    def _steps(self, entries: Sequence[FieldRules]) -> Steps:
        bits = self.bit_by_field
        by_label_only = {field for field, entry in self.fields.items() if not entry.rules}
        return tuple((e, bits[e.field], e.steps(rare=by_label_only)) for e in entries)

    @cached_property
    def bits_by_name(self) -> dict[str, int]:
        """Per tag or field the bits of the fields that something may be tried for, once it is known."""
        bits: dict[str, int] = {}
        for entry, bit, steps in (*self.instant_steps, *self.duration_steps):
            names = {name for name, _ in steps if name is not None} | set(entry.zero_needs)
            for rule in (rule for name, rule in steps if name is None):
                names |= rule.optional_names
            for name in names:
                bits[name] = bits.get(name, 0) | bit
        return bits

    @cached_property
    def reported(self) -> frozenset[str]:
        """The fields that answers and tables show."""
        return frozenset(name for name, entry in self.fields.items() if not entry.is_auxiliary)

    @cached_property
    def income_fields(self) -> frozenset[str]:
        return frozenset(n for n, entry in self.fields.items() if entry.statement == "income_stmt")

    @cached_property
    def cash_flow_fields(self) -> frozenset[str]:
        return frozenset(n for n, entry in self.fields.items() if entry.statement == "cash_flow")

    @cached_property
    def total_assets_tags(self) -> frozenset[str]:
        """The tags that show a balance sheet of their date."""
        return frozenset(rule.tag for rule in self.fields["assets"].rules if rule.tag is not None)
