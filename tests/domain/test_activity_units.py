"""Units as filed, against the definitions in NIST SP 811 appendix B and the XBRL Units Registry."""

import csv
from pathlib import Path

import pytest

from carbontrader_mcp.domain.activity_unit_table import BASE_UNITS, CONVERTED
from carbontrader_mcp.domain.activity_units import KINDS, normalise, read_unit

REGISTRY = (
    Path(__file__).parents[3]
    / "shared/data/sec/standardisation/xbrl_units_registry_physical.csv"
)  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "base", "one"),
    [
        ("t", "t", 1), ("T", "t", 0.90718474), ("kt", "t", 1_000), ("kT", "t", 907.18474),
        ("Mt", "t", 1e6), ("MT", "t", 907_184.74), ("Gt", "t", 1e9), ("GT", "t", 907_184_740),
        ("lb", "t", 0.00045359237), ("oz", "t", 2.8349523125e-5), ("g", "t", 1e-6),
        ("MWh", "MWh", 1), ("kWh", "MWh", 0.001), ("J", "MWh", 2.7777777777777777e-10),
        ("GJ", "MWh", 0.2777777777777778), ("MMBTU", "MWh", 0.2930710701722222),
        ("bbl", "m3", 0.158987294928), ("MMBbls", "m3", 158_987.294928),
        ("gal", "m3", 0.003785411784), ("Mcf", "m3", 28.316846592), ("Bcf", "m3", 28_316_846.592),
        ("bu", "m3", 0.03523907016688), ("aft", "m3", 1_233.48183754752),
        ("sqft", "m2", 0.09290304), ("acre", "m2", 4_046.8564224), ("sqmi", "m2", 2_589_988.110336),
        ("ha", "m2", 10_000), ("mi", "km", 1.609344), ("nmi", "km", 1.852), ("in", "km", 2.54e-5),
        ("hp", "MW", 0.0007456998715822702), ("GW", "MW", 1_000),
        ("tCO2e", "tCO2e", 1), ("MtCO2e", "tCO2e", 1e6), ("GtCO2e", "tCO2e", 1e9),
    ],
)  # fmt: skip
def test_one_of_a_unit_is_what_its_definition_says(unit: str, base: str, one: float) -> None:
    found = normalise(1.0, unit)
    assert found.unit_normalised == base
    assert found.quantity_normalised == pytest.approx(one, rel=1e-15)
    assert (found.quantity, found.unit) == (1.0, unit)
    assert found.conversion.startswith(f"1 {unit} = ")


def test_tons_differ_by_the_case_of_a_letter() -> None:
    assert normalise(3.0, "Mt").quantity_normalised == 3_000_000
    assert normalise(3.0, "MT").quantity_normalised == 2_721_554.22


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("utr:MWh", "energy"), ("iso4217:USD", "money"), ("USD", "money"), ("xbrli:shares", "shares"),
        ("shares", "shares"), ("pure", "pure"), ("USD/bbl", "per-unit ratio"),
        ("iso4217:USD/utr:MMBTU", "per-unit ratio"), ("USD-per-shares", "per-unit ratio"),
        ("employee", "count"), ("Employees", "count"), ("aircraft", "count"), ("Store", "count"),
        ("acme:aircraft", "count"), ("reporting_unit", "count"), ("Y", "time"), ("years", "time"),
        ("Cel", "temperature"), ("VA", "power"), ("Boe", "energy (convention)"),
    ],
)  # fmt: skip
def test_a_unit_has_a_kind(unit: str, kind: str) -> None:
    assert read_unit(unit).kind == kind
    assert kind in KINDS


@pytest.mark.parametrize(
    ("unit", "quantity", "base"),
    [("Boe", 1, "Boe"), ("MBoe", 1_000, "Boe"), ("MMBoe", 1e6, "Boe"), ("Bcfe", 1e6, "Mcfe")],
)
def test_oil_and_gas_equivalents_stay_what_they_are(unit: str, quantity: float, base: str) -> None:
    found = normalise(1.0, unit)
    assert (found.kind, found.quantity_normalised, found.unit_normalised) == (
        "energy (convention)", quantity, base,
    )  # fmt: skip
    assert "heat content" in found.conversion


@pytest.mark.parametrize(
    ("unit", "reason"),
    [
        ("widget", "nothing is guessed"), ("mwh", "there is MWh"), ("MMBtu/day", "ratio"),
        ("mt", "there is MT and Mt"), ("acme:MWh", "filer's own"), ("ton", "write tonne"),
        ("gallons", "US or imperial"), ("Cal", "which calorie"), ("mJ", "millijoule or the megajoule"),
        ("MWM", "months differ"), ("BOE", "there is Boe"), ("", "nothing is guessed"),
        ("x" * 300, "longer than"), ("meters", "length or an instrument"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_not_converted_and_says_why(unit: str, reason: str) -> None:
    found = normalise(5.0, unit)
    assert found.quantity_normalised is None
    assert found.unit_normalised is None
    assert reason in found.conversion
    assert (found.quantity, found.unit) == (5.0, unit)


def test_capitals_alone_are_not_money() -> None:
    assert [read_unit(unit).kind for unit in ("BBL", "EUR", "MWM", "LBS")] == [
        "unknown", "money", "energy", "unknown",
    ]  # fmt: skip


def test_words_with_one_meaning_are_understood() -> None:
    words = ("tonnes", "Short Tons", "barrels", "square feet", "sq_ft", "miles", "MMBtu", "Litres")
    assert [normalise(1.0, word).unit_normalised for word in words] == [
        "t", "t", "m3", "m2", "m2", "km", "MWh", "m3",
    ]  # fmt: skip


def test_a_decimal_quantity_is_converted_as_it_is_written() -> None:
    assert normalise(0.1, "Mt").quantity_normalised == 100_000
    assert normalise(0.3, "kWh").quantity_normalised == 0.0003
    assert normalise(-2.0, "t").quantity_normalised == -2


def test_a_quantity_too_large_to_convert_is_kept_as_it_is() -> None:
    found = normalise(1e308, "TWh")
    assert found.quantity_normalised is None
    assert "larger than any number" in found.conversion


def test_only_things_of_substance_may_be_activity() -> None:
    units = ("MWh", "Boe", "employee", "widget", "USD", "shares", "pure", "USD/bbl", "Y", "K")
    assert [read_unit(unit).may_be_activity for unit in units] == [True] * 4 + [False] * 6


def test_every_factor_belongs_to_a_kind_with_a_base_unit() -> None:
    for unit, (kind, factor, source) in CONVERTED.items():
        assert kind in BASE_UNITS, unit
        assert factor > 0, unit
        assert source, unit


def test_every_unit_of_the_registry_is_known() -> None:
    if not REGISTRY.exists():
        pytest.skip("the extract of the XBRL Units Registry is not here")
    with REGISTRY.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kinds = {
        "areaItemType": {"area"}, "massItemType": {"mass"}, "lengthItemType": {"length"},
        "energyItemType": {"energy", "energy (convention)"}, "volumeItemType": {"volume"},
        "powerItemType": {"power"}, "ghgEmissionsItemType": {"emissions"},
        "durationItemType": {"time"}, "temperatureItemType": {"temperature"},
        "frequencyItemType": {"frequency"}, "flowItemType": {"per-unit ratio"},
    }  # fmt: skip
    assert len(rows) > 80
    for row in rows:
        assert read_unit(row["unit_id"]).kind in kinds[row["item_type"]], row
