"""What a command printed, what is on file after it, and archives for it to read."""

import io
import json
from collections.abc import Callable
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from carbontrader_mcp.wiring import Connections

CIK = "0000000001"


class Printed(str):
    """Standard output; `code` is the exit code, `error` is standard error."""

    code: int
    error: str


Command = Callable[..., Printed]


def adsh(year: int) -> str:
    return f"0000000001-{year % 100:02d}-000001"


def filings(desk: Connections) -> set[str]:
    rows = desk.database.query("SELECT adsh FROM submissions WHERE cik = :cik", cik=CIK)
    return {row["adsh"] for row in rows}


def loads(desk: Connections) -> list[dict[str, Any]]:
    return desk.database.query("SELECT * FROM data_loads WHERE kind <> 'fixtures' ORDER BY rowid")


def zipped(**members: Any) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(f"{name}.json", json.dumps(body))
    return content.getvalue()
