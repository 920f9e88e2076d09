"""One run of the workflow on a real MCP server, with the rules deciding."""

import asyncio
import json
import logging
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from tests.workflows.conftest import Run
from tests.workflows.paper_desk import ADSH, CIK, Desk, desk_server
from workflows.policies import Request, Review, RulePolicy
from workflows.runner import run_company
from workflows.tool_call import Toolbox


def test_a_company_with_a_need_ends_with_one_trade_of_the_cheapest_instrument(
    run: Run, desk: Desk
) -> None:
    result = run()
    assert (result["status"], result["errors"]) == ("completed", [])
    assert (result["cik"], result["adsh"]) == (CIK, ADSH)
    [trade] = result["report"]["trades"]
    assert (trade["instrument_id"], trade["quantity_units"]) == ("RGA", 1102)
    assert desk.trades() == [("run-0001-1", int(trade["quote_id"]))]


def test_a_run_can_start_from_an_accession_number(run: Run, desk: Desk) -> None:
    assert run(adsh=ADSH)["status"] == "completed"
    assert ("get_filing", {"adsh": ADSH, "company": None}) in desk.calls


def test_the_report_shows_each_figure_and_where_it_came_from(run: Run) -> None:
    report = run()["report"]
    assert report["filing"]["url"].startswith("https://www.sec.gov/")
    assert report["filing"]["figures"][0]["source_tag"] == "Revenues"
    assert report["emissions"]["used"]["source"]["publisher"] == "Paper Desk"
    assert report["validation"]["findings"][0]["rule"] == "scope 3"
    assert report["financed_emissions"][0]["formulas"]
    assert report["financed_emissions"][0]["warnings"]
    assert report["portfolio_before"]["cash_usd"] == report["portfolio_after"]["cash_usd"]
    assert any("simulated paper exchange" in said for said in report["simulated"])
    assert any("synthetic" in said for said in report["simulated"])
    json.dumps(report, allow_nan=False)


def test_exposure_is_the_financed_scope_1_at_each_price_and_is_not_netted(run: Run) -> None:
    report = run(holdings={"CCA": 100})["report"]
    exposure = {row["instrument_id"]: row["exposure_usd"] for row in _table(report)}
    assert exposure == {"CCA": 600_000.0, "RGA": 500_000.0, "EUA": 1_600_000.0}


def test_every_quote_is_kept_with_the_reason_for_or_against_it(run: Run) -> None:
    quotes = {row["instrument_id"]: row for row in run()["report"]["quotes"]}
    assert quotes["RGA"]["verdict"] == "chosen"
    assert "cheapest of 2" in quotes["RGA"]["reason"]
    assert quotes["CCA"]["verdict"] == "passed_over"
    assert "RGA costs" in quotes["CCA"]["reason"]


def test_tonnes_already_held_reduce_the_need(run: Run) -> None:
    result = run(holdings={"CCA": 400})
    assert result["report"]["hedge"]["held_tco2e"] == 400.0
    assert result["report"]["trades"][0]["quantity_tco2e"] <= 600.0


def test_what_the_order_limit_leaves_open_is_stated(run: Run) -> None:
    result = run(order_usd="5100")
    report = result["report"]
    assert result["status"] == "completed"
    assert report["open_tco2e"] == pytest.approx(1000 - report["trades"][0]["quantity_tco2e"])
    assert "stay open" in report["decisions"]["buyer"]["result"]["reason"]
    assert "per_order_usd" in report["decisions"]["buyer"]["result"]["reason"]
    assert Decimal(report["trades"][0]["gross_usd"]) <= 5100


def test_a_hedge_of_this_company_beyond_its_target_is_sold(run: Run) -> None:
    result = run(holdings={"CCA": 1500})
    [trade] = result["report"]["trades"]
    assert (trade["trade_type"], trade["quantity_units"]) == ("sell", 500)


def test_what_was_bought_for_other_companies_is_neither_sold_nor_counted(run: Run) -> None:
    result = run(holdings={"CCA": 9000}, hedges={"CCA": 200})
    [trade] = result["report"]["trades"]
    assert trade["trade_type"] == "buy"
    assert trade["quantity_tco2e"] == pytest.approx(800, abs=1)


@pytest.mark.parametrize(
    "tool",
    [
        *("get_filing", "validate_emissions", "query_tables", "calculate_financed_emissions"),
        *("get_carbon_prices", "get_portfolio"),
    ],
)
def test_a_tool_that_cannot_answer_fails_the_run_with_its_own_words(
    run: Run, desk: Desk, tool: str
) -> None:
    result = run(fail=tool)
    assert result["status"] == result["report"]["status"] == "failed"
    assert "the test says so" in result["errors"][0]
    assert tool in result["errors"][0]
    assert desk.trades() == []


@pytest.mark.parametrize("tool", ["get_business_activity", "get_emissions", "search_companies"])
def test_evidence_a_run_can_do_without_is_noted_when_it_is_missing(run: Run, tool: str) -> None:
    result = run(fail=tool)
    assert result["report"]["notes"]
    assert result["status"] == "completed"


def test_an_ambiguous_company_fails_with_the_candidates(run: Run) -> None:
    result = run(company="Acme")
    assert result["status"] == "failed"
    assert "Acme Steel (1), Acme Gas (2)" in result["errors"][0]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"use": False}, "No usable emissions (no figures at all)"),
        ({"scope1": None}, "Scope 1 emissions of 2024 are unknown"),
        ({"positions": False}, "holds no position in Exxon Mobil Corp"),
        ({"data_quality_score": 5}, "worse than 4"),
        ({"financed_scope1": 1.0}, "Less than one whole unit is missing"),
        ({"financed_scope1": 0.0}, "already held"),
        ({"spread": Decimal("1.04")}, "above the limit"),
        ({"order_usd": "0"}, "per_order_usd"),
    ],
)
def test_a_run_without_a_trade_says_why(
    run: Run, desk: Desk, fields: dict[str, Any], words: str
) -> None:
    result = run(**fields)
    assert result["status"] == "no_trade"
    assert words in " ".join(result["errors"])
    assert desk.trades() == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"hedge_fraction": None}, "no number hedge_fraction"),
        ({"financed_scope1": None}, "known for 0 of 1 positions"),
        ({"portfolio_id": "core' OR 1=1"}, "is not an identifier"),
    ],
)
def test_a_number_that_is_missing_is_never_assumed(
    run: Run, fields: dict[str, Any], words: str
) -> None:
    result = run(**fields)
    assert result["status"] == "failed"
    assert words in result["errors"][0]


def test_without_a_position_an_assumed_loan_is_shown_and_nothing_is_traded(
    run: Run, desk: Desk
) -> None:
    report = run(positions=False)["report"]
    assert report["financed_emissions"][0]["amount_usd"] == 10_000_000
    assert report["exposure"]["by_instrument"]
    assert any("assumed for illustration" in line for line in report["simulated"])
    assert desk.trades() == []


def test_a_callers_amount_is_run_to_its_trades_and_named_as_theirs(run: Run) -> None:
    result = run(positions=False, outstanding_amount_usd=5e7)
    assert result["status"] == "completed"
    assert result["report"]["financed_emissions"][0]["amount_usd"] == 5e7
    assert any("the caller's amount" in line for line in result["report"]["simulated"])


def test_a_refused_trade_is_the_status_with_the_tools_message(run: Run, desk: Desk) -> None:
    result = run(refuse_trade="DECLINED: the person said no.")
    assert (result["status"], result["errors"]) == ("refused", ["DECLINED: the person said no."])
    assert desk.trades() == []


def test_quotes_that_are_all_refused_are_a_refusal(run: Run) -> None:
    result = run(refuse_quote="all")
    assert result["status"] == "refused"
    assert len(result["errors"]) == 2
    assert result["errors"][0].startswith("PRICE_STALE: ")


def test_one_refused_quote_leaves_the_other(run: Run) -> None:
    result = run(refuse_quote="RGA")
    assert result["report"]["trades"][0]["instrument_id"] == "CCA"
    assert "PRICE_STALE" in json.dumps(result["report"]["quotes"])


def test_equal_inputs_give_equal_decisions_under_the_rules(run: Run) -> None:
    first, second = run(run_id="run-0001"), run(run_id="run-0002")
    assert first["report"]["decisions"] == second["report"]["decisions"]
    assert first["report"]["orders"] != second["report"]["orders"]


def test_the_three_agents_decide_at_the_same_time(run: Run) -> None:
    class Meeting(RulePolicy):
        """Answers only when both agents that have something to review are waiting."""

        async def review(self, request: Request, tools: Toolbox) -> Review:
            await barrier.wait()
            return Review()

    barrier = asyncio.Barrier(2)
    assert run(policy=Meeting())["status"] == "completed"


def test_each_stage_is_told_once_with_its_end(run: Run) -> None:
    told: list[tuple[str, str]] = []

    async def on_stage(stage: str, message: str) -> None:
        told.append((stage, message))

    run(on_stage=on_stage)
    stages = [stage for stage, _ in told]
    assert stages[:4] == ["fetch", "validate", "exposure", "coordinator"]
    assert sorted(stages[4:7]) == ["analysis", "buyer", "seller"]
    assert stages[7:] == ["settle", "trade", "output"]
    lines = dict(told)
    assert "10-K" in lines["fetch"]
    assert "hedge target 1,000 tCO2e" in lines["coordinator"]
    assert lines["trade"].startswith("buy 1,102 RGA for ")
    assert lines["output"] == "done"


def test_a_defect_of_ours_is_a_failed_run_and_a_log_entry(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(RulePolicy):
        async def review(self, request: Request, tools: Toolbox) -> Review:
            raise ZeroDivisionError("broken")

    with caplog.at_level(logging.ERROR):
        result = run(policy=Broken())
    assert result["status"] == "failed"
    assert "unexpected ZeroDivisionError" in result["errors"][0]
    assert "Step buyer failed" in caplog.text


@pytest.mark.parametrize("inputs", [{}, {"company": "Exxon", "adsh": ADSH}])
def test_a_run_takes_a_company_or_an_accession_number(
    desk: Desk, tmp_path: Path, inputs: dict[str, str]
) -> None:
    async def go() -> None:
        async with Client(desk_server(desk)) as client:
            await run_company(
                client,
                portfolio_id="core",
                run_id="run-0001",
                policy=RulePolicy(),
                checkpoint_path=tmp_path / "checkpoints.sqlite",
                **inputs,
            )

    with pytest.raises((InvalidInputError, BaseExceptionGroup)) as raised:
        asyncio.run(go())
    assert "one of them" in repr(raised.value)


def test_nothing_can_be_resumed_after_a_run_has_finished(run: Run) -> None:
    run()
    with pytest.raises((NotFoundError, BaseExceptionGroup)) as raised:
        run(resume=True)
    assert "never began or has finished" in repr(raised.value)


def _table(report: dict[str, Any]) -> list[dict[str, Any]]:
    return report["exposure"]["by_instrument"]
