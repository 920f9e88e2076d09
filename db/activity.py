"""Activity data on file: facts of filings in physical units, and figures of the user's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from carbontrader_mcp.domain.activity import OWN_FILE, ActivityFigure, activity_note
from carbontrader_mcp.domain.activity_units import MEASURED_KINDS, normalise, read_unit
from carbontrader_mcp.domain.filings import ActivityAnswer, Submission
from db import filings
from db.database import Database, Row, Transaction

if TYPE_CHECKING:
    from carbontrader_mcp.domain.inline_xbrl import DatedFact

FIGURES_MAX = 50

_MEASURED = ", ".join(f"'{kind}'" for kind in MEASURED_KINDS)
_ORDER = (
    f" ORDER BY CASE WHEN kind IN ({_MEASURED}) THEN 1 WHEN kind = 'count' THEN 2 ELSE 3 END,"
    " adsh IS NOT NULL, reporting_year DESC, activity, dimensions, unit, activity_id"
)
_FACTS = "FROM business_activity WHERE adsh = :adsh AND instr(lower(tag), lower(:tag)) > 0"


def load_activity_data(
    database: Database,
    cik: str,
    *,
    adsh: str | None = None,
    years: tuple[int, int] | None = None,
    contains: str = "",
    limit: int = FIGURES_MAX,
) -> list[ActivityFigure]:
    """A company's figures whose activity contains a text, what measures something physical first.

    With `adsh` of the facts of filings only those of this one; `years` are the first and last
    reporting year of the user's own figures. Empty where nothing is on file.
    """
    rows = database.query(
        "SELECT * FROM activity_data WHERE cik = :cik"  # noqa: S608 our own kinds
        " AND instr(lower(activity), lower(:contains)) > 0"
        " AND (adsh IS NULL OR :adsh IS NULL OR adsh = :adsh)"
        " AND (adsh IS NOT NULL OR :first IS NULL OR reporting_year BETWEEN :first AND :last)"
        f"{_ORDER} LIMIT :limit",
        cik=cik,
        adsh=adsh,
        contains=contains,
        first=years[0] if years else None,
        last=years[1] if years else None,
        limit=limit,
    )
    return [_figure(row) for row in rows]


def store_activity_facts(
    transaction: Transaction,
    facts: Iterable[DatedFact],
    *,
    cik: str,
    adsh: str,
    source_id: str,
    load_id: str | None = None,
) -> int:
    """The activity facts of one filing, in place of those it had from the same source."""
    transaction.execute(
        "DELETE FROM activity_data WHERE adsh = :adsh AND source_id = :source_id",
        adsh=adsh,
        source_id=source_id,
    )
    rows = {
        row["activity_id"]: row
        for fact in facts
        if (row := _fact_row(fact, cik, adsh, source_id, load_id)) is not None
    }
    return transaction.insert("activity_data", rows.values())


def load_activity_answer(
    database: Database, adsh: str, *, tag: str | None, limit: int, offset: int
) -> ActivityAnswer:
    """Facts of the filing's own period whose tag contains `tag`, in order of tag; on the first page
    with the activity data of the filing and, of its year, of the company.

    Raises:
        NotFoundError: no filing has this accession number.
    """
    filing = filings.load_submission(database, adsh)
    counts = {
        row["unit"]: row["facts"]
        for row in database.query(
            f"SELECT unit, count(*) AS facts {_FACTS} GROUP BY unit", adsh=adsh, tag=tag or ""
        )
    }
    units = [unit for unit in counts if read_unit(unit).may_be_activity]
    figures = _figures(database, filing, tag or "", units)
    facts = filings.load_activity(database, adsh, tag=tag or "", limit=limit, offset=offset)
    total, shown = sum(counts.values()), offset + len(facts)
    return ActivityAnswer(
        adsh=adsh,
        facts=facts,
        total=total,
        next_offset=shown if shown < total else None,
        note=activity_note(
            facts=total,
            activity_facts=sum(counts[unit] for unit in units),
            figures=figures,
        ),
        activity_data=figures if offset == 0 else [],
    )


def _figures(
    database: Database, filing: Submission, tag: str, units: list[str]
) -> list[ActivityFigure]:
    """What is stored for the filing and its company's year, then facts that are not stored apart."""
    period_year = int(filing.period[:4])
    years = sorted((filing.fiscal_year or period_year, period_year))
    stored = load_activity_data(
        database, filing.cik, adsh=filing.adsh, years=(years[0], years[1]), contains=tag
    )
    known = {
        row["tag"]
        for row in database.query(
            "SELECT DISTINCT tag FROM activity_data WHERE adsh = :adsh", adsh=filing.adsh
        )
    }
    rest = [
        _figure_of_fact(row)
        for unit in units
        for row in database.query(
            f"SELECT tag, ddate, qtrs, unit, value {_FACTS} AND unit = :unit"
            " ORDER BY tag, ddate, qtrs LIMIT :limit",
            adsh=filing.adsh,
            tag=tag,
            unit=unit,
            limit=FIGURES_MAX,
        )
        if row["tag"] not in known
    ]
    rest.sort(key=lambda figure: (not read_unit(figure.unit).is_physical, figure.kind != "count"))
    return (stored + rest)[:FIGURES_MAX]


def _fact_row(
    fact: DatedFact, cik: str, adsh: str, source_id: str, load_id: str | None
) -> dict[str, object] | None:
    if not read_unit(fact.unit).may_be_activity:
        return None
    found = normalise(fact.value, fact.unit)
    days = f"{fact.start_date or ''}/{fact.end_date}"
    return {
        "activity_id": f"{source_id}|{adsh}|{fact.tag}|{days}|{fact.unit}|{fact.dimensions}",
        "cik": cik,
        "reporting_year": int(fact.end_date[:4]),
        "period_start": fact.start_date,
        "period_end": fact.end_date,
        "activity": fact.tag,
        "dimensions": fact.dimensions,
        "quantity": found.quantity,
        "unit": found.unit,
        "quantity_normalised": found.quantity_normalised,
        "unit_normalised": found.unit_normalised,
        "kind": found.kind,
        "conversion": found.conversion,
        "adsh": adsh,
        "tag": fact.tag,
        "source_id": source_id,
        "reference": None,
        "note": None,
        "load_id": load_id,
    }


def _figure(row: Row) -> ActivityFigure:
    days = [day for day in (row["period_start"], row["period_end"]) if day is not None]
    dimensions = f" [{row['dimensions'].rstrip(';')}]" if row["dimensions"] else ""
    source = (
        f"filing {row['adsh']} ({row['source_id']})"
        if row["adsh"]
        else ": ".join(part for part in (OWN_FILE, row["reference"]) if part)
    )
    return ActivityFigure(
        activity=f"{row['activity']}{dimensions}",
        period=" to ".join(days) or str(row["reporting_year"]),
        reporting_year=row["reporting_year"],
        quantity=row["quantity"],
        unit=row["unit"],
        quantity_normalised=row["quantity_normalised"],
        unit_normalised=row["unit_normalised"],
        kind=row["kind"],
        conversion=row["conversion"],
        source=source,
    )


def _figure_of_fact(row: Row) -> ActivityFigure:
    found = normalise(row["value"], row["unit"])
    length = f", {row['qtrs']} quarter{'' if row['qtrs'] == 1 else 's'}" if row["qtrs"] else ""
    return ActivityFigure(
        activity=row["tag"],
        period=f"{row['ddate']}{length}",
        reporting_year=int(row["ddate"][:4]),
        quantity=found.quantity,
        unit=found.unit,
        quantity_normalised=found.quantity_normalised,
        unit_normalised=found.unit_normalised,
        kind=found.kind,
        conversion=found.conversion,
        source="this filing, days rounded to month ends",
    )
