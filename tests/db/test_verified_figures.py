"""Standardised figures against filings as an analyst reads them.

`verified_figures.csv` holds, figure by figure, what the statements of a filing say: the line it
was read from, or the lines it is the sum of. An empty value means that the filing does not have
the figure, so that neither may we. `accepted_value` is what we say instead where no rule for all
filers tells the two apart, with the reason; it must stay exactly that.
"""

import csv
import gzip
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from carbontrader_mcp.domain.filings import BALANCE_FIELDS, CASH_FLOW_FIELDS, INCOME_FIELDS
from db.database import Database
from db.load_fixtures import FIXTURES_FOLDER, SUBMISSIONS_FILE, load_fixtures
from db.load_fsds import load_fsds

FIGURES_FILE = Path(__file__).with_name("verified_figures.csv")
SHARED = Path(__file__).parents[2] / "../shared/data/sec"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FIGURE_COUNT_MIN = 1_960
ACCEPTED_COUNT_MAX = 2

TABLE_BY_FIELD = {
    **dict.fromkeys(INCOME_FIELDS, "income_stmt"),
    **dict.fromkeys(BALANCE_FIELDS, "balance_sheet"),
    **dict.fromkeys(CASH_FLOW_FIELDS, "cash_flow"),
}
LEASE_FIELDS = ("finance_leases", "operating_leases")
"""Apple shows them in a note only, and the data sets hold the primary statements."""

SUB_COLUMNS_ADDED = ("sic", "countryba", "countryinc")
SUB_COLUMNS = (
    "adsh", "cik", "name", "form", "period", "fy", "fp", "filed", *SUB_COLUMNS_ADDED,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of a filing; `value` None means the filing does not have it."""

    adsh: str
    cik: str
    name: str
    ddate: str
    qtrs: int
    field: str
    value: float | None
    unit: str
    line_label: str
    source: str
    accepted_value: float | None
    accepted_reason: str

    def __str__(self) -> str:
        wanted = "nothing" if self.value is None else f"{self.value:,.10g}"
        period = f"{self.ddate} qtrs {self.qtrs}"
        return f"{self.name} {self.adsh} {self.field} {period}: {wanted} ({self.line_label})"


def read_figures() -> list[Figure]:
    with FIGURES_FILE.open(encoding="utf-8", newline="") as stream:
        return [
            Figure(
                adsh=row["adsh"],
                cik=row["cik"],
                name=row["name"],
                ddate=row["ddate"],
                qtrs=int(row["qtrs"]),
                field=row["field"],
                value=float(row["value"]) if row["value"] else None,
                unit=row["unit"],
                line_label=row["line_label"],
                source=row["source"],
                accepted_value=float(row["accepted_value"]) if row["accepted_value"] else None,
                accepted_reason=row["accepted_reason"],
            )
            for row in csv.DictReader(stream)
        ]


FIGURES = read_figures()


def bundled_adshs() -> set[str]:
    with (FIXTURES_FOLDER / SUBMISSIONS_FILE).open(encoding="utf-8", newline="") as stream:
        return {row["adsh"] for row in csv.DictReader(stream)}


def figures_from(source: str) -> list[Figure]:
    return [figure for figure in FIGURES if figure.source.startswith(source)]


# --- comparison -----------------------------------------------------------------------


def check_figures(database: Database, figures: list[Figure]) -> None:
    """Fail once, naming every figure that differs and the rule it came from."""
    assert figures
    wrong = [line for figure in figures for line in differences(database, figure)]
    if wrong:
        head = f"{len(wrong)} of {len(figures)} verified figures differ"
        pytest.fail("\n".join((head, *wrong)), pytrace=False)


def differences(database: Database, figure: Figure) -> Iterator[str]:
    key = {"adsh": figure.adsh, "ddate": figure.ddate, "qtrs": figure.qtrs}
    where = "WHERE adsh = :adsh AND ddate = :ddate AND qtrs = :qtrs"
    row = database.first(f"SELECT * FROM {TABLE_BY_FIELD[figure.field]} {where}", **key)
    if row is None:
        if figure.value is not None:
            yield f"{figure} - no row of that period"
        return
    found, currency = row[figure.field], figure.unit.partition("/")[0]
    if found is not None and currency not in ("shares", "", row["currency"]):
        yield f"{figure} - in {row['currency']} instead of {currency}"
    wanted = figure.value if figure.accepted_value is None else figure.accepted_value
    if same(found, wanted):
        return
    if figure.accepted_value is not None:
        yield f"accepted: {figure.accepted_value:,.10g}, {figure.accepted_reason}"
    lineage = database.first(
        f"SELECT source_tag, rule FROM statement_lineage {where} AND field = :field",
        **key,
        field=figure.field,
    )
    origin = f" [{lineage['rule']}: {lineage['source_tag']}]" if lineage else ""
    yield f"{figure} - found {'nothing' if found is None else f'{found:,.10g}'}{origin}"


def same(found: float | None, wanted: float | None) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9)


# --- reading the filings --------------------------------------------------------------


def shared(path: str) -> Path:
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"{path} is not on this machine (../shared/data/sec)")
    return found


def with_complete_submissions(path: Path, folder: Path) -> Path:
    """The converted zip with the columns of sub.txt that the SEC has and it lacks.

    It does not say when a filing was filed; the period stands in.
    """
    completed = folder / path.name
    with ZipFile(path) as given, ZipFile(completed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("num.txt", given.read("num.txt"))
        with given.open("sub.txt") as stream:
            rows = list(csv.DictReader(TextIOWrapper(stream, "utf-8"), dialect="excel-tab"))
        for row in rows:
            row.update(dict.fromkeys(SUB_COLUMNS_ADDED, ""), filed=row["period"])
        lines = [SUB_COLUMNS, *([row[column] for column in SUB_COLUMNS] for row in rows)]
        archive.writestr("sub.txt", "".join("\t".join(line) + "\n" for line in lines))
    return completed


def load_company_facts(database: Database, path: Path, folder: Path) -> None:
    """The one place that knows how filings get from a companyfacts file into tables."""
    load_edgar = pytest.importorskip("db.load_edgar", reason="db.load_edgar is not there yet")
    document = folder / path.name.removesuffix(".gz")
    document.write_bytes(gzip.decompress(path.read_bytes()))
    load_edgar.load_company_facts(database, document, now=NOW)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "verified.db")
    yield database
    database.close()


# --- the tests ------------------------------------------------------------------------


def test_every_verified_figure_is_a_field_of_one_filing_and_period_and_stands_there_once() -> None:
    keys = [(figure.adsh, figure.ddate, figure.qtrs, figure.field) for figure in FIGURES]
    assert len(keys) == len(set(keys)) >= FIGURE_COUNT_MIN
    assert {figure.field for figure in FIGURES} <= set(TABLE_BY_FIELD)
    for figure in FIGURES:
        assert (figure.qtrs == 0) == (figure.field in BALANCE_FIELDS), str(figure)
        assert bool(figure.unit) == (figure.value is not None), str(figure)
        assert figure.line_label, str(figure)


def test_few_figures_are_accepted_to_differ_and_each_says_why() -> None:
    accepted = [figure for figure in FIGURES if figure.accepted_value is not None]
    assert len(accepted) <= ACCEPTED_COUNT_MAX
    for figure in FIGURES:
        assert bool(figure.accepted_reason) == (figure in accepted), str(figure)
        assert figure not in accepted or not same(figure.accepted_value, figure.value), str(figure)


def test_figures_of_bundled_filings_are_what_their_statements_say(database: Database) -> None:
    load_fixtures(database, now=NOW)
    bundled = bundled_adshs()
    check_figures(database, [figure for figure in FIGURES if figure.adsh in bundled])


@pytest.mark.parametrize("quarter", ["2010q1_new_format_reserialised", "2010q2"])
def test_figures_of_a_quarter_are_what_the_filings_say(quarter: str, database: Database) -> None:
    load_fsds(database, shared(f"fsds/{quarter}.zip"), now=NOW)
    check_figures(database, figures_from(f"SEC FSDS {quarter[:6]}"))


def test_figures_of_a_10_k_in_the_data_sets_are_what_it_says(database: Database) -> None:
    load_fsds(database, shared("fsds/aapl_fy2024_10k_new_format.zip"), now=NOW)
    figures = [figure for figure in FIGURES if figure.adsh == "0000320193-24-000123"]
    check_figures(database, [figure for figure in figures if figure.field not in LEASE_FIELDS])


def test_figures_of_inline_xbrl_filings_are_what_they_say(
    database: Database, tmp_path: Path
) -> None:
    path = shared("converted/ixbrl_2024_2025_37_filings_fsds_shaped.zip")
    load_fsds(database, with_complete_submissions(path, tmp_path), now=NOW)
    loaded = {row["adsh"] for row in database.query("SELECT adsh FROM submissions")}
    check_figures(database, [f for f in figures_from("inline XBRL") if f.adsh in loaded])


@pytest.mark.parametrize("cik", ["0000320193", "0001640147", "0001997711"])
def test_figures_of_company_facts_are_what_the_filings_say(
    cik: str, database: Database, tmp_path: Path
) -> None:
    load_company_facts(database, shared(f"companyfacts/CIK{cik}.json.gz"), tmp_path)
    check_figures(database, [f for f in figures_from("SEC companyfacts") if f.cik == cik])
