"""get_carbon_prices: the bundled prices, and Carbonmark's offers from a server on this machine.

Bundled: EUA 84.60 EUR on 2025-12-15 at the ECB's 1.1753 USD per EUR; RGA 26.73 USD per short ton
of 0.90718474 t on 2025-12-03 (fixtures/auctions__prices.csv, fx__rates.csv).
"""

import copy
import dataclasses
from typing import Any

import pytest

from carbontrader_mcp.gateways.http import HttpGateway
from carbontrader_mcp.wiring import Connections
from tests.conftest import Clock
from tests.gateways.loopback import LoopbackServer, hang, reply, running_server
from tests.gateways.test_carbonmark import ENTRY
from tests.tools.calls import answer, ask, ask_refused, connected

pytestmark = pytest.mark.anyio

ALLOWANCES = ["CCA", "EUA", "NZU", "RGA", "UKA"]
CREDIT = "VCS-191-2014"


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow at once."""

    async def at_once(seconds: float) -> None:
        assert seconds >= 0

    defaults = HttpGateway.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "sleep", at_once)


def pointed_at(desk: Connections, server: LoopbackServer) -> Connections:
    settings = dataclasses.replace(desk.settings, carbonmark_url=server.base_url)
    return dataclasses.replace(desk, settings=settings)


def prices_of(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {price["instrument_id"]: price for price in found["prices"]}


async def test_bundled_prices_come_in_their_own_unit_and_in_usd_per_tonne(
    desk: Connections,
) -> None:
    found = await ask(desk, "get_carbon_prices")
    prices = prices_of(found)
    assert list(prices) == ALLOWANCES
    eua, rga = prices["EUA"], prices["RGA"]
    assert (eua["price"], eua["currency"], eua["price_date"]) == ("84.6", "EUR", "2025-12-15")
    assert float(eua["price_usd_per_tco2e"]) == pytest.approx(84.6 * 1.1753)
    assert (rga["price"], rga["unit"]) == ("26.73", "short ton")
    assert float(rga["price_usd_per_tco2e"]) == pytest.approx(26.73 / 0.90718474, abs=1e-6)
    assert eua["age_days"] == 342  # from 2025-12-15 to 2026-11-22
    assert {price["origin"] for price in prices.values()} == {"bundled"}
    assert all(price["source"] for price in prices.values())
    assert found["note"] == "From the database; nothing asked."


async def test_one_instrument_can_be_asked_for(desk: Connections) -> None:
    found = await ask(desk, "get_carbon_prices", instrument="NZU")
    assert list(prices_of(found)) == ["NZU"]


async def test_an_unknown_instrument_is_refused_with_those_on_file(desk: Connections) -> None:
    text = await ask_refused(desk, "get_carbon_prices", instrument="XXX")
    assert text.endswith("there is no instrument 'XXX'; use one of CCA, EUA, NZU, RGA, UKA.")


async def test_a_refresh_brings_the_offers_on_sale(desk: Connections) -> None:
    with running_server() as server:
        server.answers = [reply([ENTRY])]
        found = await ask(pointed_at(desk, server), "get_carbon_prices", refresh=True)
    prices = prices_of(found)
    assert list(prices) == [*ALLOWANCES, CREDIT]
    assert (prices[CREDIT]["price"], prices[CREDIT]["origin"]) == ("3.08", "live")
    assert prices[CREDIT]["purposes"] == ["voluntary_claim"]
    assert prices["EUA"]["origin"] == "bundled"
    assert "1 offers kept, 0 not tradable here" in found["note"]


async def test_an_offer_that_cannot_be_used_is_counted(desk: Connections) -> None:
    faulty = copy.deepcopy(ENTRY)
    faulty["purchasePrice"] = -1
    with running_server() as server:
        server.answers = [reply([ENTRY, faulty])]
        found = await ask(pointed_at(desk, server), "get_carbon_prices", refresh=True)
    assert "1 offers kept, 1 not tradable here" in found["note"]


async def test_within_a_minute_carbonmark_is_not_asked_again(
    desk: Connections, clock: Clock
) -> None:
    lasting = copy.deepcopy(ENTRY)
    lasting["listing"]["expiresAfter"] += 3_600
    with running_server() as server:
        server.answers = [reply([lasting])]
        async with connected(pointed_at(desk, server)) as client:
            await answer(client, "get_carbon_prices", refresh=True)
            asked = len(server.requests)
            clock.advance(59)
            found = await answer(client, "get_carbon_prices", refresh=True)
            assert len(server.requests) == asked
            assert prices_of(found)[CREDIT]["origin"] == "cache"
            assert "was asked at 12:00:00 UTC" in found["note"]
            clock.advance(1)
            found = await answer(client, "get_carbon_prices", refresh=True)
            assert len(server.requests) > asked
            assert prices_of(found)[CREDIT]["origin"] == "live"


@pytest.mark.usefixtures("no_wait")
@pytest.mark.parametrize(
    ("status", "says"), [(503, "503"), (404, "404"), (200, "neither a list nor")], ids=str
)
async def test_a_source_that_fails_is_named_and_bundled_prices_stay_with_their_age(
    desk: Connections, status: int, says: str
) -> None:
    with running_server() as server:
        server.answers = [reply({"error": "no"}, status=status)]
        found = await ask(pointed_at(desk, server), "get_carbon_prices", refresh=True)
    assert says in found["note"]
    assert "Its last offers: none on file. Bundled prices are not affected." in found["note"]
    assert list(prices_of(found)) == ALLOWANCES
    assert prices_of(found)["EUA"]["age_days"] == 342


@pytest.mark.usefixtures("no_wait")
async def test_when_nobody_listens_the_last_offers_stand_and_their_time_is_told(
    desk: Connections, clock: Clock
) -> None:
    with running_server() as server:
        server.answers = [reply([ENTRY])]
        reachable = pointed_at(desk, server)
        await ask(reachable, "get_carbon_prices", refresh=True)
    clock.advance(3_600)
    found = await ask(reachable, "get_carbon_prices", refresh=True)
    assert "Its last offers: from 2026-11-22 12:00 UTC." in found["note"]
    assert prices_of(found)[CREDIT]["origin"] == "cache"


async def test_without_refresh_nobody_is_asked(desk: Connections) -> None:
    with running_server() as server:
        server.answers = [hang]
        await ask(pointed_at(desk, server), "get_carbon_prices")
        assert server.requests == []
