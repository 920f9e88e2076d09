"""The bundled filers' own tags per field: what the labels of their statement lines say."""

import csv
from collections.abc import Mapping, Sequence

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.filings import FactRow
from db.load_filings import statement_rules

LABELS_FILE = "sec__labelled_tags.csv"
COLUMNS = ["adsh", "field", "tags"]


def fixture_labels(
    content: bytes, facts_by_adsh: Mapping[str, Sequence[FactRow]]
) -> dict[str, dict[str, str]]:
    """Per filing and field the own tag, or `A + B` where lines are to be added.

    Raises InvalidInputError, naming the line, if the filing is not bundled, no label pattern has
    the field, or the filing has no fact of a tag.
    """
    reader = csv.reader(content.decode("utf-8").splitlines(), strict=True)
    header = next(reader, list[str]())
    if header != COLUMNS:
        raise InvalidInputError(f"{LABELS_FILE}, line 1: the columns are {header}, not {COLUMNS}.")
    found: dict[str, dict[str, str]] = {}
    for fields in reader:
        reason = _fault(fields, facts_by_adsh, found)
        if reason is not None:
            raise InvalidInputError(f"{LABELS_FILE}, line {reader.line_num}: {reason}.")
        adsh, field, tags = fields
        found.setdefault(adsh, {})[field] = tags
    return found


def _fault(
    fields: Sequence[str],
    facts_by_adsh: Mapping[str, Sequence[FactRow]],
    found: Mapping[str, Mapping[str, str]],
) -> str | None:
    if len(fields) != len(COLUMNS):
        return f"{len(fields)} fields instead of {len(COLUMNS)}"
    adsh, field, tags = fields
    if adsh not in facts_by_adsh:
        return f"adsh {adsh!r} is not among the bundled filings"
    if field not in statement_rules().labels:
        return f"field {field!r} has no label pattern"
    if field in found.get(adsh, {}):
        return f"{field} of {adsh} stands twice"
    known = {row[0] for row in facts_by_adsh[adsh]}
    unknown = [tag for tag in tags.split(" + ") if tag not in known]
    return f"no fact of {', '.join(unknown)} is among those of {adsh}" if unknown else None
