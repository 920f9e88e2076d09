"""Tools: execute a paper trade, and list trades."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit, ElicitationResult, Resolve
from pydantic import BaseModel, Field

from carbontrader_mcp import wiring
from carbontrader_mcp.domain.errors import TradeRefusedError
from carbontrader_mcp.domain.orders import Trade, TradeList, approval_question
from carbontrader_mcp.wiring import Connections
from db import trades

OrderId = Annotated[
    str,
    Field(
        description="Your own id of this order; repeat it if you retry, never for another order.",
        min_length=6,
        max_length=80,
        pattern=r"^[A-Za-z0-9._:-]+$",
    ),
]


class Approval(BaseModel):
    """A person's answer to the question whether to trade."""

    approve: bool = Field(description="Execute this paper trade?")


def ask_approval(
    quote_id: str, client_order_id: str, ctx: Context[Connections, Any]
) -> Approval | Elicit[Approval]:
    """Ask the person where the client can. Within the written limits only: above them the
    trade is refused before anybody is asked, and no answer raises a limit."""
    desk = wiring.connections(ctx)
    if trades.find_trade(desk.database, client_order_id) is not None:
        return Approval(approve=True)
    quote = trades.quote_to_approve(
        desk.database, quote_id, policy=desk.trading_policy, now=desk.clock()
    )
    if not can_ask(ctx):
        return Approval(approve=True)
    return Elicit(approval_question(quote), Approval)


def can_ask(ctx: Context[Connections, Any]) -> bool:
    """Whether the client can put a question to its person."""
    capabilities = ctx.client_capabilities
    return capabilities is not None and capabilities.elicitation is not None


def check_approval(approval: ElicitationResult[Approval], subject: str) -> None:
    """Raises TradeRefusedError, DECLINED, unless the person said yes."""
    if not (isinstance(approval, AcceptedElicitation) and approval.data.approve):
        raise TradeRefusedError("DECLINED", f"The person did not approve {subject}.")


def execute_trade(
    quote_id: Annotated[str, Field(description="Id of an open quote from request_quote.")],
    client_order_id: OrderId,
    approval: Annotated[ElicitationResult[Approval], Resolve(ask_approval)],
    ctx: Context[Connections, Any],
) -> Trade:
    """Executes an open quote as a paper trade, at most once per client_order_id: a repeat returns
    the first trade with is_replay true. Show the person the quote before. Expiry, price, limits,
    cash and holdings are checked again; a refusal starts with a code and names the limit."""
    desk = wiring.connections(ctx)
    check_approval(approval, f"quote {quote_id!r}")
    return trades.execute_trade(
        desk.database,
        quote_id=quote_id,
        client_order_id=client_order_id,
        policy=desk.trading_policy,
        now=desk.clock(),
        new_id=desk.new_id,
        actor="mcp client",
    )


async def list_trades(
    ctx: Context[Connections, Any],
    portfolio_id: Annotated[str | None, Field(description="Only this portfolio.")] = None,
    run_id: Annotated[str | None, Field(description="Only this workflow run.")] = None,
    limit: Annotated[int, Field(description="At most so many.", ge=1, le=200)] = 20,
    offset: Annotated[int, Field(description="Skip so many.", ge=0)] = 0,
) -> TradeList:
    """Executed paper trades, latest first, with price, fee and total in USD."""
    return trades.list_trades(
        wiring.connections(ctx).database,
        portfolio_id=portfolio_id,
        run_id=run_id,
        limit=limit,
        offset=offset,
    )
