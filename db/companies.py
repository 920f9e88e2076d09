"""Finding a company by name, ticker or CIK."""

from __future__ import annotations

from carbontrader_mcp.domain.companies import (
    Company,
    CompanyMatch,
    CompanySearch,
    plain_name,
)
from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from db.database import Database, Row

CANDIDATES_MAX = 500
MATCHES_MAX = 50
NAMED_IN_ERROR_MAX = 8
CIK_DIGITS = 10

EXACT, PREFIX, WORD, SUBSTRING = range(4)

_COLUMNS = (
    "companies.cik, companies.name, companies.former_names, companies.ticker, companies.sic,"
    " companies.sector, companies.country,"
    " (SELECT count(*) FROM submissions WHERE submissions.cik = companies.cik)"
    " + (SELECT count(*) FROM emissions_estimates WHERE emissions_estimates.cik = companies.cik)"
    " AS rows_on_file"
)


def search(
    database: Database, query: str, *, sector: str | None = None, limit: int = 10
) -> CompanySearch:
    """Companies whose name, former name, ticker or CIK fits, the best first.

    Exact before prefix before word before substring; among equals the one with more on file.
    """
    text = query.strip()
    if not 1 <= limit <= MATCHES_MAX:
        raise InvalidInputError(f"Limit is {limit}; it must be 1 to {MATCHES_MAX}.")
    named = None if sector is None else _sector(database, sector)
    if text:
        found = [row for _, row in _ranked(database, text) if named in (None, row["sector"])]
    elif named is not None:
        found = _in_sector(database, named)
    else:
        raise InvalidInputError("The query is empty; give a name, ticker or CIK, or a sector.")
    return CompanySearch(
        matches=tuple(_to_match(database, row) for row in found[:limit]), total=len(found)
    )


def resolve_cik(database: Database, company: str | None) -> str | None:
    """The CIK of the one company meant; None for none. Raises as `resolve` does."""
    return None if company is None else resolve(database, company).cik


def resolve(database: Database, company: str) -> Company:
    """The one company meant by a CIK (zeros optional), ticker or name.

    Raises:
        InvalidInputError: the text is empty or fits several; candidates are listed.
        NotFoundError: nothing on file fits.
    """
    text = company.strip()
    if not text:
        raise InvalidInputError("The company is empty; give a name, ticker or CIK.")
    if text.isdigit() and len(text) <= CIK_DIGITS:
        return _by_cik(database, text)
    by_ticker = _with_ticker(database, text)
    if by_ticker and text == text.upper():
        return _only(text, by_ticker)
    ranked = _ranked(database, text)
    if not ranked:
        raise NotFoundError(
            f"No company on file fits {text!r}. Try search_companies with a shorter part of the"
            " name, or the CIK."
        )
    best = ranked[0][0]
    return _only(text, [row for rank, row in ranked if rank == best])


def load_company(database: Database, cik: str) -> Company:
    """The company of a ten-digit CIK."""
    row = database.first(f"SELECT {_COLUMNS} FROM companies WHERE cik = :cik", cik=cik)  # noqa: S608
    if row is None:
        raise NotFoundError(
            f"CIK {cik} is not on file. Try search_companies with part of the company's name."
        )
    return _to_company(row)


def _by_cik(database: Database, digits: str) -> Company:
    return load_company(database, digits.zfill(CIK_DIGITS))


def _only(text: str, rows: list[Row]) -> Company:
    if len(rows) == 1:
        return _to_company(rows[0])
    listed = "; ".join(f"{row['name']} (CIK {row['cik']})" for row in rows[:NAMED_IN_ERROR_MAX])
    more = len(rows) - NAMED_IN_ERROR_MAX
    raise InvalidInputError(
        f"{text!r} fits {len(rows)} companies: {listed}{f' and {more} more' if more > 0 else ''}."
        " Give the CIK."
    )


def _ranked(database: Database, text: str) -> list[tuple[int, Row]]:
    """Candidates with how well they fit, the best first, each once."""
    ranked = [
        (rank, row) for row in _candidates(database, text) if (rank := _rank(text, row)) is not None
    ]
    ranked.sort(key=lambda pair: (pair[0], -pair[1]["rows_on_file"], pair[1]["name"]))
    return ranked


def _rank(text: str, row: Row) -> int | None:
    if row["cik"] == text.zfill(CIK_DIGITS) or row["ticker"] == text:
        return EXACT
    wanted = plain_name(text)
    # "Ford" in mixed case is a name before it is the ticker FORD of another company
    ranks = [PREFIX] if (row["ticker"] or "").casefold() == text.casefold() else []
    ranks += [
        rank
        for name in (row["name"], *(row["former_names"] or "").split(";"))
        if (rank := _name_rank(wanted, plain_name(name))) is not None
    ]
    return min(ranks, default=None)


def _name_rank(wanted: str, name: str) -> int | None:
    if wanted == name:
        return EXACT
    if name.startswith(f"{wanted} ") or f"{name} ".startswith(f"{wanted} "):
        return PREFIX
    if all(f" {word}" in f" {name}" for word in wanted.split()):
        return WORD
    return SUBSTRING if wanted in name else None


def _sector(database: Database, sector: str) -> str:
    """A sector as it is written on file. Raises InvalidInputError with the ones there are."""
    rows = database.query("SELECT DISTINCT sector FROM companies ORDER BY sector")
    for row in rows:
        if str(row["sector"]).casefold() == sector.strip().casefold():
            return row["sector"]
    listed = ", ".join(row["sector"] for row in rows)
    raise InvalidInputError(f"There is no sector {sector[:40]!r}; use one of {listed}.")


def _in_sector(database: Database, sector: str) -> list[Row]:
    return database.query(
        f"SELECT {_COLUMNS} FROM companies WHERE sector = :sector"  # noqa: S608
        " ORDER BY rows_on_file DESC, name",
        sector=sector,
    )


def _candidates(database: Database, text: str) -> list[Row]:
    """Rows that may fit: by ticker, CIK, a part of the longest word, or the full-text table."""
    words = plain_name(text).split()
    condition = " OR ".join(
        (
            "companies.ticker = :text COLLATE NOCASE",
            "companies.cik = :cik",
            "companies.name LIKE :first ESCAPE '\\'",
            "companies.former_names LIKE :first ESCAPE '\\'",
        )
    )
    params: dict[str, object] = {
        "text": text,
        "cik": text.zfill(CIK_DIGITS),
        "first": f"%{_like(max(words, key=len) if words else text)}%",
        "limit": CANDIDATES_MAX,
    }
    if words:
        condition += (
            " OR CAST(companies.cik AS INTEGER) IN"
            " (SELECT rowid FROM companies_fts WHERE companies_fts MATCH :words)"
        )
        params["words"] = " ".join(f'"{word}"*' for word in words)
    return database.query(
        f"SELECT {_COLUMNS} FROM companies WHERE {condition}"  # noqa: S608
        " ORDER BY rows_on_file DESC LIMIT :limit",
        **params,
    )


def _with_ticker(database: Database, text: str) -> list[Row]:
    return database.query(
        f"SELECT {_COLUMNS} FROM companies WHERE ticker = :ticker",  # noqa: S608
        ticker=text.upper(),
    )


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _to_company(row: Row) -> Company:
    return Company(
        cik=row["cik"],
        name=row["name"],
        ticker=row["ticker"],
        sic=row["sic"],
        sector=row["sector"],
        country=row["country"],
    )


def _to_match(database: Database, row: Row) -> CompanyMatch:
    latest = database.first(
        "SELECT adsh, form, period FROM submissions WHERE cik = :cik"
        " ORDER BY period DESC, filed DESC LIMIT 1",
        cik=row["cik"],
    )
    years = database.query(
        "SELECT DISTINCT reporting_year FROM emissions_estimates WHERE cik = :cik"
        " ORDER BY reporting_year",
        cik=row["cik"],
    )
    return CompanyMatch(
        cik=row["cik"],
        name=row["name"],
        ticker=row["ticker"],
        sector=row["sector"],
        country=row["country"],
        latest_adsh=latest["adsh"] if latest else None,
        latest_form=latest["form"] if latest else None,
        latest_period=latest["period"] if latest else None,
        emissions_years=tuple(year["reporting_year"] for year in years),
    )
