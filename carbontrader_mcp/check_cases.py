"""`carbontrader check-cases FILE`: worked cases of the standard through the public engine."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from carbontrader_mcp.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from carbontrader_mcp.domain.pcaf.cases import CaseResult

FILE_BYTES_MAX: Final = 50_000_000


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="FILE", help="JSON with a list of cases")
    command.add_argument("--quiet", action="store_true", help="name only the cases that fail")


def check_cases(options: argparse.Namespace) -> int:
    """Run every case; the last line is `N passed, M failed`. Exit code 1 if one failed."""
    from carbontrader_mcp.domain.pcaf.cases import check_case

    results = [check_case(case) for case in read_cases(options.file)]
    for result in results:
        if not result.is_passed:
            _print_failures(result)
        elif not options.quiet:
            print(f"passed {result.case_id} ({result.asset_class}; {result.source})")
    _print_counts(results)
    failed = sum(not result.is_passed for result in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def read_cases(path: Path) -> list[Mapping[str, Any]]:
    """The cases of a file: a list, or an object with a list under `cases`.

    Raises:
        InvalidInputError: the file cannot be read, is not JSON or has no cases.
    """
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise InvalidInputError(f"{path} is larger than {FILE_BYTES_MAX:,} bytes.")
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"{path} is not JSON: {error}.") from error
    cases: Any = content.get("cases") if isinstance(content, dict) else content  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    if not isinstance(cases, list) or not cases:
        raise InvalidInputError(
            f"{path} has no cases; it needs a list of them, or an object with one under 'cases'."
        )
    for number, case in enumerate(cases, start=1):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        if not isinstance(case, dict):
            raise InvalidInputError(f"Case {number} of {path} is {case!r}; it must be an object.")
    return cases  # pyright: ignore[reportUnknownVariableType]


def _print_failures(result: CaseResult) -> None:
    print(f"FAILED {result.case_id} ({result.asset_class}; {result.source})")
    for failure in result.failures:
        if failure.message:
            print(f"  {failure.key}: expected {failure.expected!r}; {failure.message}")
        else:
            print(f"  {failure.key}: expected {failure.expected!r}, got {failure.got!r}")


def _print_counts(results: list[CaseResult]) -> None:
    passed = Counter(result.asset_class for result in results if result.is_passed)
    every = Counter(result.asset_class for result in results)
    for asset_class in sorted(every):
        print(f"{asset_class}: {passed[asset_class]} of {every[asset_class]} passed")
