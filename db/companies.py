"""Finding a company by name, ticker or CIK."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from carbontrader_mcp.domain.companies import Company, CompanyMatch, CompanySearch
from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.outside_text import clean
from db.company_names import (
    CIK_DIGITS,
    COLUMNS,
    LARGE_FIRST,
    NAME_CHARACTERS_MAX,
    Found,
    Rank,
    by_key,
    by_name,
    by_part,
    in_order,
    words_of,
)
from db.company_typos import by_likeness
from db.database import Database, Row

MATCHES_MAX = 50
NAMED_IN_ERROR_MAX = 8
FEW_MATCHES = 3
"""So few matches, none of them exact, may be of another name than the one that was meant."""
SIC_DIGITS = 4
SHOWN_CHARACTERS_MAX = 80
_NAMED_CODE = re.compile(r"(sic|cik)\b[\s:#.]*(?:code\s*)?(\d{1,10})", re.ASCII | re.IGNORECASE)


def search(
    database: Database, query: str, *, sector: str | None = None, limit: int = 10
) -> CompanySearch:
    """Companies whose ticker, CIK, name, former name or SIC code fits, the best first.

    Exact before prefix before word before part of a word before a similar name; among equals
    the larger by total assets. Similar names are looked for only where little else fits.
    """
    text, code = _without_its_kind(query.strip())
    if not 1 <= limit <= MATCHES_MAX:
        raise InvalidInputError(f"Limit is {limit}; it must be 1 to {MATCHES_MAX}.")
    named = None if sector is None else find_sector(database, sector)
    if code == "sic":
        found, total = _with(database, "sic", text, f"SIC {text}", sector=named)
    elif text:
        found, total = _ranked(database, text, named)
        if text.isdecimal() and len(text) == SIC_DIGITS:
            of_sic, sic_total = _with(database, "sic", text, f"SIC {text}", sector=named)
            found, total = found + of_sic, total + sic_total
    elif named is not None:
        found, total = _with(database, "sector", named, "sector")
    else:
        raise InvalidInputError("The query is empty; give a name, ticker or CIK, or a sector.")
    return CompanySearch(matches=_matches(database, found[:limit]), total=total)


def resolve_cik(database: Database, company: str | None) -> str | None:
    """The CIK of the one company meant; None for none. Raises as `resolve` does."""
    return None if company is None else resolve(database, company).cik


def resolve(database: Database, company: str) -> Company:
    """The one company meant by a CIK (zeros optional), ticker or name.

    Raises:
        InvalidInputError: the text is empty or fits several; candidates are listed.
        NotFoundError: nothing on file fits; names like it are listed, never taken.
    """
    text, _ = _without_its_kind(company.strip())
    if not text:
        raise InvalidInputError("The company is empty; give a name, ticker or CIK.")
    if text.isdecimal() and len(text) <= CIK_DIGITS:
        return load_company(database, text.zfill(CIK_DIGITS))
    keyed = by_key(database, text, None)
    if keyed and keyed[0].rank == Rank.EXACT:
        return _only(text, keyed)
    ranked, _ = _ranked(database, text, None)
    fits = [each for each in ranked if each.rank < Rank.SIMILAR]
    if not fits:
        similar = f" Similar names: {_listed(ranked)}." if ranked else ""
        raise NotFoundError(
            f"No company on file fits {clean(text, length_max=SHOWN_CHARACTERS_MAX)!r}.{similar} Try"
            " search_companies with a shorter part of the name, or the CIK."
        )
    return _only(text, [each for each in fits if each.rank == fits[0].rank])


def cik_of_ticker(database: Database, ticker: str) -> str:
    """The company of a ticker, whatever others are named like it; BRK.B is BRK-B at the SEC."""
    wanted = clean(ticker, length_max=SHOWN_CHARACTERS_MAX).strip().upper().replace(".", "-")
    rows = database.query("SELECT cik FROM companies WHERE ticker = :ticker", ticker=wanted)
    if len(rows) == 1:
        return rows[0]["cik"]
    if rows:
        raise InvalidInputError(f"{len(rows)} companies have the ticker {wanted!r}. Give the CIK.")
    raise NotFoundError(f"No company on file has the ticker {wanted!r}. Give its name or CIK.")


def load_company(database: Database, cik: str) -> Company:
    """The company of a ten-digit CIK."""
    row = database.first(f"SELECT {COLUMNS} FROM companies WHERE cik = :cik", cik=cik)  # noqa: S608
    if row is None:
        raise NotFoundError(
            f"CIK {cik} is not on file. Try search_companies with part of the company's name."
        )
    return _to_company(row)


def find_sector(database: Database, sector: str) -> str:
    """A sector as it is written on file. Raises InvalidInputError with the ones there are."""
    wanted = clean(sector, length_max=SHOWN_CHARACTERS_MAX)
    found = database.first(
        "SELECT sector FROM companies WHERE sector = :wanted COLLATE NOCASE LIMIT 1", wanted=wanted
    )
    if found is not None:
        return found["sector"]
    rows = database.query("SELECT DISTINCT sector FROM companies ORDER BY sector")
    listed = ", ".join(row["sector"] for row in rows)
    raise InvalidInputError(f"There is no sector {wanted!r}; use one of {listed}.")


def _without_its_kind(text: str) -> tuple[str, str | None]:
    """A code without the word before it, and the word: "SIC 2911", "CIK 320193"."""
    found = _NAMED_CODE.fullmatch(text)
    return (text, None) if found is None else (found[2], found[1].casefold())


def _ranked(database: Database, text: str, sector: str | None) -> tuple[list[Found], int]:
    """Companies that fit with how well, the best first and each once, and how many there are."""
    words = words_of(text)
    named, total = by_name(database, words, sector) if words else ([], 0)
    fits = {each.row["cik"]: each for each in named}
    for each in by_key(database, text, sector):
        other = fits.get(each.row["cik"], each)
        fits[each.row["cik"]] = other if other.rank < each.rank else each
    found = in_order(fits.values())
    if words and not found:
        found = by_part(database, words, sector)
    if words and len(found) < FEW_MATCHES and all(each.rank > Rank.PREFIX for each in found):
        known = {each.row["cik"] for each in found}
        found += [
            each for each in by_likeness(database, words, sector) if each.row["cik"] not in known
        ]
    return found, max(total, len(found))


def _with(
    database: Database, column: str, value: str, matched: str, *, sector: str | None = None
) -> tuple[list[Found], int]:
    """The largest companies with this value, and how many have it."""
    where = f"{column} = :value AND (:sector IS NULL OR sector = :sector)"
    rows = database.query(
        f"SELECT {COLUMNS} FROM companies WHERE cik IN (SELECT cik FROM companies WHERE {where}"  # noqa: S608
        f" ORDER BY assets_usd DESC NULLS LAST, name, cik LIMIT :limit) ORDER BY {LARGE_FIRST}",
        value=value,
        sector=sector,
        limit=MATCHES_MAX,
    )
    counted = database.query(
        f"SELECT count(*) AS n FROM companies WHERE {where}",  # noqa: S608
        value=value,
        sector=sector,
    )
    return [Found(Rank.SIC, matched, row) for row in rows], counted[0]["n"]


def _only(text: str, found: Sequence[Found]) -> Company:
    if len(found) == 1:
        return _to_company(found[0].row)
    more = len(found) - NAMED_IN_ERROR_MAX
    raise InvalidInputError(
        f"{clean(text, length_max=SHOWN_CHARACTERS_MAX)!r} fits {len(found)} companies:"
        f" {_listed(found)}{f' and {more} more' if more > 0 else ''}. Give the CIK."
    )


def _listed(found: Sequence[Found]) -> str:
    rows = [each.row for each in found[:NAMED_IN_ERROR_MAX]]
    return "; ".join(f"{_name(row)} (CIK {row['cik']})" for row in rows)


def _name(row: Row) -> str:
    return clean(row["name"], length_max=NAME_CHARACTERS_MAX)


def _to_company(row: Row) -> Company:
    return Company(
        cik=row["cik"],
        name=_name(row),
        ticker=row["ticker"],
        sic=row["sic"],
        sector=row["sector"],
        country=row["country"],
    )


def _matches(database: Database, found: Sequence[Found]) -> tuple[CompanyMatch, ...]:
    """The companies with what is on file for each, read at once."""
    ciks = json.dumps([each.row["cik"] for each in found])
    rows = database.query(
        "SELECT value AS cik, adsh, form, period, (SELECT group_concat(DISTINCT reporting_year)"
        "  FROM emissions_estimates WHERE emissions_estimates.cik = value) AS years"
        " FROM json_each(:ciks) LEFT JOIN submissions ON adsh ="
        " (SELECT adsh FROM submissions WHERE cik = value ORDER BY period DESC, filed DESC LIMIT 1)",
        ciks=ciks,
    )
    on_file = {row["cik"]: row for row in rows}
    return tuple(_to_match(each, on_file[each.row["cik"]]) for each in found)


def _to_match(found: Found, on_file: Row) -> CompanyMatch:
    row = found.row
    return CompanyMatch(
        cik=row["cik"],
        name=_name(row),
        matched=found.matched,
        ticker=row["ticker"],
        sic=row["sic"],
        sector=row["sector"],
        country=row["country"],
        latest_adsh=on_file["adsh"],
        latest_form=on_file["form"],
        latest_period=on_file["period"],
        emissions_years=tuple(sorted(map(int, filter(None, (on_file["years"] or "").split(","))))),
    )
