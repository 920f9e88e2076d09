"""Tools: a filing with standardised statements, and every fact it reports."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.filings import ActivityAnswer, FilingAnswer
from carbontrader_mcp.wiring import Connections
from db import filing_answers

Adsh = Annotated[str, Field(description="SEC accession number, e.g. 0000034088-25-000042.")]


def get_filing(
    ctx: Context[Connections, Any],
    adsh: Annotated[str | None, Field(description="SEC accession number. Or give company.")] = None,
    company: Annotated[str | None, Field(description="Name, ticker or CIK.")] = None,
    form: Annotated[str | None, Field(description="With company, e.g. 10-K, 10-Q, 20-F.")] = None,
    fiscal_year: Annotated[
        int | None, Field(description="With company, e.g. 2024.", ge=1990, le=2100)
    ] = None,
) -> FilingAnswer:
    """One SEC filing with standardised income statement, balance sheet and cash flow: each figure
    with the tag or formula it came from, period (ddate, qtrs) and currency, and the findings of
    the consistency checks. Without form the latest annual accounts."""
    database = wiring.connections(ctx).database
    return filing_answers.load_filing_answer(
        database,
        filing_answers.find_adsh(
            database, adsh=adsh, company=company, form=form, fiscal_year=fiscal_year
        ),
    )


def get_business_activity(
    adsh: Adsh,
    ctx: Context[Connections, Any],
    tag: Annotated[str | None, Field(description="Part of a tag, e.g. Lease.")] = None,
    limit: Annotated[int, Field(description="At most so many.", ge=1, le=500)] = 50,
    offset: Annotated[int, Field(description="Skip so many.", ge=0)] = 0,
) -> ActivityAnswer:
    """Everything a filing reports for its own period, consolidated: tag, unit, value, as filed.
    Names of tags are the filer's text. The note says if there is any physical activity."""
    return filing_answers.load_activity_answer(
        wiring.connections(ctx).database, adsh, tag=tag, limit=limit, offset=offset
    )
