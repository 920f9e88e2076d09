"""The text side of an answer, shape by shape."""

from typing import Any

import pytest

from carbontrader_mcp.answers import as_text


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"a": None, "b": True, "c": False, "d": [], "e": {}}, "a: unknown\nb: yes\nc: no\nd: none\ne: none"),
        ({"tonnes": 1_234_567.89, "factor": 0.000123456}, "tonnes: 1,234,568\nfactor: 0.000123456"),
        ({"zero": 0.0, "year": 2021, "usd": "26.73"}, "zero: 0\nyear: 2021\nusd: 26.73"),
        ({"inner": {"a": 1, "deep": {"b": 2}}}, "inner:\n  a: 1\n  deep:\n    b: 2"),
        ({"years": [2020, 2021]}, "years: 2020, 2021"),
        ({"rows": [[1, None], ["x", 2.5]]}, "rows:\n  1 | unknown\n  x | 2.5"),
        ({"run_id": None, "next_offset": None}, "run_id: none\nnext_offset: none"),
        ({"l": [{"run_id": None, "x": None}]}, "l (run_id | x):\n  none | unknown"),
        (
            {"rows": [{"a": 1, "tags": ["x", "y"]}, {"a": None, "tags": []}]},
            "rows (a | tags):\n  1 | x, y\n  unknown | none",
        ),
        (
            {"rows": [{"a": 1}, {"b": {"c": 2}}]},
            "rows:\n  - a: 1\n  - b:\n      c: 2",
        ),
    ],
)  # fmt: skip
def test_an_answer_reads_as_lines_of_name_and_value(answer: dict[str, Any], text: str) -> None:
    assert as_text(answer) == text


def test_long_sentences_stand_on_lines_of_their_own() -> None:
    sentences = ["A sentence of some length, with a reason in it." for _ in range(3)]
    assert as_text({"notes": sentences}).splitlines()[1] == f"  - {sentences[0]}"
