"""What tools are given besides the model's arguments: opened once, at first use."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver import Context

from carbontrader_mcp.settings import Settings
from db.database import Database

if TYPE_CHECKING:
    from carbontrader_mcp.domain.trading_policy import TradingPolicy
    from carbontrader_mcp.gateways.sec_site import SecSite
    from db.read_only_sql import ReadOnlySql


def utc_now() -> datetime:
    """The only clock of the house."""
    return datetime.now(UTC)


def new_id() -> str:
    """An identifier nobody can guess: 24 hexadecimal digits."""
    return secrets.token_hex(12)


def open_sec_site(settings: Settings, clock: Callable[[], datetime]) -> SecSite:
    """The SEC's hosts; whoever opens them closes them.

    Raises:
        InvalidInputError: the settings name nobody as their user.
    """
    from carbontrader_mcp.gateways.sec_site import SecSite

    return SecSite(
        user_agent=settings.sec_user_agent, data_directory=settings.data_directory, now=clock
    )


@dataclass(frozen=True, kw_only=True)
class Connections:
    """Everything a tool may reach. The database is built from the bundled data when missing."""

    settings: Settings
    clock: Callable[[], datetime] = utc_now
    new_id: Callable[[], str] = new_id
    open_sec_site: Callable[[Settings, Callable[[], datetime]], SecSite] = open_sec_site
    _opening: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def database(self) -> Database:
        with self._opening:
            return self._database

    @property
    def trading_policy(self) -> TradingPolicy:
        with self._opening:
            return self._trading_policy

    @property
    def read_only_sql(self) -> ReadOnlySql:
        with self._opening:
            return self._read_only_sql

    def close(self) -> None:
        """Give back what was opened; the next use opens it again."""
        with self._opening:
            for name in ("_database", "_read_only_sql"):
                opened = self.__dict__.pop(name, None)
                if opened is not None:
                    opened.close()

    @cached_property
    def _database(self) -> Database:
        from db.load_fixtures import load_fixtures
        from db.portfolios import open_paper_accounts

        database = Database(self.settings.database_path, may_upgrade=not self.settings.is_read_only)
        load_fixtures(database, now=self.clock())
        open_paper_accounts(database, self._trading_policy, now=self.clock())
        return database

    @cached_property
    def _trading_policy(self) -> TradingPolicy:
        from db.policy_file import load_trading_policy

        return load_trading_policy(self.settings.trading_policy_path)

    @cached_property
    def _read_only_sql(self) -> ReadOnlySql:
        from db.read_only_sql import ReadOnlySql

        return ReadOnlySql(self._database)


def connections(ctx: Context[Connections, Any]) -> Connections:
    """The connections of the server that serves this request."""
    return ctx.request_context.lifespan_context
