"""run_workflow and get_workflow_run, and what is kept of a run that ends well, badly or midway."""

import dataclasses
import json
import logging
from typing import Any, Literal

import pytest
from mcp.types import ElicitResult

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.run_lock import only_worker
from carbontrader_mcp.runs import RunOrder, run_through
from carbontrader_mcp.server import build_server
from carbontrader_mcp.wiring import Connections
from db import workflow_runs
from tests.tools.calls import ERAS, EXXON_ADSH, EXXON_CIK, answer, ask, connected, refusal
from workflows import runner

pytestmark = pytest.mark.anyio

STAGES = ["fetch", "validate", "exposure", "coordinator"]
AGENTS = {"analysis", "buyer", "seller"}


@pytest.mark.parametrize("mode", ERAS)
async def test_a_run_reports_its_stages_and_is_kept_whole(
    desk: Connections, mode: Literal["auto", "legacy"]
) -> None:
    heard: list[str] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        assert total is not None
        assert done <= total
        heard.append(message or "")

    async with connected(desk, mode=mode) as client:
        result = await client.call_tool(
            "run_workflow", {"company": "Exxon"}, progress_callback=progress
        )
        run: dict[str, Any] = result.structured_content or {}
        kept = await answer(client, "get_workflow_run", run_id=run["run_id"])
        trades = await answer(client, "list_trades", run_id=run["run_id"])
        (read,) = (await client.read_resource(f"carbontrader://runs/{run['run_id']}")).contents
    assert (run["status"], run["errors"]) == ("completed", [])
    assert (run["cik"], run["adsh"], run["policy"]) == (EXXON_CIK, EXXON_ADSH, "rules")
    assert run["report"]["trades"]
    assert _ids(trades) == _ids(run["report"])
    assert kept == run
    assert json.loads(read.text) == run
    stages = [message.partition(": ")[0] for message in heard]
    assert stages[:4] == STAGES
    assert set(stages[4:7]) == AGENTS
    assert all(message.partition(": ")[2] for message in heard)


def _ids(listed: dict[str, Any]) -> set[str]:
    return {trade["trade_id"] for trade in listed["trades"]}


async def test_a_run_stores_the_financed_emissions_it_calculated(desk: Connections) -> None:
    run = await ask(desk, "run_workflow", company="XOM")
    stored = desk.database.query(
        "SELECT run_id, cik, scope1_tco2e FROM financed_emissions WHERE run_id = :id",
        id=run["run_id"],
    )
    calculated = run["report"]["financed_emissions"]
    assert [row["scope1_tco2e"] for row in stored] == [row["scope1_tco2e"] for row in calculated]
    assert stored[0]["cik"] == EXXON_CIK


async def test_a_filing_may_be_named_instead_of_the_company(desk: Connections) -> None:
    run = await ask(desk, "run_workflow", adsh=EXXON_ADSH)
    assert (run["status"], run["cik"]) == ("completed", EXXON_CIK)
    assert run["report"]["filing"]["adsh"] == EXXON_ADSH


async def test_a_run_that_fails_is_an_answer_with_its_reason_and_leaves_a_row(
    desk: Connections,
) -> None:
    heard: list[str | None] = []

    async def progress(_: float, __: float | None, message: str | None) -> None:
        heard.append(message)

    async with connected(desk) as client:
        result = await client.call_tool(
            "run_workflow", {"company": "Nobody Inc"}, progress_callback=progress
        )
        run: dict[str, Any] = result.structured_content or {}
        kept = await answer(client, "get_workflow_run", run_id=run["run_id"])
    assert not result.is_error
    assert run["status"] == "failed"
    assert "'Nobody Inc'" in run["errors"][0]
    assert kept == run
    assert (heard[0] or "").startswith("fetch: get_filing: No company on file")
    row = desk.database.first("SELECT status, company, ended_at FROM ai_workflow_results")
    assert row == {
        "status": "failed", "company": "Nobody Inc", "ended_at": "2026-11-22T12:00:00.000000Z",
    }  # fmt: skip


async def test_a_run_without_a_company_or_with_two_inputs_does_not_begin(desk: Connections) -> None:
    async with connected(desk) as client:
        for arguments in ({}, {"company": "XOM", "adsh": EXXON_ADSH}):
            text = await refusal(client, "run_workflow", **arguments)
            assert text == "Give either company or adsh, and only one of them."
    assert desk.database.query("SELECT 1 FROM ai_workflow_results") == []


async def test_an_unknown_run_is_refused_with_where_they_are_listed(desk: Connections) -> None:
    async with connected(desk) as client:
        text = await refusal(client, "get_workflow_run", run_id="nope")
    assert "No workflow run 'nope' on file" in text
    assert "ai_workflow_results" in text


async def test_a_crash_leaves_a_failed_row_and_shows_no_inside(
    desk: Connections, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def run_company(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(runner, "run_company", run_company)
    with caplog.at_level(logging.ERROR, logger="carbontrader"):
        async with connected(desk) as client:
            text = await refusal(client, "run_workflow", company="XOM")
            assert "inside" not in text
            assert "of our own" in text
            kept = await answer(client, "get_workflow_run", run_id="id-000001")
    assert kept["status"] == "failed"
    assert kept["errors"] == ["Cut off by ZeroDivisionError. Resume the run to go on."]
    assert "ZeroDivisionError: inside" in caplog.text


async def resume(desk: Connections, run_id: str) -> Any:
    async def on_stage(stage: str, message: str) -> None:
        raise AssertionError(stage, message)

    order = RunOrder(run_id=run_id, portfolio_id="core", resume=True)
    return await run_through(build_server(desk), desk, order, on_stage)


async def test_resuming_a_finished_run_is_refused_and_keeps_its_report(desk: Connections) -> None:
    run = await ask(desk, "run_workflow", company="XOM")
    with pytest.raises(NotFoundError, match="has no checkpoint"):
        await resume(desk, run["run_id"])
    assert await ask(desk, "get_workflow_run", run_id=run["run_id"]) == run


async def test_resuming_an_unknown_run_is_refused(desk: Connections) -> None:
    with pytest.raises(NotFoundError, match="No workflow run 'nope'"):
        await resume(desk, "nope")
    assert desk.database.query("SELECT 1 FROM ai_workflow_results") == []


async def test_a_policy_without_its_key_is_refused_before_the_run_begins(desk: Connections) -> None:
    settings = dataclasses.replace(desk.settings, policy="anthropic")
    keyless = dataclasses.replace(desk, settings=settings)

    async def on_stage(*_: str) -> None: ...

    order = RunOrder(run_id="run-0001", portfolio_id="core", company="XOM")
    with pytest.raises(InvalidInputError, match="ANTHROPIC_API_KEY"):
        await run_through(build_server(keyless), keyless, order, on_stage)
    assert desk.database.query("SELECT 1 FROM ai_workflow_results") == []


@pytest.mark.parametrize("mode", ERAS)
async def test_a_person_who_declines_a_run_sees_nothing_traded(
    desk: Connections, mode: Literal["auto", "legacy"]
) -> None:
    asked: list[str] = []

    async def decline(_: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="decline")

    async with connected(desk, mode=mode, elicitation_callback=decline) as client:
        text = await refusal(client, "run_workflow", company="XOM")
        trades = await answer(client, "list_trades")
    assert text.startswith("DECLINED")
    assert trades["total"] == 0
    assert len(asked) == 1
    assert EXXON_ADSH in asked[0]
    assert "200,000 USD in all" in asked[0]


@pytest.mark.parametrize("amount", [0.0, -1.0, float("nan"), float("inf"), 1e-320, 1e13])
async def test_an_amount_nobody_lends_is_refused_before_the_run(
    desk: Connections, amount: float
) -> None:
    order = RunOrder(
        run_id="run-0001", portfolio_id="core", company="XOM", outstanding_amount_usd=amount
    )

    async def on_stage(*_: str) -> None: ...

    with pytest.raises(InvalidInputError, match="must be 1 to"):
        await run_through(build_server(desk), desk, order, on_stage)


async def test_only_one_worker_has_a_run(desk: Connections) -> None:
    path = desk.settings.checkpoint_path
    locks = path.with_name(f"{path.name}.locks")
    with only_worker(locks, "run run-0001"), pytest.raises(InvalidInputError, match="run run-0001"):
        await resume(desk, "run-0001")


async def test_one_run_at_a_time_works_on_a_portfolio(desk: Connections) -> None:
    path = desk.settings.checkpoint_path
    with only_worker(path.with_name(f"{path.name}.locks"), "portfolio core"):
        busy = await ask(desk, "run_workflow", company="XOM")
    free = await ask(desk, "run_workflow", company="XOM")
    assert (busy["status"], free["status"]) == ("failed", "completed")
    assert "works on portfolio core now" in busy["errors"][0]


async def test_a_run_cut_off_before_its_first_step_begins_again(desk: Connections) -> None:
    workflow_runs.start_run(
        desk.database,
        run_id="run-0001",
        asked={"company": "XOM", "adsh": None, "outstanding_amount_usd": None},
        portfolio_id="core",
        policy="rules",
        now=desk.clock(),
    )

    async def on_stage(*_: str) -> None: ...

    order = RunOrder(run_id="run-0001", portfolio_id="core", resume=True)
    run = await run_through(build_server(desk), desk, order, on_stage)
    assert run.status == "completed"
    assert len(run.report["trades"]) == 1
