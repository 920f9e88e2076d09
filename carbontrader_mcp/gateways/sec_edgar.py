"""EDGAR's documents about companies, filings and facts, from the SEC's web sites.

https://www.sec.gov/search-filings/edgar-application-programming-interfaces
"""

import re
from dataclasses import replace
from typing import Final

from carbontrader_mcp.domain.edgar import (
    EdgarFacts,
    EdgarFrame,
    EdgarSubmissions,
    EdgarTicker,
    FactsDocument,
    FiledDocument,
)
from carbontrader_mcp.domain.edgar_facts_json import (
    parse_company_concept,
    parse_company_facts,
    parse_frame,
)
from carbontrader_mcp.domain.edgar_filings_json import (
    PRIMARY_DOCUMENT,
    parse_company_tickers,
    parse_filing_index,
    parse_older_filings,
    parse_submissions,
)
from carbontrader_mcp.domain.edgar_values import ADSH, UnusableRecordError, cik_of
from carbontrader_mcp.domain.errors import InvalidInputError, SourceChangedError
from carbontrader_mcp.domain.outside_text import clean
from carbontrader_mcp.gateways.sec_site import SecSite

FRESH_SECONDS: Final = 60.0
"""The SEC renews these documents within a minute of a filing."""
TICKERS_FRESH_SECONDS: Final = 3600.0
FILED_FRESH_SECONDS: Final = 30 * 86_400.0
"""What was filed stays as it was filed."""
OLDER_FILES_MAX: Final = 100

TAXONOMY: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
TAG: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,255}")
UNIT: Final = re.compile(r"[A-Za-z0-9_]{1,40}(/[A-Za-z0-9_]{1,40})?")
PERIOD: Final = re.compile(r"CY(19|20)[0-9]{2}(Q[1-4]I?)?")


class SecEdgar:
    """Every method may raise NotFoundError for what EDGAR does not have, and SourceError."""

    def __init__(self, site: SecSite) -> None:
        self._site = site

    async def submissions(self, cik: str, *, with_older: bool = False) -> EdgarSubmissions:
        """A company and its filings: of the last year and at least 1,000, or all `with_older`."""
        cik = _cik(cik)
        found = await self._site.read(
            f"{self._site.data_url}/submissions/CIK{cik}.json",
            parse_submissions,
            fresh_seconds=FRESH_SECONDS,
            missing=f"EDGAR has no filer with CIK {cik}. Check the number.",
        )
        _check_cik(found.company.cik, cik)
        if not with_older:
            return found
        if len(found.older) > OLDER_FILES_MAX:
            raise SourceChangedError(
                f"EDGAR names {len(found.older)} files of older filings for CIK {cik}; at most"
                f" {OLDER_FILES_MAX} are read."
            )
        filings, skipped = list(found.filings), list(found.skipped)
        for older in found.older:
            more, left_out = await self._site.read(
                f"{self._site.data_url}/submissions/{older.file_name}",
                parse_older_filings,
                fresh_seconds=FRESH_SECONDS,
                missing=f"EDGAR names {older.file_name} but does not have it; try again later.",
            )
            filings += more
            skipped += left_out
        return replace(found, filings=tuple(filings), older=(), skipped=tuple(skipped))

    async def company_facts(self, cik: str) -> EdgarFacts:
        """Every fact of a company that carries no dimension."""
        return (await self.company_facts_document(cik)).facts

    async def company_facts_document(self, cik: str) -> FactsDocument:
        """As `company_facts`, with the document they were read from."""
        cik = _cik(cik)
        url = f"{self._site.data_url}/api/xbrl/companyfacts/CIK{cik}.json"
        today = self._site.now().date()

        def read(content: bytes) -> FactsDocument:
            facts = parse_company_facts(content, today=today)
            return FactsDocument(facts=facts, content=content, url=url)

        document = await self._site.read(
            url,
            read,
            fresh_seconds=FRESH_SECONDS,
            missing=f"EDGAR has no XBRL facts for CIK {cik}: it files none, or nobody has that CIK.",
        )
        _check_cik(document.facts.cik, cik)
        return document

    async def company_concept(self, cik: str, taxonomy: str, tag: str) -> EdgarFacts:
        """The facts of a company under one tag, such as 'us-gaap', 'Assets'."""
        cik = _cik(cik)
        taxonomy, tag = _named(taxonomy, TAXONOMY, "taxonomy"), _named(tag, TAG, "tag")
        facts = await self._site.read(
            f"{self._site.data_url}/api/xbrl/companyconcept/CIK{cik}/{taxonomy}/{tag}.json",
            parse_company_concept,
            fresh_seconds=FRESH_SECONDS,
            missing=f"EDGAR has no fact {taxonomy}:{tag} for CIK {cik}: it never used the tag,"
            " files no XBRL, or nobody has that CIK.",
        )
        _check_cik(facts.cik, cik)
        return facts

    async def frames(self, taxonomy: str, tag: str, unit: str, period: str) -> EdgarFrame:
        """One tag over all companies: 'CY2019' a year, 'CY2019Q1' a quarter, 'CY2019Q1I' its end."""
        taxonomy, tag = _named(taxonomy, TAXONOMY, "taxonomy"), _named(tag, TAG, "tag")
        unit, period = _named(unit, UNIT, "unit"), _named(period, PERIOD, "period")
        path = f"{taxonomy}/{tag}/{unit.replace('/', '-per-')}/{period}"
        return await self._site.read(
            f"{self._site.data_url}/api/xbrl/frames/{path}.json",
            parse_frame,
            fresh_seconds=FRESH_SECONDS,
            missing=f"EDGAR has no frame of {taxonomy}:{tag} in {unit} for {period}. Balances"
            " need a period that ends in I, such as CY2019Q4I.",
        )

    async def company_tickers(self) -> tuple[EdgarTicker, ...]:
        """All tickers EDGAR knows; some companies have several, most filers none."""
        tickers, _ = await self._site.read(
            f"{self._site.www_url}/files/company_tickers.json",
            parse_company_tickers,
            fresh_seconds=TICKERS_FRESH_SECONDS,
            missing="The SEC no longer has company_tickers.json.",
        )
        return tickers

    async def filing_index(self, cik: str, adsh: str) -> tuple[FiledDocument, ...]:
        """The files in the folder of a filing."""
        return await self._site.read(
            f"{self._folder(cik, adsh)}/index.json",
            parse_filing_index,
            fresh_seconds=FILED_FRESH_SECONDS,
            missing=f"EDGAR has no filing {adsh} of CIK {_cik(cik)}.",
        )

    async def filing_document(self, cik: str, adsh: str, name: str) -> bytes:
        """A filed document as it is; markup, and nobody has checked what it says."""
        folder = self._folder(cik, adsh)
        name = _named(name, PRIMARY_DOCUMENT, "document")
        return await self._site.read(
            f"{folder}/{name}",
            bytes,
            fresh_seconds=FILED_FRESH_SECONDS,
            missing=f"Filing {adsh} of CIK {_cik(cik)} has no document {name}.",
        )

    def _folder(self, cik: str, adsh: str) -> str:
        number = int(_cik(cik))
        adsh = _named(adsh, ADSH, "accession number").replace("-", "")
        return f"{self._site.www_url}/Archives/edgar/data/{number}/{adsh}"


def _cik(cik: str) -> str:
    try:
        return cik_of(cik)
    except UnusableRecordError as error:
        raise InvalidInputError(f"{error}, such as '0000034088'.") from error


def _named(value: str, pattern: re.Pattern[str], name: str) -> str:
    """A value safe to put into an address."""
    if not pattern.fullmatch(value):
        raise InvalidInputError(
            f"{name} {clean(value, length_max=60)!r} is not one EDGAR can have."
        )
    return value


def _check_cik(answered: str, asked: str) -> None:
    if answered != asked:
        raise SourceChangedError(f"EDGAR was asked about CIK {asked} and answered on {answered}.")
