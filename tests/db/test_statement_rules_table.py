from pathlib import Path

from db.load_filings import statement_rules
from db.statement_rules_table import document

DOCUMENT = Path(__file__).parents[2] / "docs/statement_rules.md"


def test_the_document_of_the_rules_is_the_one_the_rules_make() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(statement_rules()), (
        "run python -m db.statement_rules_table > docs/statement_rules.md"
    )


def test_every_rule_stands_in_the_document_with_its_conditions_and_reason() -> None:
    lines = document(statement_rules()).splitlines()
    for taxonomy in statement_rules().taxonomies.values():
        for entry in taxonomy.fields.values():
            for order, rule in enumerate(entry.rules, start=1):
                parts = (f"*{entry.field}*", f"| {order} | `{rule.formula}` |", f"| {rule.why} |")
                wanted = (*parts, *rule.when, *rule.unless)
                assert any(all(part in line for part in wanted) for line in lines), wanted
