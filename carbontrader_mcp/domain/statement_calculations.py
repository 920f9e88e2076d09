"""A filer's own tags, identified by the filer's calculation: what adds up to what.

The Financial Statement and Notes data sets give these links (cal.tsv), and so does the
calculation linkbase of a filing.
"""

from collections.abc import Iterable, Mapping, Sequence

from carbontrader_mcp.domain.filings import OWN_VERSION, FactRow, Submission
from carbontrader_mcp.domain.statement_periods import duration_order
from carbontrader_mcp.domain.statement_rule_types import TaxonomyRules
from carbontrader_mcp.domain.statement_rules import StatementRules

Arc = tuple[str, str, float]
"""Parent tag, child tag, weight (+1 or -1)."""

SUM_FRACTION = 0.001
"""Statements in millions are rounded by a thousandth at most, but for very small amounts."""

CHILDREN_MIN = 2
"""A total of one line may be that line by another name, or a part of it."""


def calculated_tags(
    arcs: Iterable[Arc],
    facts: Sequence[FactRow],
    submission: Submission,
    rules: StatementRules,
    *,
    taxonomy: str = "us-gaap",
) -> dict[str, str]:
    """Per field a tag of the filer's own that its calculation proves to be that field.

    A tag is proved in two ways, and either needs values that add up:
    - it takes the place of a total: the standard tag of a rule with the same children, each
      of them a standard tag that some other rule of the field names as its part;
    - it is the one own child of a standard total whose other children are standard tags, and
      the field has a rule that is that total less those children.
    What is not proved is left out.
    """
    values = _current_values(facts, submission)
    own = {row[0] for row in facts if row[1] in (OWN_VERSION, submission.adsh)}
    children: dict[str, list[tuple[str, float]]] = {}
    for parent, child, weight in arcs:
        if (child, weight) not in children.setdefault(parent, []):
            children[parent].append((child, weight))
    proved: dict[str, str] = {}
    for parent, parts in sorted(children.items()):
        if not _adds_up(parent, parts, values):
            continue
        proved_here = _of_parent(parent, parts, own, rules.taxonomies[taxonomy])
        proved_here |= _of_child(parent, parts, own, rules.taxonomies[taxonomy])
        for field, tag in proved_here.items():
            proved.setdefault(field, tag)
    return proved


def _current_values(
    facts: Sequence[FactRow], submission: Submission
) -> Mapping[int, Mapping[str, float]]:
    lengths = (0, *duration_order(submission))
    values: dict[int, dict[str, float]] = {qtrs: {} for qtrs in lengths}
    for tag, _, ddate, qtrs, _, value in facts:
        if ddate == submission.period and qtrs in values:
            values[qtrs].setdefault(tag, value)
    return values


def _adds_up(
    parent: str,
    parts: Sequence[tuple[str, float]],
    values: Mapping[int, Mapping[str, float]],
) -> bool:
    """Whether the children sum to the parent wherever it has a value, at least once."""
    is_proved = False
    for of_length in values.values():
        total = of_length.get(parent)
        found = [(of_length[child], weight) for child, weight in parts if child in of_length]
        if total is None or len(found) < CHILDREN_MIN:
            continue
        amount = sum(value * weight for value, weight in found)
        if abs(total - amount) > SUM_FRACTION * abs(total):
            return False
        is_proved = True
    return is_proved


def _of_parent(
    parent: str, parts: Sequence[tuple[str, float]], own: set[str], rules: TaxonomyRules
) -> dict[str, str]:
    """An own total whose children are, sign by sign, the terms of a formula of the field."""
    if parent not in own or any(child in own for child, _ in parts):
        return {}
    found: dict[str, str] = {}
    signed = {(child, 1 if weight > 0 else -1) for child, weight in parts}
    for field, entry in rules.fields.items():
        for rule in entry.rules:
            terms = {(term.name, term.sign) for term in rule.terms}
            required = {(term.name, term.sign) for term in rule.terms if not term.is_optional}
            if len(signed) >= CHILDREN_MIN and required <= signed <= terms:
                found[field] = parent
    return found


def _of_child(
    parent: str, parts: Sequence[tuple[str, float]], own: set[str], rules: TaxonomyRules
) -> dict[str, str]:
    """The one own child of a standard total, where a formula of that total names the others."""
    own_parts = [(child, weight) for child, weight in parts if child in own]
    if parent in own or len(own_parts) != 1:
        return {}
    tag, weight = own_parts[0]
    others = {(child, 1 if w > 0 else -1) for child, w in parts if child != tag}
    found: dict[str, str] = {}
    for entry in rules.fields.values():
        if not any(rule.tag == parent for rule in entry.rules):
            continue
        for rule in entry.rules:
            fields = [term for term in rule.terms if term.is_field]
            tags = {(term.name, term.sign) for term in rule.terms if not term.is_field}
            if len(fields) == 1 and tags == others and fields[0].sign * weight > 0:
                found[fields[0].name] = tag
    return found
