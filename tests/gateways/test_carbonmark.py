"""Carbonmark's documented shapes, and what becomes of entries that cannot be used.

The price pair is that of the documentation's own example: 3.08 all-in for a base of 2.20.
"""

import copy
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.credits import CreditListing, reason_to_reject
from carbontrader_mcp.domain.errors import SourceChangedError, SourceUnavailableError
from carbontrader_mcp.gateways import carbonmark
from carbontrader_mcp.gateways.http import HttpGateway
from tests.gateways.loopback import LoopbackServer, reply

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
NOW_UNIX_SECONDS = 1795348800
pytestmark = pytest.mark.anyio

ENTRY: dict[str, Any] = {
    "sourceId": "listing-137-0xabc1",
    "type": "listing",
    "purchasePrice": 3.08,
    "baseUnitPrice": 2.2,
    "supply": 12.3456,
    "liquidSupply": 12.3456,
    "minFillAmount": 0.001,
    "listing": {
        "id": "0xabc1",
        "creditId": {"vintage": 2014, "projectId": "VCS-191"},
        "token": {"name": "VCS-191-2014", "isExAnte": False, "symbol": "VCS-191-2014"},
        "sellerId": "0x1",
        "expiresAfter": NOW_UNIX_SECONDS + 1,
    },
}
LISTING = CreditListing(
    listing_id="listing-137-0xabc1",
    project_id="VCS-191",
    vintage=2014,
    registry="VCS",
    is_ex_ante=False,
    symbol="VCS-191-2014",
    price_usd_micros_per_tco2e=3_080_000,
    base_price_usd_micros=2_200_000,
    quantity_kg_available=12_345,
    minimum_fill_kg=1,
    expires_at=datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC),
)


def entry(**changes: Any) -> dict[str, Any]:
    """ENTRY with changed fields; `creditId__vintage` is a field of a part of the listing."""
    changed = copy.deepcopy(ENTRY)
    for name, value in changes.items():
        part, _, field = name.rpartition("__")
        target = changed["listing"] if part == "listing" else changed
        target = changed["listing"][part] if part not in {"", "listing"} else target
        target[field] = value
    return changed


@asynccontextmanager
async def gateway() -> AsyncGenerator[HttpGateway]:
    async def no_wait(seconds: float) -> None:
        assert seconds >= 0

    async with HttpGateway(hosts=["127.0.0.1"], now=lambda: NOW, sleep=no_wait) as web:
        yield web


async def fetch(server: LoopbackServer, body: Any) -> carbonmark.FetchedListings:
    server.answers = [reply(body)]
    async with gateway() as web:
        return await carbonmark.fetch_listings(web, now=NOW, base_url=server.base_url)


@pytest.mark.parametrize("body", [[ENTRY], {"items": [ENTRY], "itemsCount": 1}])
async def test_both_documented_shapes_are_read(server: LoopbackServer, body: Any) -> None:
    fetched = await fetch(server, body)
    assert fetched.listings == (LISTING,)
    assert fetched.rejected == ()
    assert (fetched.url, fetched.fetched_at) == (f"{server.base_url}/prices", NOW)
    assert server.requests == ["/prices?assetPriceType=listing"]


async def test_a_busy_source_is_asked_again(server: LoopbackServer) -> None:
    server.answers = [reply(status=500), reply(status=500), reply([ENTRY]), reply(status=503)]
    async with gateway() as web:
        fetched = await carbonmark.fetch_listings(web, now=NOW, base_url=server.base_url + "/")
        assert fetched.listings == (LISTING,)
        with pytest.raises(SourceUnavailableError, match="answered 503"):
            await carbonmark.fetch_listings(web, now=NOW, base_url=server.base_url)


async def test_quantities_never_grow_and_minimums_never_shrink(server: LoopbackServer) -> None:
    text = json.dumps([entry(minFillAmount=0.0101)])
    text = text.replace("12.3456", "0.871" + "9" * 40)
    listing = (await fetch(server, text)).listings[0]
    assert (listing.quantity_kg_available, listing.minimum_fill_kg) == (871, 11)


async def test_the_noise_of_binary_floats_is_rounded_away(server: LoopbackServer) -> None:
    listing = (await fetch(server, [entry(purchasePrice=3.0800000000000005)])).listings[0]
    assert listing.price_usd_micros_per_tco2e == 3_080_000


async def test_what_the_source_leaves_open_stays_unknown(server: LoopbackServer) -> None:
    listing = (
        await fetch(server, [entry(listing__expiresAfter=None, baseUnitPrice=None)])
    ).listings[0]
    assert (listing.expires_at, listing.base_price_usd_micros) == (None, None)


async def test_a_symbol_shows_only_visible_characters(server: LoopbackServer) -> None:
    listing = (await fetch(server, [entry(token__symbol="VCS\u202e-191\n")])).listings[0]
    assert listing.symbol == "VCS-191"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"purchasePrice": 0}, "price 0 USD per tCO2e is not above 0"),
        ({"purchasePrice": 10_000.01}, "is not above 0 and at most 10,000"),
        ({"purchasePrice": 2.19}, "base price 2.2 USD per tCO2e is not above 0 and at most"),
        ({"supply": 0}, "nothing is left"),
        ({"supply": 0.0009}, "nothing is left"),
        ({"listing__expiresAfter": NOW_UNIX_SECONDS}, "expired at 2026-11-22T12:00:00"),
    ],
)
async def test_what_cannot_be_bought_is_left_out_with_the_reason(
    server: LoopbackServer, changes: dict[str, Any], reason: str
) -> None:
    fetched = await fetch(server, [entry(**changes)])
    assert fetched.listings == ()
    assert fetched.rejected[0].listing_id == "listing-137-0xabc1"
    assert fetched.rejected[0].is_readable
    assert reason in fetched.rejected[0].reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"purchasePrice": None}, "purchasePrice is missing, not a number"),
        ({"purchasePrice": "3.08"}, "purchasePrice is '3.08', not a number"),
        ({"purchasePrice": True}, "purchasePrice is 'True', not a number"),
        ({"purchasePrice": -1}, "purchasePrice '-1' is not from 0"),
        ({"supply": 10**13}, "supply '10000000000000' is not from 0"),
        ({"minFillAmount": None}, "minFillAmount is missing"),
        ({"type": "klimaprotocol"}, "type is 'klimaprotocol', not 'listing'"),
        ({"listing": None}, "listing is missing, not an object"),
        ({"listing__token": []}, "listing.token is a list, not an object"),
        ({"token__isExAnte": None}, "isExAnte is missing"),
        ({"token__symbol": "\u200b"}, "symbol has no visible character"),
        ({"token__symbol": {}}, "symbol is an object, not text"),
        ({"creditId__vintage": "2014"}, "vintage is '2014', not a whole number"),
        ({"creditId__vintage": 1889}, "vintage '1889' is not from 1990 to 2100"),
        ({"creditId__projectId": "VCS 191\u202e; DROP"}, "projectId 'VCS 191; DROP' is not"),
        ({"listing__expiresAfter": NOW_UNIX_SECONDS * 1000}, "is not a time in Unix seconds"),
    ],
)
async def test_an_unknown_shape_is_left_out_with_the_reason(
    server: LoopbackServer, changes: dict[str, Any], reason: str
) -> None:
    fetched = await fetch(server, [entry(**changes), entry(sourceId="listing-8453-0xdef2")])
    assert [listing.listing_id for listing in fetched.listings] == ["listing-8453-0xdef2"]
    assert fetched.rejected[0].listing_id == "listing-137-0xabc1"
    assert not fetched.rejected[0].is_readable
    assert reason in fetched.rejected[0].reason


async def test_a_huge_exponent_is_refused_before_it_is_written_out(server: LoopbackServer) -> None:
    text = json.dumps([ENTRY, entry(sourceId="b")]).replace("3.08", "1e999999", 1)
    fetched = await fetch(server, text)
    assert "purchasePrice '1E+999999' is not from 0" in fetched.rejected[0].reason


async def test_entries_without_a_usable_id_are_left_out(server: LoopbackServer) -> None:
    fetched = await fetch(server, [entry(sourceId="<b>"), entry(sourceId=None), 7, ENTRY])
    assert [reject.listing_id for reject in fetched.rejected] == [None, None, None]
    assert fetched.listings == (LISTING,)


async def test_a_listing_named_twice_counts_once(server: LoopbackServer) -> None:
    fetched = await fetch(server, [ENTRY, entry(purchasePrice=5)])
    assert fetched.listings == (LISTING,)
    assert "listed twice" in fetched.rejected[0].reason


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "empty list"),
        ({"items": []}, "empty list"),
        ({"message": "rate limit"}, "neither a list"),
        ("null", "neither a list"),
        ("7", "neither a list"),
        ([{"price": 3}, {"price": 4}], "None of the 2 entries .* type is missing"),
        ("<html>", "web page"),
        ('[{"purchasePrice": NaN}]', "NaN"),
    ],
)
async def test_an_answer_without_a_known_shape_is_a_failure(
    server: LoopbackServer, body: Any, message: str
) -> None:
    with pytest.raises(SourceChangedError, match=message):
        await fetch(server, body)


def test_an_offer_can_be_bought_until_the_second_it_expires() -> None:
    assert reason_to_reject(LISTING, now=NOW) is None
    assert reason_to_reject(replace(LISTING, expires_at=None), now=NOW) is None
    assert "expired" in str(reason_to_reject(replace(LISTING, expires_at=NOW), now=NOW))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(sorted(ENTRY)), inner),
    max_leaves=10,
)


@given(value=json_values, field=st.sampled_from(sorted(ENTRY)))
def test_any_entry_is_a_listing_or_a_reason(value: Any, field: str) -> None:
    for candidate in (value, entry(**{field: value})):
        read = carbonmark._read_or_reject(candidate, now=NOW)
        assert isinstance(read, CreditListing) or read.reason


async def test_the_documentations_own_example_is_read(server: LoopbackServer) -> None:
    path = (
        Path(__file__).parents[2] / "../shared/data/markets/carbonmark/docs_retire_01_prices.json"
    )
    if not path.exists():
        pytest.skip("the saved documentation examples are not beside this checkout")
    fetched = await fetch(server, path.read_text(encoding="utf-8"))
    assert [listing.price_usd_micros_per_tco2e for listing in fetched.listings] == [
        3_080_000,
        3_780_000,
    ]
