"""Labels of statement lines, as the data sets give them."""

from pathlib import Path
from zipfile import ZipFile

from db.columns import pl
from db.fsds_labels import LABEL_COLUMNS, read_labelled_tags
from db.load_filings import statement_rules
from db.zip_members import Member, Rejects, open_archive

ADSH = "0000000001-10-000001"
HEAD = (*LABEL_COLUMNS, "inpth")
LINES = (
    (ADSH, "BS", "DebtOfAcme", ADSH, "Long-term debt", "0"),
    (ADSH, "BS", "PartOfDebt", ADSH, "Long-term debt due to banks", "1"),
    (ADSH, "BS", "StockholdersEquity", "us-gaap/2009", "Total shareholders' equity", "0"),
    (ADSH, "BS", "Assets", "us-gaap/2009", "Total debt", "0"),
)


def test_lines_in_brackets_are_parts_and_standard_tags_count_where_a_pattern_names_them(
    tmp_path: Path,
) -> None:
    path = tmp_path / "quarter.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("pre.txt", "".join("\t".join(line) + "\n" for line in (HEAD, *LINES)))
    filings = pl.DataFrame({"filing": [0], "adsh": [ADSH]}, schema_overrides={"filing": pl.Int32})
    facts = pl.DataFrame(
        [(0, line[2], line[3], 0) for line in LINES],
        schema={"filing": pl.Int32, "tag": pl.Categorical, "version": pl.Categorical, "qtrs": pl.Int16},
        orient="row",
    )  # fmt: skip

    with open_archive(path) as archive:
        lines = Member(archive, "pre.txt", LABEL_COLUMNS)
        found = read_labelled_tags(lines, filings, facts, statement_rules(), Rejects())

    assert found == {0: {"debt_own": "DebtOfAcme", "equity_total_by_label": "StockholdersEquity"}}
