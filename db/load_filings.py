"""Filings into tables: submission, company, standardised statements with their lineage, facts."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from carbontrader_mcp.domain.filings import COVER_PAGE_TAGS, FactRow, Submission
from carbontrader_mcp.domain.statement_rules import (
    StatementRules,
    merge_documents,
    parse_statement_rules,
)
from carbontrader_mcp.domain.statements import StandardisedFiling, standardise
from db.database import Transaction
from db.filing_companies import (
    Sectors,
    renew_sizes,
    store_companies,
)
from db.filing_facts import day_number, filing_number, replace_facts, tag_ids
from db.filing_restatements import renew_restatements
from db.filing_statements import (
    FIELDS_BY_STATEMENT,
    Origins,
    insert_statements,
    remove_statements,
)
from db.fx import StatementRates

__all__ = ["FIELDS_BY_STATEMENT", "Filing", "statement_rules", "store_filing", "store_filings"]

RULES_FOLDER = Path(__file__).with_name("statement_rules")
BATCH_FILINGS = 500
COMPARED_FIELDS = (
    "revenue",
    "pretax_income",
    "net_income",
    "assets",
    "liabilities",
    "equity",
    "operating",
)
"""What a filing says about the year before is kept of these, to notice restatements."""

TABLES = ("submissions", *FIELDS_BY_STATEMENT, "statement_lineage", "filing_findings")


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What a source says about one filing.

    `facts` are those that are standardised: of the filing's period and of the dates its
    statements show beside it. `labelled_tags` and `calculated_tags` name a filer's own tag per
    field, found by the label of its line or by the filer's calculation. `country` is ISO 3166-1
    alpha-2 as the filer gave it.
    """

    submission: Submission
    facts: Sequence[FactRow]
    labelled_tags: Mapping[str, str] | None = None
    calculated_tags: Mapping[str, str] | None = None
    country: str | None = None
    former_name: str | None = None
    filer_status: str | None = None


@lru_cache(maxsize=1)
def statement_rules() -> StatementRules:
    """The rules of `statement_rules/*.toml`."""
    files = sorted(RULES_FOLDER.glob("*.toml"))
    documents = (tomllib.loads(file.read_text(encoding="utf-8")) for file in files)
    return parse_statement_rules(merge_documents(documents))


@lru_cache(maxsize=1)
def compared_tags() -> frozenset[str]:
    """The tags of COMPARED_FIELDS: of the year before, a filing needs these facts only."""
    return frozenset(
        rule.tag
        for taxonomy in statement_rules().taxonomies.values()
        for field in COMPARED_FIELDS
        for rule in taxonomy.fields[field].rules
        if rule.tag is not None
    )


def store_filing(transaction: Transaction, filing: Filing, *, source_id: str) -> StandardisedFiling:
    """Standardise one filing and write it with its facts; what was on file of it is replaced."""
    transaction.defer_references()
    (standardised,) = _store_batch(transaction, [filing], _Writing(transaction), source_id)[0]
    _store_connections(transaction, [filing.submission], source_id=source_id)
    store_facts(transaction, [filing])
    return standardised


def store_filings(
    transaction: Transaction, filings: Iterable[Filing], *, source_id: str
) -> dict[str, int]:
    """Write filings, taken from the iterable in batches; rows written per table.

    Their facts for `business_activity` are written apart: `store_facts`, or `replace_facts` for
    those that are already in numbers.
    """
    transaction.defer_references()  # A filing is written before its company.
    writing = _Writing(transaction)
    counts: Counter[str] = Counter(dict.fromkeys(TABLES, 0))
    stored: list[Submission] = []
    remaining = iter(filings)
    while batch := list(islice(remaining, BATCH_FILINGS)):
        counts.update(_store_batch(transaction, batch, writing, source_id)[1])
        stored += (filing.submission for filing in batch)
    _store_connections(transaction, stored, source_id=source_id)
    return dict(counts)


def store_facts(transaction: Transaction, filings: Sequence[Filing]) -> int:
    """Facts of the filings' own periods into `business_activity`; rows written."""
    facts = [
        (
            filing_number(filing.submission.adsh),
            tag,
            _version(filing, version),
            ddate,
            (qtrs, unit, value),
        )
        for filing in filings
        for tag, version, ddate, qtrs, unit, value in filing.facts
        if ddate == filing.submission.period or tag in COVER_PAGE_TAGS
    ]
    tags = sorted({(fact[1], fact[2]) for fact in facts})
    ids = dict(zip(tags, tag_ids(transaction, tags), strict=True))
    numbers = [filing_number(filing.submission.adsh) for filing in filings]
    rows = [
        (number, ids[tag, version], day_number(ddate), qtrs, unit, value)
        for number, tag, version, ddate, (qtrs, unit, value) in facts
    ]
    # Sorting keeps the order of facts with the same key, of which the first is kept.
    rows.sort(key=lambda row: row[:5])
    columns = list(zip(*rows, strict=True))
    return replace_facts(transaction, numbers, [columns] if columns else [])


def _version(filing: Filing, version: str) -> str:
    return "" if version == filing.submission.adsh else version


def _store_batch(
    transaction: Transaction,
    filings: Sequence[Filing],
    writing: "_Writing",
    source_id: str,
) -> tuple[list[StandardisedFiling], dict[str, int]]:
    rules = statement_rules()
    standardised = [
        standardise(
            filing.submission,
            filing.facts,
            rules,
            labelled_tags=filing.labelled_tags,
            calculated_tags=filing.calculated_tags,
            with_comparatives=True,
        )
        for filing in filings
    ]
    remove_statements(transaction, [filing.submission.adsh for filing in filings])
    rows = [_submission_row(filing, writing.sectors, source_id) for filing in filings]
    counts = {"submissions": transaction.insert("submissions", rows, replace=True)}
    return standardised, counts | insert_statements(
        transaction, standardised, rates=writing.rates, origins=writing.origins
    )


class _Writing:
    """What is read once for all filings of a load."""

    def __init__(self, transaction: Transaction) -> None:
        self.sectors = Sectors(transaction)
        self.rates = StatementRates(transaction)
        self.origins = Origins(transaction)


def _submission_row(filing: Filing, sectors: Sectors, source_id: str) -> dict[str, object]:
    return {
        **vars(filing.submission),
        "sector": sectors.of(filing.submission.cik, filing.submission.sic),
        "former_name": filing.former_name,
        "country": filing.country,
        "filer_status": filing.filer_status,
        "source_id": source_id,
    }


def _store_connections(
    transaction: Transaction, filings: Sequence[Submission], *, source_id: str
) -> None:
    """What filings say together: names and size of their companies, and restatements."""
    ciks = [filing.cik for filing in filings]
    store_companies(transaction, ciks, source_id=source_id)
    renew_sizes(transaction, ciks)
    renew_restatements(transaction, (filing.adsh for filing in filings))
