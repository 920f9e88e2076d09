"""request_quote, execute_trade and list_trades, and who is asked before a trade.

The quote: EUA at 84.60 EUR x 1.1753 USD per EUR = 99.430380 USD, 0.5 % against the buyer, rounded
up to the micro: 99.927532 USD; fee 0.2 % (trading_policy.toml).
"""

import dataclasses
from typing import Any, Literal

import pytest
from mcp import Client
from mcp.types import ElicitRequestParams, ElicitResult

from carbontrader_mcp.wiring import Connections
from tests.conftest import Clock
from tests.tools.calls import ERAS, answer, ask, ask_refused, connected, refusal

pytestmark = pytest.mark.anyio

Mode = Literal["auto", "legacy"]
EUA: dict[str, Any] = {"side": "buy", "instrument": "EUA", "purpose": "price_hedge"}


class Person:
    """Answers every question the same way and remembers what was asked."""

    def __init__(self, action: Literal["accept", "decline", "cancel"], **content: bool) -> None:
        self.result = ElicitResult(action=action, content=dict(content) or None)
        self.questions: list[str] = []

    async def __call__(self, context: object, params: ElicitRequestParams) -> ElicitResult:
        self.questions.append(params.message)
        return self.result


def yes() -> Person:
    return Person("accept", approve=True)


async def quote_of(client: Client, **changes: Any) -> dict[str, Any]:
    return await answer(client, "request_quote", **{**EUA, "quantity_tco2e": 100.0, **changes})


def state_of(desk: Connections) -> list[dict[str, Any]]:
    """Everything a trade moves."""
    return [
        *desk.database.query("SELECT portfolio_id, instrument_id, quantity_units FROM holdings"),
        *desk.database.query("SELECT count(*) AS trades FROM carbon_trades"),
        *desk.database.query("SELECT count(*) AS entries FROM ledger_entries"),
    ]


def limited_to_100_000_a_day(desk: Connections) -> Connections:
    written = desk.settings.trading_policy_path.read_text(encoding="utf-8")
    for name, usd in (("run_usd_max", "200_000"), ("day_usd_max", "500_000")):
        written = written.replace(f"{name} = {usd}", f"{name} = 100_000")
    path = desk.settings.database_path.with_name("policy.toml")
    path.write_text(written, encoding="utf-8")
    settings = dataclasses.replace(desk.settings, trading_policy_path=path)
    return dataclasses.replace(desk, settings=settings)


async def test_a_quote_is_priced_around_the_last_published_price(desk: Connections) -> None:
    quote = await ask(desk, "request_quote", **EUA, quantity_tco2e=100.0)
    assert (quote["quantity_units"], quote["quantity_tco2e"]) == (100, 100.0)
    assert (quote["price_usd"], quote["gross_usd"]) == ("99.927532", "9992.7532")
    assert (quote["fee_usd"], quote["total_usd"]) == ("19.985507", "10012.738707")
    assert "84.6 EUR per tCO2e of 2025-12-15" in quote["price_basis"]
    assert quote["price_age_days"] == 342
    assert quote["expires_at"].startswith("2026-11-22T12:05:00")
    assert quote["mode"] == "paper"


async def test_a_quote_moves_nothing(desk: Connections) -> None:
    before = state_of(desk)
    await ask(desk, "request_quote", **EUA, quantity_tco2e=100.0)
    assert state_of(desk) == before


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"quantity_tco2e": 5_000.0}, "NOTIONAL_EXCEEDS_MAX_PER_ORDER"),
        ({"instrument": "XXX"}, "INSTRUMENT_UNKNOWN: there is no instrument 'XXX'; use one of CCA"),
        ({"purpose": "voluntary_claim"}, "PURPOSE"),
        ({"side": "sell", "instrument": "CCA"}, "INSUFFICIENT_HOLDINGS"),
        ({"portfolio_id": "nope"}, "use one of core, green"),
        ({"run_id": "../x y"}, "run_id"),
        ({"hedged_company": "Nobody Inc"}, "'Nobody Inc'"),
    ],
)
async def test_a_quote_that_could_not_be_traded_is_refused_with_the_rule(
    desk: Connections, changes: dict[str, Any], says: str
) -> None:
    text = await ask_refused(desk, "request_quote", **{**EUA, "quantity_tco2e": 100.0, **changes})
    assert says in text


async def test_a_quote_may_name_the_company_it_hedges(desk: Connections) -> None:
    quote = await ask(desk, "request_quote", **EUA, quantity_tco2e=10.0, hedged_company="XOM")
    assert quote["hedged_cik"] == "0000034088"


@pytest.mark.parametrize("mode", ERAS)
async def test_a_person_who_says_yes_gets_the_trade_they_were_asked_about(
    desk: Connections, mode: Mode
) -> None:
    person = yes()
    async with connected(desk, mode=mode, elicitation_callback=person) as client:
        quote = await quote_of(client)
        trade = await answer(
            client, "execute_trade", quote_id=quote["quote_id"], client_order_id="order-1"
        )
        listed = await answer(client, "list_trades", portfolio_id="core")
        portfolio = await answer(client, "get_portfolio")
    (question,) = person.questions
    assert "buy 100 EUA" in question
    assert "total 10,012.738707 USD" in question
    assert (trade["is_replay"], trade["total_usd"], trade["mode"]) == (
        False,
        "10012.738707",
        "paper",
    )
    assert listed["total"] == 1
    assert listed["trades"][0]["trade_id"] == trade["trade_id"]
    assert portfolio["cash_usd"] == "4989987.261293"
    assert portfolio["holdings"][0]["quantity_units"] == 500


@pytest.mark.parametrize("mode", ERAS)
@pytest.mark.parametrize(
    "person",
    [Person("decline"), Person("cancel"), Person("accept", approve=False)],
    ids=["declined", "cancelled", "answered no"],
)
async def test_when_the_person_does_not_say_yes_nothing_moves(
    desk: Connections, mode: Mode, person: Person
) -> None:
    before = state_of(desk)
    async with connected(desk, mode=mode, elicitation_callback=person) as client:
        quote = await quote_of(client)
        text = await refusal(
            client, "execute_trade", quote_id=quote["quote_id"], client_order_id="order-1"
        )
    assert text == f"DECLINED: The person did not approve quote '{quote['quote_id']}'."
    assert state_of(desk) == before


@pytest.mark.parametrize("mode", ERAS)
async def test_a_client_that_cannot_ask_trades_within_the_written_limits(
    desk: Connections, mode: Mode
) -> None:
    async with connected(desk, mode=mode) as client:
        quote = await quote_of(client)
        trade = await answer(
            client, "execute_trade", quote_id=quote["quote_id"], client_order_id="order-1"
        )
    assert trade["quantity_units"] == 100


@pytest.mark.parametrize("mode", ERAS)
async def test_above_a_limit_nobody_is_asked_and_no_yes_raises_it(
    desk: Connections, mode: Mode
) -> None:
    """Two quotes of 55,000 USD may stand side by side; a day's limit of 100,000 lets one trade."""
    person = yes()
    async with connected(
        limited_to_100_000_a_day(desk), mode=mode, elicitation_callback=person
    ) as client:
        first = await quote_of(client, quantity_tco2e=550.0)
        second = await quote_of(client, quantity_tco2e=550.0)
        await answer(client, "execute_trade", quote_id=first["quote_id"], client_order_id="order-1")
        before = state_of(desk)
        text = await refusal(
            client, "execute_trade", quote_id=second["quote_id"], client_order_id="order-2"
        )
    assert text.startswith("DAILY_NOTIONAL_EXCEEDED: ")
    assert "Request at most 450 EUA" in text
    assert len(person.questions) == 1
    assert state_of(desk) == before


@pytest.mark.parametrize("mode", ERAS)
async def test_a_repeated_order_is_the_first_trade_again_and_asks_nobody(
    desk: Connections, clock: Clock, mode: Mode
) -> None:
    person = yes()
    async with connected(desk, mode=mode, elicitation_callback=person) as client:
        quote = await quote_of(client)
        order = {"quote_id": quote["quote_id"], "client_order_id": "order-1"}
        first = await answer(client, "execute_trade", **order)
        clock.advance(86_400)
        again = await answer(client, "execute_trade", **order)
    assert len(person.questions) == 1
    assert again == {**first, "is_replay": True}
    assert desk.database.query("SELECT count(*) AS n FROM carbon_trades") == [{"n": 1}]


async def test_an_order_id_that_traded_cannot_trade_another_quote(desk: Connections) -> None:
    async with connected(desk) as client:
        first, second = await quote_of(client), await quote_of(client)
        await answer(client, "execute_trade", quote_id=first["quote_id"], client_order_id="order-1")
        for quote, order, code in (
            (second, "order-1", "DUPLICATE_CLIENT_ORDER_ID"),
            (first, "order-2", "QUOTE_CONSUMED"),
        ):
            text = await refusal(
                client, "execute_trade", quote_id=quote["quote_id"], client_order_id=order
            )
            assert text.startswith(f"{code}: ")


async def test_an_expired_quote_is_refused_before_anybody_is_asked(
    desk: Connections, clock: Clock
) -> None:
    person = yes()
    async with connected(desk, elicitation_callback=person) as client:
        quote = await quote_of(client)
        clock.advance(301)
        text = await refusal(
            client, "execute_trade", quote_id=quote["quote_id"], client_order_id="order-1"
        )
    assert text.startswith("QUOTE_EXPIRED: ")
    assert person.questions == []


async def test_an_unknown_quote_is_refused_with_the_next_step(desk: Connections) -> None:
    person = yes()
    async with connected(desk, elicitation_callback=person) as client:
        text = await refusal(client, "execute_trade", quote_id="nope", client_order_id="order-1")
    assert text == "There is no quote 'nope'; request one and use its quote_id."
    assert person.questions == []


async def test_trades_are_listed_latest_first_in_pages(desk: Connections, clock: Clock) -> None:
    async with connected(desk) as client:
        for number in range(3):
            quote = await quote_of(client, quantity_tco2e=10.0, run_id=f"run-{number}")
            order = {"quote_id": quote["quote_id"], "client_order_id": f"order-{number}"}
            await answer(client, "execute_trade", **order)
            clock.advance(1)
        page = await answer(client, "list_trades", limit=2)
        rest = await answer(client, "list_trades", limit=2, offset=2)
        of_run = await answer(client, "list_trades", run_id="run-1")
        elsewhere = await answer(client, "list_trades", portfolio_id="green")
    orders = [trade["client_order_id"] for trade in page["trades"] + rest["trades"]]
    assert orders == ["order-2", "order-1", "order-0"]
    assert page["total"] == 3
    assert [trade["run_id"] for trade in of_run["trades"]] == ["run-1"]
    assert elsewhere == {"trades": [], "total": 0}
