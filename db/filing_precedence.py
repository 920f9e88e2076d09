"""Which of two sources of one filing stays on file: the one with more figures."""

from collections.abc import Iterable, Iterator

from carbontrader_mcp.domain.statements import standardise
from db.database import Transaction
from db.load_filings import Filing, statement_rules

_FIGURES_OF_OTHERS = (
    "SELECT count(*) FROM submissions JOIN filing_figures USING (filing_number)"
    " WHERE adsh = ? AND source_id <> ?"
)


def without_lesser(
    transaction: Transaction, filings: Iterable[Filing], *, source_id: str, kept: set[str]
) -> Iterator[Filing]:
    """The filings but those that another source brought with as many figures or more.

    The data sets of today leave out the cover page and the notes, and a report's own tags are
    missing from company facts: the poorer of two does not take the place of the richer. The
    accession numbers of those left as they are go into `kept`.
    """
    for filing in filings:
        adsh = filing.submission.adsh
        (known,) = transaction.dbapi.execute(_FIGURES_OF_OTHERS, (adsh, source_id)).fetchone()
        if known and known >= len(_figures(filing)):
            kept.add(adsh)
        else:
            yield filing


def _figures(filing: Filing) -> tuple[object, ...]:
    found = standardise(
        filing.submission,
        filing.facts,
        statement_rules(),
        labelled_tags=filing.labelled_tags,
        calculated_tags=filing.calculated_tags,
    )
    return found.figures
