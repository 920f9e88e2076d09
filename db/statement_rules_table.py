"""The rules of the standardised figures as a document: docs/statement_rules.md is its output."""

import sys
from collections.abc import Iterator

from carbontrader_mcp.domain.statement_rule_types import (
    HALF_OR_TWICE,
    SAME_FRACTION,
    FieldRules,
    Rule,
    TaxonomyRules,
)
from carbontrader_mcp.domain.statement_rules import STATEMENTS, StatementRules
from db.load_filings import statement_rules

HEAD = """# How tags become standardised figures

Written from `db/statement_rules/*.toml` by `python -m db.statement_rules_table > docs/statement_rules.md`;
change the rules there.
Rules are tried from the top, the first that can be computed wins. `name?` may be missing. Small
first letters are fields of the same taxonomy, capitals are tags. A figure no rule reaches is missing.
A filer's own tag is known by the label of its line; the labels stand last.
"""
STATEMENT_NAMES = {
    "income_stmt": "income statement",
    "balance_sheet": "balance sheet",
    "cash_flow": "cash flow statement",
}


def main() -> int:
    sys.stdout.write(document(statement_rules()))
    return 0


def document(rules: StatementRules) -> str:
    """All rules and labels as Markdown."""
    lines = [HEAD]
    for taxonomy, entries in sorted(rules.taxonomies.items(), reverse=True):
        for statement in STATEMENTS:
            lines += _statement(taxonomy, statement, entries, rules)
    lines += _labels(rules)
    return "\n".join(lines) + "\n"


def _statement(
    taxonomy: str, statement: str, entries: TaxonomyRules, rules: StatementRules
) -> Iterator[str]:
    yield f"## {taxonomy}: {STATEMENT_NAMES[statement]}\n"
    yield "| field | order | rule | condition | reason |"
    yield "|---|---|---|---|---|"
    of_statement = [e for e in entries.fields.values() if e.statement == statement]
    for entry in sorted(of_statement, key=lambda entry: entry.is_auxiliary):
        yield from _field(entry, has_label=entry.field in rules.labels)
    yield ""


def _field(entry: FieldRules, *, has_label: bool) -> Iterator[str]:
    name = f"*{entry.field}*" if entry.is_auxiliary else f"**{entry.field}**"
    order = 0
    for order, rule in enumerate(entry.rules, start=1):
        yield _row(name, order, f"`{rule.formula}`", _conditions(rule), rule.why)
    if has_label:
        order += 1
        yield _row(name, order, "the filer's own tag", "", "by the label of its line")
    if entry.zero_unless_tag_like is not None:
        needs = f"{', '.join(entry.zero_needs)} found; no tag of the balance sheet with one of"
        words = entry.zero_unless_tag_like.pattern.replace("|", ", ")
        yield _row(name, order + 1, "0", f"{needs} {words}", "a true zero")
    elif order == 0:
        yield _row(name, "", "none", "", "the taxonomy has no such figure")
    if entry.is_never_negative:
        yield _row(name, "", "", "filed as a negative number", "turned; its source says `-Tag`")


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _conditions(rule: Rule) -> str:
    parts: list[str] = []
    if rule.when:
        parts.append(f"with {', '.join(rule.when)}")
    if rule.unless:
        parts.append(f"without {', '.join(rule.unless)}")
    if rule.larger is not None:
        parts.append(f"{rule.larger[0]} > {rule.larger[1]}")
    if rule.near is not None:
        parts.append(f"near {rule.near}{_within(rule, HALF_OR_TWICE)}")
    if rule.equals is not None:
        parts.append(f"equals {rule.equals}{_within(rule, SAME_FRACTION)}")
    return "; ".join(parts)


def _within(rule: Rule, usual: float) -> str:
    return "" if rule.within == usual else f" within {rule.within:.4g}"


def _labels(rules: StatementRules) -> Iterator[str]:
    yield "## Labels of a filer's own tags\n"
    yield "A line of its own that fits is the field; `sum` fields add all that fit.\n"
    yield "| field | statement | label fits, best first | never if | sum |"
    yield "|---|---|---|---|---|"
    for field, pattern in rules.labels.items():
        matches = "<br>".join(f"`{match.pattern}`" for match in pattern.matches)
        is_sum = "yes" if pattern.is_sum else ""
        if pattern.tags:
            matches += f"<br>for {', '.join(pattern.tags)}"
        never = f"`{pattern.exclude.pattern}`"
        yield _row(f"**{field}**", pattern.statement, matches, never, is_sum)


if __name__ == "__main__":
    sys.exit(main())
