"""Settings from the environment: what is unset has a safe value, what is unknown is refused."""

from pathlib import Path

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.settings import CARBONMARK_URL, TRADING_POLICY, Settings


def test_without_variables_the_database_stands_in_the_data_folder_of_the_user() -> None:
    settings = Settings.from_environment({})
    assert settings.database_path.is_absolute()
    assert settings.database_path.name == "carbontrader.sqlite"
    assert settings.database_path.parent.name == "carbontrader"
    assert settings.trading_policy_path == TRADING_POLICY
    assert TRADING_POLICY.is_file()
    assert (settings.is_read_only, settings.policy) == (False, "rules")
    assert settings.carbonmark_url == CARBONMARK_URL
    assert settings.data_directory == settings.database_path.parent
    assert settings.sec_user_agent is None


def test_every_variable_is_taken(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {
            "CARBONTRADER_DB": str(tmp_path / "desk.sqlite"),
            "CARBONTRADER_TRADING_POLICY": str(tmp_path / "policy.toml"),
            "CARBONTRADER_READ_ONLY": "yes",
            "CARBONTRADER_POLICY": "auto",
            "CARBONTRADER_CARBONMARK_URL": "http://127.0.0.1:1",
            "CARBONTRADER_DATA_DIR": str(tmp_path / "downloads"),
            "CARBONTRADER_SEC_USER_AGENT": "Sample Company jane@sample.com",
        }
    )
    assert settings.database_path == tmp_path / "desk.sqlite"
    assert settings.checkpoint_path == settings.database_path.with_name(
        f"{settings.database_path.name}.checkpoints"
    )
    assert settings.trading_policy_path == tmp_path / "policy.toml"
    assert (settings.is_read_only, settings.policy) == (True, "auto")
    assert settings.carbonmark_url == "http://127.0.0.1:1"
    assert settings.data_directory == tmp_path / "downloads"
    assert settings.sec_user_agent == "Sample Company jane@sample.com"


def test_an_empty_variable_counts_as_unset() -> None:
    empty = {
        f"CARBONTRADER_{name}": ""
        for name in (
            *("DB", "TRADING_POLICY", "READ_ONLY", "POLICY", "CARBONMARK_URL"),
            *("DATA_DIR", "SEC_USER_AGENT"),
        )
    }
    settings = Settings.from_environment(empty)
    assert (settings.is_read_only, settings.policy) == (False, "rules")
    assert settings.carbonmark_url == CARBONMARK_URL
    assert settings.trading_policy_path == TRADING_POLICY
    assert settings.data_directory == settings.database_path.parent
    assert settings.sec_user_agent is None


@pytest.mark.parametrize(
    ("value", "is_read_only"),
    [("1", True), (" TRUE ", True), ("on", True), ("0", False), ("No", False), ("off", False)],
)
def test_a_switch_reads_the_usual_words(value: str, is_read_only: bool) -> None:
    settings = Settings.from_environment({"CARBONTRADER_READ_ONLY": value})
    assert settings.is_read_only is is_read_only


@pytest.mark.parametrize(
    ("name", "value"), [("CARBONTRADER_READ_ONLY", "maybe"), ("CARBONTRADER_POLICY", "gemini")]
)
def test_a_value_nobody_knows_is_refused_with_the_choices(name: str, value: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"{name} is '{value}'; use "):
        Settings.from_environment({name: value})


def test_a_home_folder_is_written_out() -> None:
    settings = Settings.from_environment({"CARBONTRADER_DB": "~/desk.sqlite"})
    assert settings.database_path == Path.home() / "desk.sqlite"


def test_keys_of_model_providers_are_never_shown() -> None:
    settings = Settings.from_environment({"ANTHROPIC_API_KEY": "sk-secret"})
    assert settings.environment["ANTHROPIC_API_KEY"] == "sk-secret"
    assert "sk-secret" not in repr(settings)
