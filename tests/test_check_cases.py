"""`carbontrader check-cases` runs any file of cases and fails on whatever it cannot translate."""

import json
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.cli import main

OWN_CASES = Path(__file__).parent / "domain" / "pcaf_cases.json"
HANDED_OVER = Path(__file__).parents[1] / "../shared/data/pcaf/golden_cases.json"

LOAN = {
    "id": "loan",
    "asset_class": "business_loan",
    "inputs": {"outstanding": 1e6, "total_equity": 4e6, "total_debt": 6e6, "scope12": 100},
    "expected": {"attribution_factor": 0.1, "scope12": 10},
    "source": {"kind": "hand", "ref": "by hand"},
}


def _file(tmp_path: Path, *cases: dict[str, Any]) -> str:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({"cases": cases}), encoding="utf-8")
    return str(path)


def test_our_own_cases_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-cases", str(OWN_CASES)]) == 0
    count = len(json.loads(OWN_CASES.read_text(encoding="utf-8"))["cases"])
    assert capsys.readouterr().out.splitlines()[-1] == f"{count} passed, 0 failed"


def test_cases_handed_over_pass(capsys: pytest.CaptureFixture[str]) -> None:
    if not HANDED_OVER.exists():
        pytest.skip("the handed-over cases are not on this machine")
    assert main(["check-cases", str(HANDED_OVER)]) == 0
    lines = capsys.readouterr().out.splitlines()
    cases = json.loads(HANDED_OVER.read_text(encoding="utf-8"))["cases"]
    assert lines[-1] == f"{len(cases)} passed, 0 failed"
    for case in cases:
        assert any(case["id"] in line and case["source"]["ref"] in line for line in lines)


def test_a_case_that_passes_is_named_with_its_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check-cases", _file(tmp_path, LOAN)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "passed loan (business_loan; hand: by hand)",
        "business_loan: 1 of 1 passed",
        "1 passed, 0 failed",
    ]


def test_a_failure_shows_expected_and_got(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {**LOAN, "id": "wrong", "expected": {"scope12": 11}}
    assert main(["check-cases", _file(tmp_path, LOAN, wrong)]) == 1
    out = capsys.readouterr().out
    assert "FAILED wrong (business_loan; hand: by hand)\n  scope12: expected 11, got 10.0\n" in out
    assert out.endswith("business_loan: 1 of 2 passed\n1 passed, 1 failed\n")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"asset_class": "cryptocurrency"}, "asset class 'cryptocurrency' is not known"),
        ({"inputs": {**LOAN["inputs"], "moon_phase": 3}}, "input 'moon_phase' (3) is not known"),
        ({"inputs": {**LOAN["inputs"], "scope12": "many"}}, "input 'scope12' is 'many'"),
        ({"expected": {"happiness": 1}}, "expected key 'happiness' names no result"),
        ({"expected": {}}, "nothing expected"),
        ({"expected": {"scope12": None}}, "expected None, got 10.0"),
        ({"expected": {"scope3": 0}}, "expected 0, got None"),
        ({"expected": {"error": True}}, "expected True, got False"),
        ({"expected": {"flag": "AF_ABOVE_ONE"}}, "expected 'AF_ABOVE_ONE'"),
        ({"inputs": None}, "the case has no inputs"),
        ({"rel_tolerance": 2}, "rel_tolerance is 2"),
    ],
)
def test_what_cannot_be_met_fails_the_case_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], words: str
) -> None:
    assert main(["check-cases", _file(tmp_path, {**LOAN, **change})]) == 1
    out = capsys.readouterr().out
    assert words in out
    assert out.endswith("0 passed, 1 failed\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not JSON", "is not JSON"),
        ("{}", "has no cases"),
        ("[]", "has no cases"),
        ('{"cases": [1]}', "Case 1"),
        ("3", "has no cases"),
    ],
)
def test_a_file_that_holds_no_cases_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    path = tmp_path / "cases.json"
    path.write_text(text, encoding="utf-8")
    assert main(["check-cases", str(path)]) == 2
    assert words in capsys.readouterr().err


def test_a_file_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check-cases", str(tmp_path / "none.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_tolerance_is_honoured(tmp_path: Path) -> None:
    near = {**LOAN, "expected": {"scope12": 10.04}}
    assert main(["check-cases", _file(tmp_path, near)]) == 1
    assert main(["check-cases", _file(tmp_path, {**near, "rel_tolerance": 0.005})]) == 0
