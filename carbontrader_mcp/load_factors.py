"""`carbontrader load factors`: publishers' files of emission factors, each loaded and reported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from carbontrader_mcp.doctor import print_load
from carbontrader_mcp.domain.errors import CarbonTraderError
from carbontrader_mcp.load_output import print_rejects, print_replaced
from db import load_factors as factor_files

if TYPE_CHECKING:
    from carbontrader_mcp.wiring import Connections

FAILED = 2


def load_factors(connections: Connections, files: Sequence[Path]) -> int:
    """Load each; of several, one that fails is named and the others are still loaded.

    Raises:
        CarbonTraderError: there is one only, and it failed.
    """
    failed: list[str] = []
    for path in files:
        try:
            report = factor_files.load_factors(connections.database, path, now=connections.clock())
        except CarbonTraderError as error:
            if len(files) == 1:
                raise
            print(f"carbontrader: {error}", file=sys.stderr)
            failed.append(path.name)
            continue
        print(report.edition)
        print_load(report)
        print_replaced(report)
        print_rejects(connections.database, report)
    if failed:
        print(
            f"carbontrader: {len(failed)} of {len(files)} could not be loaded: {', '.join(failed)}."
            " The others are loaded.",
            file=sys.stderr,
        )
    return FAILED if failed else 0
