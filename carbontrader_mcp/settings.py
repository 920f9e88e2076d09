"""Settings, read from the environment in one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from carbontrader_mcp.domain.errors import InvalidInputError

POLICIES = ("rules", "anthropic", "openai", "auto")
CARBONMARK_URL = "https://v20.api.carbonmark.com"
TRADING_POLICY = Path(__file__).with_name("trading_policy.toml")


def _data_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("carbontrader", appauthor=False)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the operator chose. Keys of model providers stay in the environment.

    `data_directory` holds what is downloaded and the pace of requests, which all processes that
    share it keep together. `sec_user_agent` is checked where the SEC is asked.
    """

    database_path: Path
    checkpoint_path: Path
    data_directory: Path = field(default_factory=_data_folder)
    trading_policy_path: Path = TRADING_POLICY
    is_read_only: bool = False
    policy: str = "rules"
    carbonmark_url: str = CARBONMARK_URL
    sec_user_agent: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings of this process.

        Raises:
            InvalidInputError: a variable has a value outside its range.
        """
        env = dict(os.environ if environment is None else environment)
        chosen_directory = env.get("CARBONTRADER_DATA_DIR")
        data_directory = Path(chosen_directory) if chosen_directory else _data_folder()
        database_path = Path(env.get("CARBONTRADER_DB") or _data_folder() / "carbontrader.sqlite")
        database_path = database_path.expanduser().absolute()
        policy = env.get("CARBONTRADER_POLICY") or "rules"
        if policy not in POLICIES:
            raise InvalidInputError(
                f"CARBONTRADER_POLICY is {policy!r}; use one of {', '.join(POLICIES)}."
            )
        return cls(
            database_path=database_path,
            checkpoint_path=database_path.with_name(f"{database_path.name}.checkpoints"),
            data_directory=data_directory.expanduser().absolute(),
            trading_policy_path=Path(env.get("CARBONTRADER_TRADING_POLICY") or TRADING_POLICY),
            is_read_only=_switch(env, "CARBONTRADER_READ_ONLY"),
            policy=policy,
            carbonmark_url=env.get("CARBONTRADER_CARBONMARK_URL") or CARBONMARK_URL,
            sec_user_agent=env.get("CARBONTRADER_SEC_USER_AGENT") or None,
            environment=env,
        )


def _switch(env: Mapping[str, str], name: str) -> bool:
    """A value we do not know is refused: read as off, it would leave trading open."""
    value = (env.get(name) or "0").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise InvalidInputError(f"{name} is {value!r}; use 1 or 0.")
