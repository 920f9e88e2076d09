"""`carbontrader load edgar`: filings of chosen companies, from EDGAR's documents about them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from carbontrader_mcp.doctor import print_load
from carbontrader_mcp.domain.companies import plain_name
from carbontrader_mcp.domain.edgar import EdgarFacts, EdgarSubmissions, EdgarTicker
from carbontrader_mcp.domain.edgar_statements import is_wanted_form
from carbontrader_mcp.domain.errors import CarbonTraderError, InvalidInputError, NotFoundError
from carbontrader_mcp.gateways.sec_edgar import SecEdgar
from carbontrader_mcp.gateways.source_store import keep_document
from carbontrader_mcp.load_files import FAILED, filed_from
from carbontrader_mcp.load_output import LoadOutput, print_rejects
from db import companies
from db.load_edgar import load_company_facts
from db.load_inline import load_inline_report
from db.loads import LoadReport

if TYPE_CHECKING:
    from carbontrader_mcp.wiring import Connections

CANDIDATES_SHOWN_MAX = 8


async def load_companies(connections: Connections, options: argparse.Namespace) -> int:
    """Load each company; 2 if one of several could not be loaded."""
    names = options.cik or options.ticker or options.company
    failed: list[str] = []
    with LoadOutput() as output:
        async with connections.open_sec_site(connections.settings, connections.clock) as site:
            loading = _Loading(connections, SecEdgar(site), options, output)
            for name in names:
                try:
                    await loading.load(name)
                except CarbonTraderError as error:
                    if len(names) == 1:
                        raise
                    output.say(f"carbontrader: {name}: {error}")
                    failed.append(name)
        if failed:
            output.say(
                f"carbontrader: {len(failed)} of {len(names)} companies could not be loaded:"
                f" {', '.join(failed)}. The others are loaded."
            )
    return FAILED if failed else 0


class _Loading:
    def __init__(
        self,
        connections: Connections,
        edgar: SecEdgar,
        options: argparse.Namespace,
        output: LoadOutput,
    ) -> None:
        self._connections, self._edgar = connections, edgar
        self._options, self._output = options, output
        self._filed_from = filed_from(connections, options.years)

    async def load(self, name: str) -> None:
        cik = await self._cik(name)
        self._output.say(f"Reading EDGAR's facts of CIK {cik}")
        document = await self._edgar.company_facts_document(cik)
        submissions = await self._submissions(document.facts)
        source = keep_document(
            document.content,
            file_name=f"CIK{document.facts.cik}.json",
            url=document.url,
            data_directory=self._connections.settings.data_directory,
            now=self._connections.clock(),
        )
        report = load_company_facts(
            self._connections.database,
            document,
            now=self._connections.clock(),
            submissions=submissions,
            forms=self._options.forms,
            filed_from=self._filed_from,
            kept_file=source.path.name,
        )
        self._print(report)
        if report.kept_filings:
            print(
                f"{report.kept_filings:,} filings were left as they are on file, from a source with as"
                " many figures or more."
            )
        if self._options.inline:
            await self._load_inline(submissions)

    async def _submissions(self, facts: EdgarFacts) -> EdgarSubmissions:
        """The company's filings, the older ones too if a filing with facts is not in the list."""
        found = await self._edgar.submissions(facts.cik)
        known = {filing.adsh for filing in found.filings}
        earliest = self._filed_from.isoformat() if self._filed_from else ""
        is_complete = all(
            fact.adsh in known
            for fact in facts.facts
            if fact.filed >= earliest and is_wanted_form(fact.form, self._options.forms)
        )
        if is_complete or not found.older:
            return found
        return await self._edgar.submissions(facts.cik, with_older=True)

    async def _load_inline(self, submissions: EdgarSubmissions) -> None:
        company = submissions.company
        for filing in submissions.filings:
            document = filing.primary_document
            is_wanted = is_wanted_form(filing.form, self._options.forms) and (
                self._filed_from is None or filing.filing_date >= self._filed_from
            )
            if document is None or not filing.is_inline_xbrl or not is_wanted:
                continue
            self._output.say(f"Reading {filing.form} {filing.adsh}")
            try:
                content = await self._edgar.filing_document(company.cik, filing.adsh, document)
                report = load_inline_report(
                    self._connections.database,
                    content,
                    filing,
                    company,
                    now=self._connections.clock(),
                )
            except (InvalidInputError, NotFoundError) as error:
                # Some reports keep their statements in an exhibit; the others are still read.
                self._output.say(f"{filing.form} {filing.adsh} was passed over: {error}")
                continue
            self._print(report)

    def _print(self, report: LoadReport) -> None:
        print_load(report)
        print_rejects(self._connections.database, report)

    async def _cik(self, name: str) -> str:
        if self._options.cik:
            return name
        if self._options.ticker:
            return cik_of_ticker(await self._edgar.company_tickers(), name)
        try:
            return companies.resolve(self._connections.database, name).cik
        except NotFoundError:
            return cik_of_title(await self._edgar.company_tickers(), name)


def cik_of_ticker(tickers: Sequence[EdgarTicker], ticker: str) -> str:
    """The company of a ticker; BRK.B is BRK-B at the SEC."""
    wanted = ticker.strip().upper().replace(".", "-")
    for listed in tickers:
        if listed.ticker.upper() == wanted:
            return listed.cik
    raise NotFoundError(f"The SEC lists no ticker {ticker!r}. Give the company's CIK.")


def cik_of_title(tickers: Sequence[EdgarTicker], name: str) -> str:
    """The listed company of a name: the whole name before its beginning.

    Raises:
        InvalidInputError: several fit.
        NotFoundError: none does.
    """
    wanted = plain_name(name)
    titles = {listed.cik: listed.title for listed in tickers}
    plain = {cik: plain_name(title) for cik, title in titles.items()}
    fitting = [cik for cik, title in plain.items() if title == wanted] or [
        cik for cik, title in plain.items() if wanted and title.startswith(f"{wanted} ")
    ]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise NotFoundError(
            f"Neither this database nor the SEC's list of tickers has a company {name!r}. Give its"
            " CIK; https://www.sec.gov/search-filings finds it."
        )
    listed = "; ".join(f"{titles[cik]} (CIK {cik})" for cik in fitting[:CANDIDATES_SHOWN_MAX])
    raise InvalidInputError(f"{name!r} fits {len(fitting)} companies: {listed}. Give the CIK.")
