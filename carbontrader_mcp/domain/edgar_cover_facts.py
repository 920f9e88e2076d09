"""Cover page figures among a company's facts (companyfacts), by filing."""

from carbontrader_mcp.domain.edgar import EdgarFacts
from carbontrader_mcp.domain.inline_xbrl import DatedFact

COVER_TAXONOMY = "dei"


def cover_facts_by_filing(facts: EdgarFacts) -> dict[str, list[DatedFact]]:
    """Share counts and public float with their exact days, by accession number.

    Companyfacts have no dimensions: a company that counts its shares by class has no share count
    here. None of them may stand for the whole.
    """
    found: dict[str, list[DatedFact]] = {}
    for fact in facts.facts:
        if fact.taxonomy == COVER_TAXONOMY:
            found.setdefault(fact.adsh, []).append(
                DatedFact(
                    tag=fact.tag,
                    version=fact.taxonomy,
                    unit=fact.unit,
                    value=fact.value,
                    start_date=fact.start,
                    end_date=fact.end,
                    dimensions="",
                )
            )
    return found
