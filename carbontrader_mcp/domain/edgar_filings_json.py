"""EDGAR's documents about companies and filings to records: from the web, or a member of
submissions.zip. A document of an unknown shape raises SourceChangedError; one bad record in a
good document is left out with the reason.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from carbontrader_mcp.domain.edgar import (
    EdgarCompany,
    EdgarFiling,
    EdgarSubmissions,
    EdgarTicker,
    FiledDocument,
    FormerName,
    OlderFilings,
    SkippedRecord,
)
from carbontrader_mcp.domain.edgar_values import (
    FORM_LENGTH_MAX,
    Document,
    UnusableRecordError,
    adsh_of,
    changed,
    cik_of,
    date_of,
    date_or_none,
    each,
    json_object,
    part,
    record,
    shown,
    text_of,
    text_or_none,
    visible,
    whole_or_none,
)

COMPANY = "the list of a company's filings"
DOCUMENT_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}")
PRIMARY_DOCUMENT: Final = re.compile(rf"(?:{DOCUMENT_NAME.pattern}/)?{DOCUMENT_NAME.pattern}")
"""A name, or one in a folder: ownership forms stand in a folder named for their style sheet."""
OLDER_FILE: Final = re.compile(r"CIK([0-9]{10})-submissions-[0-9]{3,6}\.json")

EASTERN: Final = ZoneInfo("America/New_York")
US_STATE_CODES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ"
    " NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
US_STATES: Final = frozenset(US_STATE_CODES.split())
FILING_COLUMNS: Final = (
    "accessionNumber",
    "form",
    "filingDate",
    "reportDate",
    "acceptanceDateTime",
    "primaryDocument",
    "isXBRL",
    "isInlineXBRL",
    "size",
)


def parse_submissions(document: Document) -> EdgarSubmissions:
    """A company with the recent part of its filings; the older files are named in `older`."""
    body = json_object(document, COMPANY)
    filings = part(body, "filings", COMPANY)
    company = _company(body)
    files = filings.get("files")
    if not isinstance(files, list):
        raise changed(COMPANY, "'files' is not a list")
    skipped: list[SkippedRecord] = []

    def older(entry: object) -> OlderFilings:
        return _older(entry, company.cik)

    return EdgarSubmissions(
        company=company,
        filings=tuple(_filings(part(filings, "recent", COMPANY), "recent", skipped)),
        older=tuple(each(cast(list[Any], files), "files", older, skipped)),
        skipped=tuple(skipped),
    )


def parse_older_filings(
    document: Document,
) -> tuple[tuple[EdgarFiling, ...], tuple[SkippedRecord, ...]]:
    """The filings in one of the files named in `older`, and the records left out."""
    skipped: list[SkippedRecord] = []
    filings = tuple(_filings(json_object(document, "older filings"), "older", skipped))
    return filings, tuple(skipped)


def parse_company_tickers(
    document: Document,
) -> tuple[tuple[EdgarTicker, ...], tuple[SkippedRecord, ...]]:
    """Tickers in the SEC's order, and the records left out."""
    body = json_object(document, "the list of tickers")
    skipped: list[SkippedRecord] = []
    tickers = tuple(each(list(body.values()), "tickers", _ticker, skipped))
    if not tickers:
        raise changed("the list of tickers", "none of its entries can be read")
    return tickers, tuple(skipped)


def parse_filing_index(document: Document) -> tuple[FiledDocument, ...]:
    """The files in the folder of a filing; what is not a plain file name is left out."""
    name = "the index of a filing"
    items = part(json_object(document, name), "directory", name).get("item")
    if not isinstance(items, list):
        raise changed(name, "it has no list 'item'")
    return tuple(each(cast(list[Any], items), "item", _filed_document, []))


def _company(body: Mapping[str, object]) -> EdgarCompany:
    address = _business_address(body.get("addresses"))
    try:
        return EdgarCompany(
            cik=cik_of(body.get("cik")),
            name=visible(body.get("name")) or text_of(None, "name"),
            entity_type=visible(body.get("entityType")),
            sic=visible(body.get("sic")),
            sic_description=visible(body.get("sicDescription")),
            owner_org=visible(body.get("ownerOrg")),
            category=visible(body.get("category")),
            ein=visible(body.get("ein")),
            lei=visible(body.get("lei")),
            fiscal_year_end=visible(body.get("fiscalYearEnd")),
            state_of_incorporation=visible(body.get("stateOfIncorporation")),
            state_or_country=visible(address.get("stateOrCountry")),
            country=_country(address),
            listings=tuple(_listings(body)),
            former_names=tuple(_former_names(_list(body, "formerNames"))),
        )
    except UnusableRecordError as error:
        raise changed(COMPANY, str(error)) from error


def _business_address(addresses: object) -> Mapping[str, object]:
    if not isinstance(addresses, dict):
        return {}
    business = cast(dict[str, object], addresses).get("business")
    return cast(dict[str, object], business) if isinstance(business, dict) else {}


def _country(address: Mapping[str, object]) -> str | None:
    if (named := visible(address.get("country"))) is not None:
        return named
    code = visible(address.get("stateOrCountry"))
    if code in US_STATES:
        return "US"
    # EDGAR's codes of foreign places hold a digit ('X0' United Kingdom); US territories do not.
    is_foreign = code is not None and any(character.isdigit() for character in code)
    return visible(address.get("stateOrCountryDescription")) if is_foreign else None


def _listings(body: Mapping[str, object]) -> Iterator[tuple[str, str | None]]:
    """Tickers with their exchange; an exchange the SEC does not know is null there too."""
    tickers, exchanges = _list(body, "tickers"), _list(body, "exchanges")
    for ticker, exchange in zip_longest(tickers, exchanges):
        if (name := visible(ticker)) is not None:
            yield name, visible(exchange)


def _list(body: Mapping[str, object], key: str) -> list[object]:
    value = body.get(key)
    if value is not None and not isinstance(value, list):
        raise UnusableRecordError(f"{key} is {shown(value)}, not a list")
    return cast(list[object], value or [])


def _former_names(entries: list[object]) -> Iterator[FormerName]:
    for entry in entries:
        former = record(entry)
        if (name := visible(former.get("name"))) is not None:
            first, last = (str(former.get(key) or "")[:10] for key in ("from", "to"))
            yield FormerName(
                name=name, from_date=date_or_none(first, "from"), to_date=date_or_none(last, "to")
            )


def _filings(
    columns: Mapping[str, object], place: str, skipped: list[SkippedRecord]
) -> Iterator[EdgarFiling]:
    """The SEC sends columns, not rows; columns of unequal length cannot be put together."""
    found = {name: columns.get(name) for name in FILING_COLUMNS}
    if missing := [name for name, column in found.items() if not isinstance(column, list)]:
        raise changed("a list of filings", f"{', '.join(missing)} is not a list")
    lists = cast(dict[str, list[Any]], found).values()
    if len({len(column) for column in lists}) != 1:
        raise changed("a list of filings", "its columns have different lengths")
    yield from each(list(zip(*lists, strict=True)), place, _filing, skipped)


def _filing(row: tuple[Any, ...]) -> EdgarFiling:
    adsh, form, filed, report, accepted, document, is_xbrl, is_inline_xbrl, size = row
    return EdgarFiling(
        adsh=adsh_of(adsh),
        form=text_of(form, "form", length_max=FORM_LENGTH_MAX),
        filing_date=date_of(filed, "filingDate"),
        report_date=date_or_none(report, "reportDate"),
        accepted_at=_accepted_at(accepted),
        primary_document=_primary_document(document),
        is_xbrl=_flag(is_xbrl, "isXBRL"),
        is_inline_xbrl=_flag(is_inline_xbrl, "isInlineXBRL"),
        size_bytes=whole_or_none(size, "size"),
    )


def _accepted_at(value: object) -> datetime | None:
    """UTC. The text ends in 'Z' but is New York time: real ones stand between 06:00 and 22:00,
    when EDGAR takes filings there, and after 17:30 the filing date is the next day's."""
    text = text_or_none(value, "acceptanceDateTime")
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=EASTERN).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnusableRecordError(f"acceptanceDateTime is {shown(value)}, not a time") from error


def _primary_document(value: object) -> str | None:
    name = text_or_none(value, "primaryDocument")
    if name is not None and not PRIMARY_DOCUMENT.fullmatch(name):
        raise UnusableRecordError(f"primaryDocument is {shown(value)}, not a file name")
    return name


def _flag(value: object, name: str) -> bool:
    if value not in (0, 1):
        raise UnusableRecordError(f"{name} is {shown(value)}, neither 0 nor 1")
    return bool(value)


def _older(entry: object, cik: str) -> OlderFilings:
    older = record(entry)
    name = text_of(older.get("name"), "name")
    match = OLDER_FILE.fullmatch(name)
    if match is None or match[1] != cik:
        raise UnusableRecordError(f"{shown(name)} is not a file of older filings of CIK {cik}")
    return OlderFilings(
        file_name=name,
        filing_count=whole_or_none(older.get("filingCount"), "filingCount"),
        from_date=date_or_none(older.get("filingFrom"), "filingFrom"),
        to_date=date_or_none(older.get("filingTo"), "filingTo"),
    )


def _ticker(entry: object) -> EdgarTicker:
    ticker = record(entry)
    return EdgarTicker(
        cik=cik_of(ticker.get("cik_str")),
        ticker=visible(ticker.get("ticker")) or text_of(None, "ticker"),
        title=visible(ticker.get("title")) or text_of(None, "title"),
    )


def _filed_document(entry: object) -> FiledDocument:
    item = record(entry)
    name = text_of(item.get("name"), "name")
    if not DOCUMENT_NAME.fullmatch(name):
        raise UnusableRecordError(f"{shown(name)} is not a file name")
    size = item.get("size")
    is_known = isinstance(size, str) and size.isascii() and size.isdigit() and len(size) < 15
    return FiledDocument(name=name, size_bytes=int(cast(str, size)) if is_known else None)
