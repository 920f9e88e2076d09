"""Tables and runs as read-only resources, and the completion of their names."""

import json
from typing import Any, Literal

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import PromptReference, ResourceTemplateReference

from carbontrader_mcp.wiring import Connections
from db import tables
from tests.tools.calls import ERAS, answer, connected

pytestmark = pytest.mark.anyio

ROWS = ResourceTemplateReference(type="ref/resource", uri="carbontrader://tables/{table}/{key}")


async def read(client: Client, uri: str) -> Any:
    (content,) = (await client.read_resource(f"carbontrader://{uri}")).contents
    assert content.mime_type == "application/json"
    return json.loads(content.text)


@pytest.mark.parametrize("mode", ERAS)
async def test_the_tables_are_listed_with_what_a_row_is(
    desk: Connections, mode: Literal["auto", "legacy"]
) -> None:
    async with connected(desk, mode=mode) as client:
        listed = await read(client, "tables")
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
    assert [str(resource.uri) for resource in resources] == ["carbontrader://tables"]
    assert [template.uri_template for template in templates] == [
        "carbontrader://tables/{table}{?limit,offset}",
        "carbontrader://tables/{table}/schema",
        "carbontrader://tables/{table}/{key}",
        "carbontrader://runs/{run_id}",
    ]
    assert [table["name"] for table in listed] == tables.table_names()
    companies = next(table for table in listed if table["name"] == "companies")
    assert companies["row_count"] == 66
    assert companies["comment"].startswith("One row per ")


async def test_the_pages_of_a_table_join_to_the_whole(desk: Connections) -> None:
    rows, offset = [], 0
    async with connected(desk) as client:
        while offset is not None:
            page = await read(client, f"tables/companies?limit=40&offset={offset}")
            rows += page["rows"]
            offset = page["next_offset"]
    assert len(rows) == 66
    assert len({row["cik"] for row in rows}) == 66


async def test_a_table_without_query_gives_its_first_fifty_rows(desk: Connections) -> None:
    async with connected(desk) as client:
        page = await read(client, "tables/companies")
    assert len(page["rows"]) == page["next_offset"] == 50


async def test_one_row_is_read_by_its_key(desk: Connections) -> None:
    async with connected(desk) as client:
        row = await read(client, "tables/companies/0000034088")
    assert "Exxon Mobil Corporation" in json.dumps(row)


async def test_a_schema_says_columns_and_keys(desk: Connections) -> None:
    async with connected(desk) as client:
        schema = await read(client, "tables/emissions_estimates/schema")
    assert "scope1_tco2e" in [column["name"] for column in schema["columns"]]


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("tables/secrets", "secrets"),
        ("tables/secrets/schema", "secrets"),
        ("tables/companies/9999999999", "9999999999"),
        ("runs/nope", "nope"),
        ("tables/companies?limit=201", "201"),
        ("tables/companies?offset=-1", "-1"),
    ],
)
async def test_what_is_not_there_or_out_of_range_is_refused_with_its_name(
    desk: Connections, uri: str, says: str
) -> None:
    async with connected(desk) as client:
        with pytest.raises(MCPError, match=says):
            await client.read_resource(f"carbontrader://{uri}")


async def complete(
    client: Client, name: str, start: str, **given: str
) -> tuple[list[str], bool | None]:
    ref = ROWS if name in {"table", "key"} else PromptReference(type="ref/prompt", name="x")
    found = await client.complete(ref, {"name": name, "value": start}, given or None)
    return found.completion.values, found.completion.has_more


async def test_names_and_keys_are_completed(desk: Connections) -> None:
    async with connected(desk) as client:
        run = await answer(client, "run_workflow", company="zzzz")
        assert await complete(client, "table", "company_v") == (["company_values"], False)
        assert await complete(client, "key", "000003", table="companies") == (
            [row["cik"] for row in desk.database.query(
                "SELECT cik FROM companies WHERE cik LIKE '000003%' ORDER BY cik")],
            False,
        )  # fmt: skip
        assert await complete(client, "portfolio_id", "") == (["core", "green"], False)
        assert await complete(client, "company", "exx") == (["Exxon Mobil Corporation"], False)
        assert await complete(client, "run_id", "id-") == ([run["run_id"]], False)


async def test_completion_is_cut_at_twenty_and_silent_where_nothing_is_known(
    desk: Connections,
) -> None:
    async with connected(desk) as client:
        values, has_more = await complete(client, "table", "")
        assert (len(values), has_more) == (20, True)
        for name, start in (("key", ""), ("company", ""), ("colour", "r")):
            assert await complete(client, name, start) == ([], False)
