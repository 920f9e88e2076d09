"""The rules that turn tags into standardised figures: read from plain data, checked once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

STATEMENTS = ("income_stmt", "balance_sheet", "cash_flow")

_TERM = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_]*)(?P<optional>\??)")


@dataclass(frozen=True, kw_only=True)
class Term:
    """One signed name of a formula: a tag, or a field of the same taxonomy."""

    name: str
    sign: int
    is_optional: bool
    is_field: bool


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One way to a figure. `when` names a tag that must have been filed for it to apply."""

    formula: str
    terms: tuple[Term, ...]
    why: str
    when: str | None = None

    @cached_property
    def tag(self) -> str | None:
        """The tag, if the rule is one bare tag."""
        is_bare = len(self.terms) == 1 and not self.terms[0].is_field and self.when is None
        return self.terms[0].name if is_bare else None


@dataclass(frozen=True, kw_only=True)
class FieldRules:
    """The rules of one field, best first. Auxiliary fields serve formulas and checks only.

    A missing figure is zero when every field of `zero_needs` was found and no tag of the
    balance sheet contains a word of `zero_unless_tag_like`; without those it stays missing.
    """

    field: str
    statement: str
    rules: tuple[Rule, ...]
    is_auxiliary: bool
    zero_needs: tuple[str, ...] = ()
    zero_unless_tag_like: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LabelPattern:
    """Labels of a statement line that mark it as a field, for filers with a tag of their own."""

    matches: tuple[re.Pattern[str], ...]
    exclude: re.Pattern[str]

    def rank(self, label: str) -> int | None:
        """How well the label names the field: 0 is best, None is not at all.

        >>> totals = (re.compile("^total revenues?$"), re.compile("^revenues?$"))
        >>> pattern = LabelPattern(matches=totals, exclude=re.compile("cost"))
        >>> pattern.rank(" Revenues:"), pattern.rank("Cost of revenues")
        (1, None)
        """
        words = " ".join(label.lower().split()).strip(" :.")
        if self.exclude.search(words):
            return None
        ranks = (rank for rank, match in enumerate(self.matches) if match.search(words))
        return next(ranks, None)


@dataclass(frozen=True, kw_only=True)
class StatementRules:
    """The rules of every field by taxonomy ("us-gaap", "ifrs-full"), and the label patterns."""

    taxonomies: Mapping[str, Mapping[str, FieldRules]]
    labels: Mapping[str, LabelPattern]


def parse_statement_rules(document: Mapping[str, Any]) -> StatementRules:
    """Rules from their data file. Raises ValueError if a formula names no known field or loops."""
    labels = {
        field: LabelPattern(
            matches=tuple(re.compile(match) for match in entry["matches"]),
            exclude=re.compile(entry["except"]),
        )
        for field, entry in document.get("labels", {}).items()
    }
    taxonomies = {
        taxonomy: _fields(taxonomy, statements)
        for taxonomy, statements in document.items()
        if taxonomy != "labels"
    }
    return StatementRules(taxonomies=taxonomies, labels=labels)


def _fields(taxonomy: str, statements: Mapping[str, Any]) -> dict[str, FieldRules]:
    fields: dict[str, FieldRules] = {}
    for statement, entries in statements.items():
        if statement not in STATEMENTS:
            raise ValueError(f"{taxonomy}.{statement} is no statement; use one of {STATEMENTS}.")
        for field, entry in entries.items():
            fields[field] = FieldRules(
                field=field,
                statement=statement,
                rules=tuple(_rule(rule) for rule in entry["rules"]),
                is_auxiliary=bool(entry.get("aux", False)),
                zero_needs=tuple(entry.get("zero_needs", ())),
                zero_unless_tag_like=tuple(entry.get("zero_unless_tag_like", ())),
            )
    for field in fields:
        _check_formulas(taxonomy, fields, (field,))
    return fields


def _rule(entry: Mapping[str, str]) -> Rule:
    return Rule(
        formula=entry["use"], terms=_terms(entry["use"]), why=entry["why"], when=entry.get("when")
    )


def _terms(formula: str) -> tuple[Term, ...]:
    words = formula.split()
    signs, names = ["+", *words[1::2]], words[0::2]
    terms: list[Term] = []
    for sign, word in zip(signs, names, strict=True):
        match = _TERM.fullmatch(word)
        if match is None or sign not in ("+", "-"):
            raise ValueError(f"Formula {formula!r}: {sign} {word} is not + or - and a name.")
        name = match["name"]
        terms.append(
            Term(
                name=name,
                sign=1 if sign == "+" else -1,
                is_optional=bool(match["optional"]),
                is_field=name[0].islower(),
            )
        )
    return tuple(terms)


def _check_formulas(taxonomy: str, fields: Mapping[str, FieldRules], path: Sequence[str]) -> None:
    for rule in fields[path[-1]].rules:
        for term in rule.terms:
            if not term.is_field:
                continue
            if term.name not in fields:
                raise ValueError(f"{taxonomy}: {rule.formula!r} names no known field {term.name}.")
            if term.name in path:
                raise ValueError(f"{taxonomy}: {' -> '.join((*path, term.name))} is a circle.")
            _check_formulas(taxonomy, fields, (*path, term.name))
