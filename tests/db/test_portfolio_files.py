"""Loan books as they come: encodings, separators, workbooks, sizes, and files that mean harm."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl
import pytest

from carbontrader_mcp.domain.errors import InvalidInputError
from db.portfolio_files import COLUMNS_MAX, Layout, RawTable, read_portfolio_file
from tests.db.workbooks import sheet_of, sheet_xml, write_parts, write_workbook

HEADER = "Loan ID,Name,Amount"


def read(path: Path, **layout: object) -> RawTable:
    return read_portfolio_file(path, Layout(**layout))  # type: ignore[arg-type]


def written(folder: Path, content: str | bytes, name: str = "book.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(table: RawTable) -> list[tuple[object, ...]]:
    return table.frame.rows()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encoding_and_separator_are_found_out(tmp_path: Path, mark: str, encoding: str) -> None:
    text = f"{HEADER}\n1,Müller & Söhne,5\n2,Café,6\n".replace(",", mark)
    table = read(written(tmp_path, text.encode(encoding)))
    assert table.headers == ("Loan ID", "Name", "Amount")
    assert rows(table) == [(2, "1", "Müller & Söhne", "5"), (3, "2", "Café", "6")]


def test_decimal_commas_do_not_look_like_separators(tmp_path: Path) -> None:
    table = read(written(tmp_path, "id;amount\n1;2,5\n2;3,5\n"))
    assert rows(table) == [(2, "1", "2,5"), (3, "2", "3,5")]


def test_a_separator_that_cannot_be_known_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b;c\n1,2;3\n")
    with pytest.raises(InvalidInputError, match="comma and semicolon; give --delimiter"):
        read(path)
    assert rows(read(path, delimiter=";")) == [(2, "1,2", "3")]


def test_the_line_that_excel_writes_about_the_separator_is_no_header(tmp_path: Path) -> None:
    table = read(written(tmp_path, "sep=;\nid;amount\n1;5\n"))
    assert (table.headers, rows(table)) == (("id", "amount"), [(3, "1", "5")])


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    text = f'{HEADER}\r\n\r\n1,"two\nlines",5\r\n,,\r\n2,x,6\r\n'
    assert rows(read(written(tmp_path, text))) == [(3, "1", "two\nlines", "5"), (6, "2", "x", "6")]


def test_lines_with_missing_or_surplus_fields_are_faults_and_the_others_are_read(
    tmp_path: Path,
) -> None:
    text = f"{HEADER}\n1,a\n2,b,5\n3,c,6,7\n4,d,8,,\n"
    table = read(written(tmp_path, text))
    assert rows(table) == [(3, "2", "b", "5"), (5, "4", "d", "8")]
    assert table.faults == ((2, "2 fields instead of 3"), (4, "4 fields instead of 3"))


def test_a_quote_that_is_never_closed_is_a_fault(tmp_path: Path) -> None:
    table = read(written(tmp_path, f'{HEADER}\n1,a,5\n2,"b,6\n3,c,7\n'))
    assert [line for line, _ in table.faults] == [3]
    assert rows(table) == [(2, "1", "a", "5")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"one column\n1\n", "no separator that is known"),
        (b"a,b\n1,\x00\n", "NUL bytes"),
        (b"a,b,a\n1,2,3\n", "'a' twice"),
        (b",,\n1,2,3\n", "names no columns"),
        (b"PK\x03\x04\x00\x00", "NUL bytes"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        read(written(tmp_path, content))


def test_ten_thousand_columns_are_refused(tmp_path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(10_000))
    with pytest.raises(InvalidInputError, match="10,000 columns"):
        read(written(tmp_path, f"{names}\n"))


def test_a_header_on_another_line_is_read_when_it_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, f"Loan book of 2024,,\nAll amounts in EUR,,\n{HEADER}\n1,a,5\n")
    assert rows(read(path, header_line=3)) == [(4, "1", "a", "5")]
    with pytest.raises(InvalidInputError, match="--header-line is 9"):
        read(path, header_line=9, delimiter=",")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"missing\.csv"):
        read(tmp_path / "missing.csv")


# --- workbooks ------------------------------------------------------------------------


def test_a_sheet_keeps_its_line_numbers_and_its_numbers(tmp_path: Path) -> None:
    book = {
        "Book": [
            [None, None, None],
            ["id", "amount", "note"],
            ["L1", 1234.5678901234, "x"],
            [None, None, None],
            ["L2", 7.0, "#REF!"],
        ]
    }
    table = read(write_workbook(tmp_path / "book.xlsx", book), header_line=2)
    assert table.frame.select("line", "c0", "c1", "c2").rows() == [
        (3, "L1", 1234.5678901234, "x"),
        (5, "L2", 7.0, None),
    ]
    assert "1 cells of the workbook are Excel errors" in table.notes[1]


def test_one_of_several_sheets_must_be_named(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "b.xlsx", {"A": [["id", "x"], ["1", 2]], "B": [["id"]]})
    with pytest.raises(InvalidInputError, match="sheets 'A', 'B'; name one with --sheet"):
        read(path)
    with pytest.raises(InvalidInputError, match="no sheet 'C'; its sheets are 'A', 'B'"):
        read(path, sheet="C")
    assert read(path, sheet="A").headers == ("id", "x")


def test_merged_header_cells_are_named_by_their_place_or_refused(tmp_path: Path) -> None:
    merged = [["Loan", None, "Exposure"], ["id", "name", "EUR"], ["1", "a", 5.0]]
    path = write_workbook(tmp_path / "m.xlsx", {"A": merged})
    assert read(path).headers == ("Loan", "(column 2)", "Exposure")
    assert read(path, header_line=2).headers == ("id", "name", "EUR")
    wide = write_workbook(tmp_path / "w.xlsx", {"A": [["id", "x"], ["1", 2.0, 3.0]]})
    with pytest.raises(InvalidInputError, match="column 3 has values and no name"):
        read(wide)


def test_a_sheet_without_rows_is_read_as_none(tmp_path: Path) -> None:
    table = read(write_workbook(tmp_path / "e.xlsx", {"A": [["id", "amount"]]}))
    assert (table.headers, table.frame.height) == (("id", "amount"), 0)


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no line 1"):
        read(write_workbook(tmp_path / "e.xlsx", {"A": []}))


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read as an Excel workbook"):
        read(written(tmp_path, content, "book.xlsx"))


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(InvalidInputError, match="cannot be read as an Excel workbook"):
        read(tmp_path / "a.xlsx")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "bomb.xlsx", "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (64 << 20))
    with pytest.raises(InvalidInputError, match="is compressed"):
        read(tmp_path / "bomb.xlsx")


def test_a_size_the_archive_lies_about_is_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "lie.xlsx", {"A": [["id", "x"], *([["1", 2.0]] * 500)]})
    with ZipFile(path) as archive:
        true_size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    content = path.read_bytes().replace(
        true_size.to_bytes(4, "little"), (100).to_bytes(4, "little")
    )
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match="cannot be read as an Excel workbook"):
        read(path)


@pytest.mark.parametrize(
    "cell",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1'><c r='ABC99999999'><v>1</v></c></row>",
        '<x:row r="1"><x:c r = "ZZ1000000"><v>1</v></x:c></x:row>',
    ],
)
def test_a_cell_far_out_does_not_fill_the_memory(tmp_path: Path, cell: str) -> None:
    path = write_parts(tmp_path / "far.xlsx", {"A": sheet_xml(cell)})
    with pytest.raises(InvalidInputError, match="reaches to column"):
        read(path)


def test_cells_that_do_not_say_where_they_are_are_refused(tmp_path: Path) -> None:
    cells = "<c><v>1</v></c>" * (COLUMNS_MAX + 1)
    path = write_parts(tmp_path / "n.xlsx", {"A": sheet_xml(f"<row>{cells}</row>")})
    with pytest.raises(InvalidInputError, match="does not say where its cells are"):
        read(path)


def test_entities_of_xml_are_not_expanded(tmp_path: Path) -> None:
    laughs = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10)
    )
    sheet = sheet_of([["id", "name"], ["1", "NAME"]]).replace("NAME", "&l9;")
    path = write_parts(tmp_path / "x.xlsx", {"A": f"<!DOCTYPE x [{laughs}]>{sheet}"})
    try:
        table = read(path)
    except InvalidInputError:
        return
    assert len(str(rows(table))) < 1_000


# --- Parquet --------------------------------------------------------------------------


def test_a_parquet_file_keeps_its_types(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": ["a", "b"], "amount": [1.5, None], "listed": [True, False]})
    frame.write_parquet(tmp_path / "b.parquet")
    table = read(tmp_path / "b.parquet")
    assert rows(table) == [(1, "a", 1.5, True), (2, "b", None, False)]


def test_a_parquet_file_of_lists_or_too_many_rows_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"id": [[1], [2]]}).write_parquet(tmp_path / "l.parquet")
    with pytest.raises(InvalidInputError, match="not one value a row"):
        read(tmp_path / "l.parquet")
    many = pl.select(pl.repeat(1, 1_000_001, dtype=pl.Int8).alias("id"))
    many.write_parquet(tmp_path / "m.parquet")
    with pytest.raises(InvalidInputError, match="more than 1,000,000 rows"):
        read(tmp_path / "m.parquet")
    with pytest.raises(InvalidInputError, match="cannot be read as Parquet"):
        read(written(tmp_path, b"PAR1 nothing PAR1", "x.parquet"))
