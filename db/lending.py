"""The loan book: what a portfolio holds of, or lent to, a company."""

from __future__ import annotations

from carbontrader_mcp.domain.errors import NotFoundError
from carbontrader_mcp.domain.lending import Outstanding
from carbontrader_mcp.domain.pcaf.options import AssetClass
from db.database import Database
from db.sources import SOURCE_COLUMNS, to_source

POSITIONS_NAMED_MAX = 5


def load_outstanding(
    database: Database, *, portfolio_id: str, cik: str, asset_class: AssetClass
) -> Outstanding:
    """A portfolio's positions of one asset class in one company, summed in USD.

    Raises:
        NotFoundError: the portfolio, or a position of that class, is not on file.
    """
    rows = database.query(
        f"SELECT position.*, {SOURCE_COLUMNS} FROM lending_data AS position"  # noqa: S608
        " JOIN sources ON sources.source_id = position.source_id"
        " WHERE portfolio_id = :portfolio_id AND cik = :cik ORDER BY position_id",
        portfolio_id=portfolio_id,
        cik=cik,
    )
    own = [row for row in rows if row["asset_class"] == asset_class]
    others = tuple(sorted({row["asset_class"] for row in rows} - {str(asset_class)}))
    if not own:
        raise NotFoundError(_nothing_held(database, portfolio_id, cik, asset_class, others))
    named = ", ".join(row["position_id"] for row in own[:POSITIONS_NAMED_MAX])
    dates = ", ".join(sorted({row["as_of_date"] for row in own}))
    return Outstanding(
        portfolio_id=portfolio_id,
        cik=cik,
        asset_class=asset_class,
        amount_usd=sum(row["outstanding_amount_usd"] for row in own),
        positions_count=len(own),
        is_synthetic=any(row["is_synthetic"] or row["source_is_synthetic"] for row in own),
        source=f"{to_source(own[0]).cite()}: {len(own)} position(s) as of {dates}: {named}",
        other_asset_classes=others,
    )


def _nothing_held(
    database: Database,
    portfolio_id: str,
    cik: str,
    asset_class: AssetClass,
    others: tuple[str, ...],
) -> str:
    known = database.query("SELECT portfolio_id FROM portfolios ORDER BY portfolio_id LIMIT 20")
    ids = [row["portfolio_id"] for row in known]
    if portfolio_id not in ids:
        return f"Portfolio {portfolio_id!r} is not on file; on file: {', '.join(ids) or 'none'}."
    held = f"; it holds {', '.join(others)} of it" if others else ""
    return (
        f"Portfolio {portfolio_id!r} has no {asset_class} position in CIK {cik}{held}. Pass"
        " outstanding_amount_usd to calculate without a position."
    )
