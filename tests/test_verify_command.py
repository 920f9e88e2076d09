"""`carbontrader verify`: a calculation is made again from its record."""

from pathlib import Path

import pytest

from carbontrader_mcp.cli import main
from carbontrader_mcp.settings import Settings
from carbontrader_mcp.wiring import Connections
from db.financed_emissions import calculate, store


@pytest.fixture
def calculation_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CARBONTRADER_DB", str(tmp_path / "verify.sqlite"))
    desk = Connections(settings=Settings.from_environment())
    found = calculate(
        desk.database,
        position={
            "asset_class": "mortgages",
            "outstanding_amount_usd": 180_000.0,
            "property_value_at_origination_usd": 300_000.0,
            "floor_area_m2": 120.0,
            "statistics_fuel_kwh_per_m2": 110.0,
            "fuel_factor_tco2e_per_mwh": 0.1829,
            "statistics_electricity_kwh_per_m2": 30.0,
            "electricity_factor_tco2e_per_mwh": 0.20705,
        },
        today="2026-01-01",
    )
    store(desk.database, found, now="2026-01-01T00:00:00Z")
    desk.close()
    return found.calculation_id


def test_a_kept_calculation_is_verified_bit_for_bit(
    calculation_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", calculation_id]) == 0
    assert "verified" in capsys.readouterr().out


def test_an_edited_record_is_not_verified_and_the_figures_are_shown(
    calculation_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Connections(settings=Settings.from_environment())
    with desk.database.transaction() as transaction:
        transaction.execute(
            "UPDATE financed_emissions SET record = replace(record, '120.0', '121.0')"
        )
    desk.close()
    assert main(["verify", calculation_id]) == 1
    out = capsys.readouterr().out
    assert "NOT verified" in out
    assert "not as it was written" in out
    assert "scope1_tco2e: recorded" in out


def test_an_unknown_calculation_is_named(
    calculation_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", f"{calculation_id}0"]) == 2
    assert f"{calculation_id}0" in capsys.readouterr().err
