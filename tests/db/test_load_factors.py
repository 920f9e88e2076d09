"""Publishers' files of emission factors: recognised by content, loaded, refused with a reason."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from db.database import Database
from db.load_factors import FactorReport, load_factors
from tests.db.small_workbook import write_workbook

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SPEND_HEADER = (
    "2017 NAICS Code,2017 NAICS Title,GHG,Unit,Supply Chain Emission Factors without Margins,"
    "Margins of Supply Chain Emission Factors,Supply Chain Emission Factors with Margins,"
    "Reference USEEIO Code"
)
HUB: list[list[Any]] = [
    ["Emission Factors for Greenhouse Gas Inventories"],
    [None, "Blue text indicates an update from the 2024 version of this document."],
    ["Table 1", "   Stationary Combustion"],
    [None, "Fuel Type", "Heat Content (HHV)"],
    [None, None, "mmBtu per gallon", "kg CO2 per mmBtu", "g CH4 per mmBtu", "g N2O per mmBtu",
     "kg CO2 per gallon", "g CH4 per gallon", "g N2O per gallon"],
    [None, "Petroleum Products"],
    [None, "Distillate Fuel Oil No. 2", 0.138, 73.96, 3, 0.6, 10.21, 0.41, 0.08],
    [None, "Biomass Fuels - Liquid"],
    [None, "Biodiesel (100%)", 0.128, 73.84, 1.1, 0.11, 9.45, "about 0.14", 0.01],
    ["Table 10", "Scope 3 Category 6: Business Travel"],
    [None, "Vehicle Type", "CO2 Factor \n(kg CO2 / unit)", "CH4 Factor \n(g CH4 / unit)",
     "N2O Factor \n(g N2O / unit)", "Units"],
    [None, "Passenger Car A", 0.297, 0.0059, 0.0053, "vehicle-mile"],
]  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "factors.sqlite")


def spend(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([SPEND_HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def load(database: Database, path: Path) -> FactorReport:
    return load_factors(database, path, now=NOW)


def values(database: Database) -> dict[str, float]:
    rows = database.query("SELECT factor_id, value FROM emission_factors")
    return {row["factor_id"]: row["value"] for row in rows}


def rejects(database: Database) -> list[tuple[str, int, str]]:
    rows = database.query("SELECT member, line, reason FROM load_rejects ORDER BY line")
    return [(row["member"], row["line"], row["reason"]) for row in rows]


def test_a_later_edition_of_spend_factors_is_the_same_command(
    database: Database, tmp_path: Path
) -> None:
    path = spend(
        tmp_path / "SupplyChainGHGEmissionFactors_v1.4.0_NAICS_CO2e_USD2024.csv",
        '111110,Soybean Farming,All GHGs,"kg CO2e/2024 USD, purchaser price",0.4,0.05,0.45,1111A0',
    )
    report = load(database, path)
    assert report.edition == "EPA supply chain factors, v1.4.0"
    assert values(database) == {
        "epa-supply-chain-1.4-111110-without-margins": 0.4,
        "epa-supply-chain-1.4-111110-with-margins": 0.45,
    }
    row = database.first("SELECT unit, year, load_id, source_reference FROM emission_factors")
    assert row == {
        "unit": "kgCO2e/USD2024 purchaser price",
        "year": 2024,
        "load_id": report.load_id,
        "source_reference": "line 2",
    }
    assert database.query("SELECT kind, sha256, reject_count FROM data_loads") == [
        {"kind": "factors", "sha256": report.sha256, "reject_count": 0}
    ]


def test_bad_lines_are_rejected_with_place_and_reason_and_the_others_loaded(
    database: Database, tmp_path: Path
) -> None:
    path = spend(
        tmp_path / "spend_v2.0.csv",
        '111110,Soybean Farming,All GHGs,"kg CO2e/2024 USD, purchaser price",0.4,0.05,0.45,1111A0',
        '1111,Oilseeds,All GHGs,"kg CO2e/2024 USD, purchaser price",0.4,0.05,0.45,1111A0',
        '111120,Oilseed,All GHGs,"kg CO2e/2024 USD, purchaser price",much,0.05,0.45,1111A0',
        "111130,Dry Pea,All GHGs,pounds per dollar,0.4,0.05,0.45,1111A0",
        '111140,Wheat,All GHGs,"kg CO2e/2024 USD, purchaser price",-0.4,0.05,0.45,1111A0',
        "111150,Corn",
    )
    assert load(database, path).reject_count == 5
    assert len(values(database)) == 2
    assert [(line, reason[:32]) for _, line, reason in rejects(database)] == [
        (3, "NAICS code '1111' has not six di"),
        (4, "'much' is not a number"),
        (5, "unit 'pounds per dollar' is not "),
        (6, "'-0.4' is negative; an emission "),
        (7, "2 fields instead of 8"),
    ]


def test_loading_a_file_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "hub.xlsx", {"Emission Factors Hub": HUB})
    first = load(database, path)
    before = database.query("SELECT * FROM emission_factors ORDER BY factor_id")
    again = load(database, path)
    assert again == first
    assert database.query("SELECT * FROM emission_factors ORDER BY factor_id") == before
    assert database.first("SELECT count(*) AS n FROM data_loads") == {"n": 1}


def test_a_corrected_file_takes_the_place_of_the_earlier_and_says_of_which_values(
    database: Database, tmp_path: Path
) -> None:
    line = '111110,Soy,All GHGs,"kg CO2e/2024 USD, purchaser price",{},0.05,0.45,1111A0'
    load(database, spend(tmp_path / "spend_v2.0.csv", line.format(0.4)))
    report = load(database, spend(tmp_path / "corrected_v2.0.csv", line.format(0.6)))
    assert len(report.replaced) == 1
    assert "0.4 gave way to 0.6" in report.replaced[0]
    assert len(values(database)) == 2


def test_the_hubs_edition_follows_from_the_year_its_changes_are_marked_against(
    database: Database, tmp_path: Path
) -> None:
    path = write_workbook(tmp_path / "ghg-hub.xlsx", {"Emission Factors Hub": HUB})
    report = load(database, path)
    found = values(database)
    assert report.edition == "EPA GHG Emission Factors Hub 2025"
    assert found["epa-hub-2025-table10-passenger-car-vehicle-mile-co2"] == 0.297
    fuel = "epa-hub-2025-stationary-distillate-fuel-oil-no-2-petroleum-products"
    assert found[f"{fuel}-co2-gallon"] == 10.21
    assert rejects(database) == [
        ("Emission Factors Hub", 9, "Biodiesel (100%) (Biomass Fuels - Liquid): 'about 0.14' is"
         " not a number"),
    ]  # fmt: skip
    biogenic = database.query("SELECT description FROM emission_factors WHERE gas = 'CO2_biogenic'")
    assert {row["description"] for row in biogenic} == {"Biodiesel (100%) (Biomass Fuels - Liquid)"}


def test_the_egrid_workbook_gives_subregions_states_and_the_country(
    database: Database, tmp_path: Path
) -> None:
    path = write_workbook(
        tmp_path / "egrid2024_data.xlsx",
        {
            "Contents": [["eGRID2024"]],
            "SRL24": [
                ["Data Year", "acronym", "name", "rate (lb/MWh)", "rate (lb/MWh)", "(lb/MWh)"],
                ["YEAR", "SUBRGN", "SRNAME", "SRCO2RTA", "SRC2ERTA", "SRNBCO2"],
                [2024, "CAMX", "WECC California", 400.5, 402.25, 990.0],
                [2024, "ATLANTIS", "Nowhere", 1.0, 1.0, 1.0],
            ],
            "ST24": [
                ["Data Year", "abbreviation", "rate (lb/MWh)"],
                ["YEAR", "PSTATABB", "STC2ERTA", "STCO2RTA"],
                [2024, "CA", 420.75, 418.0],
            ],
            "US24": [["Data Year", "(lb/MWh)"], ["YEAR", "USCO2RTA", "USC2ERTA"], [2024, 760, 765]],
        },
    )
    report = load(database, path)
    assert report.edition == "EPA eGRID2024"
    assert values(database) == {
        "epa-egrid2024-camx-co2": 400.5,
        "epa-egrid2024-camx-co2e": 402.25,
        "epa-egrid2024-camx-non-baseload-co2": 990.0,
        "epa-egrid2024-state-ca-co2": 418.0,
        "epa-egrid2024-state-ca-co2e": 420.75,
        "epa-egrid2024-us-co2": 760.0,
        "epa-egrid2024-us-co2e": 765.0,
    }
    assert rejects(database) == [
        ("SRL24", 4, "'ATLANTIS' is no subregion, state or country of eGRID")
    ]


def test_egrids_summary_tables_are_read_too(database: Database, tmp_path: Path) -> None:
    gases = ["CO2", "CH4", "N2O", "CO2e", "Annual NOx"]
    path = write_workbook(
        tmp_path / "summary.xlsx",
        {
            "Contents": [["Contents"]],
            "Table 1": [
                [None, "1. Subregion Output Emission Rates (eGRID2024)"],
                [None, "eGRID subregion acronym", "eGRID subregion name",
                 "Total output emission rates", *[None] * 4, "Non-baseload output emission rates"],
                [None, None, None, "lb/MWh"],
                [None, None, None, *gases, *gases],
                [None, "ERCT", "ERCOT All", 730, 0.04, 0.006, 733, 0.4, 1190, 0.06, 0.009, 1194, 1],
                [None, "U.S.", None, 767, 0.05, 0.008, 771, 0.4, 1400, 0.1, 0.01, 1404, 1],
                [None, "Source: US EPA"],
            ],
            "Table 3": [
                [None, "3. State Output Emission Rates (eGRID2024)"],
                [None, "State", "Total output emission rates"],
                [None, None, "lb/MWh"],
                [None, None, *gases],
                [None, "TX", 800, 0.05, 0.007, 803, 0.5],
            ],
        },
    )  # fmt: skip
    load(database, path)
    found = values(database)
    assert found["epa-egrid2024-erct-co2e"] == 733
    assert found["epa-egrid2024-erct-non-baseload-co2e"] == 1194
    assert found["epa-egrid2024-us-n2o"] == 0.008
    assert found["epa-egrid2024-state-tx-co2e"] == 803
    assert len(found) == 20


def test_uk_factors_are_read_by_the_headings_of_their_tables(
    database: Database, tmp_path: Path
) -> None:
    gases = ["kg CO2e", "kg CO2e of CO2 per unit", "kg CO2e of CH4 per unit"]
    path = write_workbook(
        tmp_path / "ghg-conversion-factors-2025-condensed-set.xlsx",
        {
            "Introduction": [
                ["UK Government GHG Conversion Factors for Company Reporting"],
                ["Version:", 1, "Year:", 2025, "Factor set:", "Condensed set"],
            ],
            "Fuels": [
                ["Scope:", "Scope 1"],
                ["Activity", "Fuel", "Unit", *gases],
                ["Gaseous fuels", "Natural gas", "cubic metres", 2.06, 2.05, 0.003],
                [None, None, "kWh (Gross CV)", 0.18, 0.179, 0.0003],
                [None, None, "kWh (Net CV)", "n/k", 0.2, 0.0003],
            ],
            "UK electricity": [
                ["Activity", "Country", "Unit", "Year", *gases],
                ["Electricity generated", "Electricity: UK", "kWh", 2025, 0.177, 0.175, 0.001],
            ],
            "Passenger vehicles": [
                [None, None, None, "Diesel", None, None, "Battery Electric Vehicle"],
                ["Activity", "Type", "Unit", *gases, *gases],
                ["Cars (by size)", "Average car", "km", 0.17, 0.168, 0, 0, 0, 0],
                [None, None, "miles", 0.27, 0.26, 0, 0, 0, 0],
            ],
        },
    )
    report = load(database, path)
    assert report.edition == "UK government conversion factors 2025, condensed set, version 1"
    rows = database.query(
        "SELECT activity, description, technology, scope, unit, value FROM emission_factors"
        " WHERE gas = 'CO2e' ORDER BY activity, unit, value"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("electricity", "UK (Electricity generated)", None, None, "kgCO2e/kWh", 0.177),
        ("fuel combustion", "Natural gas", None, "scope1", "kgCO2e/kWh (Gross CV)", 0.18),
        ("fuel combustion", "Natural gas", None, "scope1", "kgCO2e/m3", 2.06),
        ("passenger vehicle", "Average car", "battery electric", None, "kgCO2e/km", 0.0),
        ("passenger vehicle", "Average car", "diesel", None, "kgCO2e/km", 0.17),
    ]
    assert rejects(database) == [("Fuels", 5, "Gaseous fuels / Natural gas: 'n/k' is not a number")]


def test_gwp_values_and_scope_intensities_are_csv(database: Database, tmp_path: Path) -> None:
    gwp, useeio = tmp_path / "gwp.csv", tmp_path / "useeio_v3.0.csv"
    gwp.write_text("gas,key,gwp100_ar5,gwp100_ar6\nN2O,N2O,265,273\nCH4 (fossil),CH4_fossil,30,\n")
    useeio.write_text(
        "naics2022,scope1_kgco2e_per_usd2020,scope2_elec_kgco2e_per_usd2020,"
        "upstream_scope3_kgco2e_per_usd2020\n327310,5.5,0.3,0.4\n"
    )
    load(database, gwp)
    load(database, useeio)
    assert values(database) == {
        "ipcc-gwp100-ar5-n2o": 265.0,
        "ipcc-gwp100-ar6-n2o": 273.0,
        "ipcc-gwp100-ar5-ch4_fossil": 30.0,
    }
    rows = database.query("SELECT scope, value, unit, source_id FROM emission_factors_research")
    assert [tuple(row.values()) for row in rows] == [
        ("scope1", 5.5, "kgCO2e/USD2020", "useeio-3.0"),
        ("scope2", 0.3, "kgCO2e/USD2020", "useeio-3.0"),
        ("scope3_upstream", 0.4, "kgCO2e/USD2020", "useeio-3.0"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("prices.csv", b"date,price\n2026-01-01,70\n", "columns are date, price. Expected is one"),
        ("empty.csv", b"", "columns are none"),
        ("latin.csv", b"caf\xe9,1\n", "not UTF-8 at byte 3"),
        ("broken.xlsx", b"PK not a workbook", "is not a workbook"),
        ("quotes.csv", b'a,b\n"1,2\n', "is not CSV"),
        ("gwp.csv", b"gas,gwp100_ar5\nN2O,lots\n", "line 2: 'lots' is not a number"),
        ("egrid.csv", b"subregion,total_co2_lb_per_mwh\nCAMX,5\n", "keep eGRID and the year"),
    ],
)
def test_a_wrong_file_changes_nothing_and_says_what_was_expected(
    database: Database, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=message):
        load(database, path)
    assert database.query("SELECT * FROM data_loads") == []
    assert database.query("SELECT * FROM sources") == []


def test_a_workbook_of_something_else_is_named_by_its_sheets(
    database: Database, tmp_path: Path
) -> None:
    path = write_workbook(tmp_path / "other.xlsx", {"Invoices": [["No.", "Amount"], [1, 2]]})
    with pytest.raises(InvalidInputError, match="sheets are Invoices"):
        load(database, path)


def test_a_file_that_is_not_there_is_said_so(database: Database, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="No such file"):
        load(database, tmp_path / "none.xlsx")


def test_of_two_rows_of_one_id_the_first_is_kept_and_the_other_rejected(
    database: Database, tmp_path: Path
) -> None:
    line = '111110,Soy,All GHGs,"kg CO2e/2024 USD, purchaser price",{},0.05,{},1111A0'
    path = spend(tmp_path / "v1.4.csv", line.format(0.4, 0.45), line.format(0.5, 0.55), "bad")
    assert load(database, path).reject_count == 2
    assert sorted(values(database).values()) == [0.4, 0.45]
    assert rejects(database) == [
        ("v1.4.csv", 3, "Soy, kgCO2e/USD2024 purchaser price, stands in line 2 with another value"),
        ("v1.4.csv", 4, "1 fields instead of 8"),
    ]
