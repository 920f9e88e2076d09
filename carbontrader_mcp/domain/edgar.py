"""What EDGAR, the SEC's filing system, says about companies, their filings and their facts.

Records as the SEC publishes them: nothing standardised, nothing converted but identifiers and
times. A `cik` has ten digits; dates of facts are ISO text, as in the other tables of filings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SkippedRecord:
    """A record that cannot be used, where it stands in the document, and why."""

    place: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FormerName:
    """A name a company filed under; the dates are of its first and last filing with it."""

    name: str
    from_date: date | None
    to_date: date | None


@dataclass(frozen=True, kw_only=True)
class EdgarCompany:
    """A filer. `fiscal_year_end` is month and day ('1231'); `owner_org` the SEC's review office.

    `listings` are (ticker, exchange), the exchange None where the SEC does not know it.
    `country` is 'US', or the SEC's name of another, and None where the business address does
    not say; `state_or_country` is the SEC's own code in that address.
    """

    cik: str
    name: str
    entity_type: str | None
    sic: str | None
    sic_description: str | None
    owner_org: str | None
    category: str | None
    ein: str | None
    lei: str | None
    fiscal_year_end: str | None
    state_of_incorporation: str | None
    state_or_country: str | None
    country: str | None
    listings: tuple[tuple[str, str | None], ...]
    former_names: tuple[FormerName, ...]


@dataclass(frozen=True, kw_only=True)
class EdgarFiling:
    """One filing in a company's list. `size_bytes` counts everything filed with it."""

    adsh: str
    form: str
    filing_date: date
    report_date: date | None
    accepted_at: datetime | None
    primary_document: str | None
    is_xbrl: bool
    is_inline_xbrl: bool
    size_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class OlderFilings:
    """A file with the older part of a company's list of filings."""

    file_name: str
    filing_count: int | None
    from_date: date | None
    to_date: date | None


@dataclass(frozen=True, kw_only=True)
class EdgarSubmissions:
    """A company and its filings, newest first; `older` are the files not read into `filings`."""

    company: EdgarCompany
    filings: tuple[EdgarFiling, ...]
    older: tuple[OlderFilings, ...]
    skipped: tuple[SkippedRecord, ...]


@dataclass(frozen=True)
class EdgarFact:
    """One figure as tagged. `start` is None for an instant.

    `fiscal_year` and `fiscal_period` are those of the filing, not of the figure: a comparative
    figure carries the year of the report it stands in. The period is (`start`, `end`).
    `frame` is set on one fact per period only, the one the SEC takes into its frames.
    """

    taxonomy: str
    tag: str
    unit: str
    start: str | None
    end: str
    value: float
    adsh: str
    fiscal_year: int | None
    fiscal_period: str | None
    form: str
    filed: str
    frame: str | None


@dataclass(frozen=True, kw_only=True)
class EdgarFacts:
    """The facts of a company that carry no dimension; `skipped` are those that cannot be used."""

    cik: str
    name: str | None
    facts: tuple[EdgarFact, ...]
    skipped: tuple[SkippedRecord, ...]


@dataclass(frozen=True, kw_only=True)
class FactsDocument:
    """A company's facts with the document they stand in, byte for byte, and where it is from."""

    facts: EdgarFacts
    content: bytes
    url: str | None


@dataclass(frozen=True, kw_only=True)
class FrameFact:
    """One company's figure in a frame. `location` is a code such as 'US-CA'."""

    adsh: str
    cik: str
    name: str
    location: str | None
    start: str | None
    end: str
    value: float


@dataclass(frozen=True, kw_only=True)
class EdgarFrame:
    """One tag over all companies in a calendar period such as 'CY2019Q1I' (I: an instant)."""

    taxonomy: str
    tag: str
    unit: str
    period: str
    facts: tuple[FrameFact, ...]
    skipped: tuple[SkippedRecord, ...]


@dataclass(frozen=True, kw_only=True)
class EdgarTicker:
    """A ticker; a company with several classes of shares has several."""

    cik: str
    ticker: str
    title: str


@dataclass(frozen=True, kw_only=True)
class FiledDocument:
    """A file in the folder of a filing; `size_bytes` is None where the SEC leaves it open."""

    name: str
    size_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """A file kept under its SHA-256, so that what was loaded can be checked later.

    `url` is None for a file that was not downloaded; `file_name` is the name it came with.
    """

    path: Path
    sha256: str
    url: str | None
    file_name: str
    size_bytes: int
    retrieved_at: datetime


Progress = Callable[[int, int | None], object]
"""Told how many bytes are there, and of how many; None where the source does not say."""
