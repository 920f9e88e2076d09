"""Tools: a filing with standardised statements, and every fact it reports."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.filing_answers import Detail, FilingAnswer
from carbontrader_mcp.domain.filings import ActivityAnswer
from carbontrader_mcp.wiring import Connections
from db import activity, filing_answers

Adsh = Annotated[str, Field(description="SEC accession number, e.g. 0000034088-25-000042.")]


def get_filing(
    ctx: Context[Connections, Any],
    adsh: Annotated[str | None, Field(description="SEC accession number. Or give company.")] = None,
    company: Annotated[str | None, Field(description="Name, ticker or CIK.")] = None,
    form: Annotated[str | None, Field(description="With company, e.g. 10-K, 10-Q, 20-F.")] = None,
    fiscal_year: Annotated[int | None, Field(description="With company, e.g. 2024.")] = None,
    years: Annotated[
        int | None, Field(description="Annual accounts side by side.", ge=1, le=10)
    ] = None,
    detail: Annotated[
        Literal["concise", "full"], Field(description="How many figures.")
    ] = "concise",
) -> FilingAnswer:
    """One SEC filing with standardised statements: each figure with tag or formula, period (ddate;
    qtrs 0 instant, 1 quarter, 4 year) and currency; amendments and findings. Without form the
    latest annual accounts."""
    database = wiring.connections(ctx).database
    found = filing_answers.find_adsh(
        database, adsh=adsh, company=company, form=form, fiscal_year=fiscal_year
    )
    if years is not None:
        return filing_answers.load_annual_answer(
            database, found, years=years, detail=Detail(detail)
        )
    return filing_answers.load_filing_answer(database, found, detail=Detail(detail))


def get_business_activity(
    adsh: Adsh,
    ctx: Context[Connections, Any],
    tag: Annotated[str | None, Field(description="Part of a tag, e.g. Lease.")] = None,
    limit: Annotated[int, Field(description="At most so many.", ge=1, le=500)] = 50,
    offset: Annotated[int, Field(description="Skip so many.", ge=0)] = 0,
) -> ActivityAnswer:
    """Everything a filing reports for its own period, consolidated: tag, unit, value, as filed.
    Names of tags are the filer's text. activity_data: physical figures of the filing and of the
    user's own files, in base units beside the original. The note says why if there are none."""
    return activity.load_activity_answer(
        wiring.connections(ctx).database, adsh, tag=tag, limit=limit, offset=offset
    )
