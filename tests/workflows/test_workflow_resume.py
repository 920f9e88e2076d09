"""A run that is killed goes on where it was, and trades exactly once."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from carbontrader_mcp.domain.errors import InvalidInputError
from tests.workflows import paper_desk
from tests.workflows.paper_desk import Desk, desk_server
from workflows.policies import RulePolicy
from workflows.runner import run_company
from workflows.tool_call import Toolbox

ROOT = Path(__file__).parents[2]
CHILD = """
import asyncio, sys
from pathlib import Path
from tests.workflows.test_workflow_resume import run_on
asyncio.run(run_on(Path(sys.argv[1]), kill_client=sys.argv[2]))
"""


async def run_on(folder: Path, *, kill_client: str = "", resume: bool = False) -> dict[str, Any]:
    """A run over stdio, on the ledger and the checkpoint of a folder."""
    arguments = [paper_desk.__file__, str(folder / "ledger.sqlite"), f"kill_client={kill_client}"]
    server = StdioServerParameters(command=sys.executable, args=arguments)
    async with Client(server) as client:
        return await run_company(
            client,
            company=None if resume else "Exxon",
            portfolio_id="core",
            run_id="run-0001",
            policy=RulePolicy(),
            checkpoint_path=folder / "checkpoints.sqlite",
            resume=resume,
        )


@pytest.mark.parametrize(
    ("kill_client", "trades_at_death"), [("before_trade", 0), ("after_trade", 1)]
)
def test_a_killed_run_resumes_and_trades_exactly_once(
    tmp_path: Path, kill_client: str, trades_at_death: int
) -> None:
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path), kill_client],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=False,
    )
    desk = Desk(tmp_path / "ledger.sqlite")
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    assert len(desk.trades()) == trades_at_death
    quotes_at_death = desk.sql("SELECT * FROM quote")

    result = asyncio.run(run_on(tmp_path, resume=True))

    assert (result["status"], result["errors"]) == ("completed", [])
    assert result["report"]["trades"][0]["is_replay"] is (trades_at_death == 1)
    assert [row[0] for row in desk.trades()] == ["run-0001-1"]
    assert desk.sql("SELECT * FROM quote") == quotes_at_death


def test_a_trade_without_an_answer_leaves_a_run_that_can_be_resumed(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")

    async def go(*, resume: bool, is_dead: bool) -> dict[str, Any]:
        async with Client(desk_server(desk)) as client:
            return await run_company(
                _DeadAtTrade(client, is_dead=is_dead),  # type: ignore[arg-type]
                company=None if resume else "Exxon",
                portfolio_id="core",
                run_id="run-0001",
                policy=RulePolicy(),
                checkpoint_path=tmp_path / "checkpoints.sqlite",
                resume=resume,
            )

    cut_off = asyncio.run(go(resume=False, is_dead=True))
    assert (cut_off["status"], cut_off["is_resumable"]) == ("failed", True)
    assert "at most once" in cut_off["errors"][0]
    assert cut_off["report"]["orders"][0]["client_order_id"] == "run-0001-1"
    assert len(desk.trades()) == 1

    resumed = asyncio.run(go(resume=True, is_dead=False))
    assert (resumed["status"], resumed["errors"]) == ("completed", [])
    assert resumed["report"]["trades"][0]["is_replay"] is True
    assert len(desk.trades()) == 1


def test_a_run_id_with_a_checkpoint_is_not_begun_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")

    async def go(portfolio_id: str, *, resume: bool) -> dict[str, Any]:
        async with Client(desk_server(desk)) as client:
            return await run_company(
                _DeadAtTrade(client, is_dead=True),  # type: ignore[arg-type]
                company=None if resume else "Exxon",
                portfolio_id=portfolio_id,
                run_id="run-0001",
                policy=RulePolicy(),
                checkpoint_path=tmp_path / "checkpoints.sqlite",
                resume=resume,
            )

    asyncio.run(go("core", resume=False))
    with pytest.raises((InvalidInputError, BaseExceptionGroup), match=r".*") as again:
        asyncio.run(go("core", resume=False))
    assert "has a checkpoint already" in repr(again.value)
    with pytest.raises((InvalidInputError, BaseExceptionGroup), match=r".*") as other:
        asyncio.run(go("green", resume=True))
    assert "is about portfolio 'core'" in repr(other.value)


class _DeadAtTrade:
    """The real client, whose connection breaks after the server has traded."""

    def __init__(self, client: Client, *, is_dead: bool) -> None:
        self._client = client
        self._is_dead = is_dead

    async def call_tool(self, name: str, *arguments: Any, **options: Any) -> Any:
        from mcp import MCPError

        answer = await self._client.call_tool(name, *arguments, **options)
        if self._is_dead and name == "execute_trade":
            raise MCPError(-32000, "Connection closed")
        return answer


def test_a_trade_is_repeated_and_a_quote_is_not_when_the_connection_breaks(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")

    async def go() -> None:
        async with Client(desk_server(desk)) as client:
            tools = Toolbox(client)
            asked = {"side": "buy", "instrument": "CCA", "quantity_tco2e": 1.0, "purpose": "x"}
            quote = await tools.call("request_quote", **asked)
            broken = Toolbox(_DeadAtTrade(client, is_dead=True), retry_delay_seconds=0)  # type: ignore[arg-type]
            with pytest.raises(Exception, match="did not answer after 3"):
                await broken.call(
                    "execute_trade", quote_id=quote["quote_id"], client_order_id="order-1"
                )

    asyncio.run(go())
    assert desk.tools_called() == ["request_quote", *["execute_trade"] * 3]
    assert len(desk.trades()) == 1
