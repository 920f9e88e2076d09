"""Our own worked cases, every class and option of the standard, through the public engine."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.pcaf.case_terms import ASSET_CLASSES
from carbontrader_mcp.domain.pcaf.cases import check_case
from carbontrader_mcp.domain.pcaf.options import AssetClass

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "pcaf_cases.json").read_text(encoding="utf-8")
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case_is_met(case: dict[str, Any]) -> None:
    assert check_case(case).failures == ()


def test_every_asset_class_has_cases() -> None:
    counts = Counter(ASSET_CLASSES[case["asset_class"]] for case in CASES)
    assert {name for name in AssetClass if counts[name] < 3} == set()


def test_every_case_names_its_section_and_source() -> None:
    assert [case["id"] for case in CASES if not case["section"] or not case["source"]["ref"]] == []


def test_identifiers_are_unique() -> None:
    assert [name for name, count in Counter(c["id"] for c in CASES).items() if count > 1] == []
