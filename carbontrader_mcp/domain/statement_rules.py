"""The rules that turn tags into standardised figures: read from plain data, checked once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from carbontrader_mcp.domain.statement_labels import LabelPattern, label_pattern
from carbontrader_mcp.domain.statement_rule_types import (
    HALF_OR_TWICE,
    SAME_FRACTION,
    FieldRules,
    Rule,
    TaxonomyRules,
    Term,
)

STATEMENTS = ("income_stmt", "balance_sheet", "cash_flow")
COVER_PAGE_TAGS = frozenset(("EntityCommonStockSharesOutstanding",))
"""Of the cover page, only to compare with: its date is another one."""

UNIT_KINDS = ("currency", "per_share", "shares")
_TERM = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_]*)(?P<optional>\??)")


@dataclass(frozen=True, kw_only=True)
class StatementRules:
    """The rules of every field by taxonomy ("us-gaap", "ifrs-full"), and the label patterns."""

    taxonomies: Mapping[str, TaxonomyRules]
    labels: Mapping[str, LabelPattern]

    @cached_property
    def tags(self) -> frozenset[str]:
        """Every tag that some rule or check reads."""
        tags = {tag for rules in self.taxonomies.values() for tag in rules.unit_kind_by_tag}
        return frozenset(tags) | COVER_PAGE_TAGS


def merge_documents(documents: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Several data files as one document. Raises ValueError if two give the same entry."""
    merged: dict[str, Any] = {}
    for document in documents:
        _merge(merged, document, path="")
    return merged


def _merge(merged: dict[str, Any], document: Mapping[str, Any], path: str) -> None:
    for key, value in document.items():
        if key not in merged:
            merged[key] = _merged_copy(value)
        elif isinstance(value, dict) and isinstance(merged[key], dict) and "rules" not in value:
            _merge(merged[key], value, f"{path}{key}.")  # type: ignore[arg-type]
        else:
            raise ValueError(f"{path}{key} stands in two of the files; keep one.")


def _merged_copy(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value  # type: ignore[arg-type]


def parse_statement_rules(document: Mapping[str, Any]) -> StatementRules:
    """Rules from their data. Raises ValueError if a formula names no known field or loops."""
    labels = {field: label_pattern(entry) for field, entry in document.get("labels", {}).items()}
    taxonomies = {
        taxonomy: _taxonomy(taxonomy, statements)
        for taxonomy, statements in document.items()
        if taxonomy != "labels"
    }
    return StatementRules(taxonomies=taxonomies, labels=labels)


def _taxonomy(taxonomy: str, statements: Mapping[str, Any]) -> TaxonomyRules:
    fields: dict[str, FieldRules] = {}
    for statement, entries in statements.items():
        if statement not in STATEMENTS:
            raise ValueError(f"{taxonomy}.{statement} is no statement; use one of {STATEMENTS}.")
        for field, entry in entries.items():
            fields[field] = _field(taxonomy, statement, field, entry)
    ordered: dict[str, FieldRules] = {}
    for field in fields:
        _put_after_its_parts(taxonomy, fields, (field,), ordered)
    return TaxonomyRules(
        fields=fields,
        instants=tuple(e for e in ordered.values() if e.statement == "balance_sheet"),
        durations=tuple(e for e in ordered.values() if e.statement != "balance_sheet"),
        unit_kind_by_tag=_unit_kinds(taxonomy, fields),
    )


def _field(taxonomy: str, statement: str, field: str, entry: Mapping[str, Any]) -> FieldRules:
    unit_kind = entry.get("unit", "currency")
    if unit_kind not in UNIT_KINDS:
        raise ValueError(f"{taxonomy}.{field}: unit {unit_kind!r} is none of {UNIT_KINDS}.")
    words = entry.get("zero_unless_tag_like", ())
    return FieldRules(
        field=field,
        statement=statement,
        unit_kind=unit_kind,
        rules=tuple(_rule(rule) for rule in entry["rules"]),
        is_auxiliary=bool(entry.get("aux", False)),
        is_never_negative=bool(entry.get("never_negative", False)),
        zero_needs=tuple(entry.get("zero_needs", ())),
        zero_unless_tag_like=re.compile("|".join(words)) if words else None,
    )


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        formula=entry["use"],
        terms=_terms(entry["use"]),
        why=entry["why"],
        when=tuple(entry.get("when", ())),
        unless=tuple(entry.get("unless", ())),
        larger=_pair(entry["larger"]) if "larger" in entry else None,
        near=entry.get("near"),
        equals=entry.get("equals"),
        within=float(entry.get("within", SAME_FRACTION if "equals" in entry else HALF_OR_TWICE)),
    )


def _pair(names: Sequence[str]) -> tuple[str, str]:
    larger, smaller = names
    return larger, smaller


def _terms(formula: str) -> tuple[Term, ...]:
    words = formula.split()
    if words[0] not in ("+", "-"):
        words = ["+", *words]
    terms: list[Term] = []
    for sign, word in zip(words[::2], words[1::2], strict=True):
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


def _put_after_its_parts(
    taxonomy: str,
    fields: Mapping[str, FieldRules],
    path: Sequence[str],
    ordered: dict[str, FieldRules],
) -> None:
    field = path[-1]
    if field in ordered:
        return
    is_instant = fields[field].statement == "balance_sheet"
    for name in sorted(fields[field].names):
        if not name[0].islower():
            continue
        if name not in fields:
            raise ValueError(f"{taxonomy}: a rule of {field} names no known field {name}.")
        if name in path:
            raise ValueError(f"{taxonomy}: {' -> '.join((*path, name))} is a circle.")
        if is_instant != (fields[name].statement == "balance_sheet"):
            raise ValueError(f"{taxonomy}: {field} and {name} are of a day and of a period.")
        _put_after_its_parts(taxonomy, fields, (*path, name), ordered)
    ordered[field] = fields[field]


def _unit_kinds(taxonomy: str, fields: Mapping[str, FieldRules]) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for entry in fields.values():
        for rule in entry.rules:
            own = {term.name for term in rule.terms}
            for name in rule.names:
                if name[0].islower():
                    continue
                kind = entry.unit_kind if name in own else kinds.get(name, entry.unit_kind)
                if kinds.setdefault(name, kind) != kind:
                    raise ValueError(f"{taxonomy}: {name} is both {kinds[name]} and {kind}.")
    return kinds
