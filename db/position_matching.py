"""Companies on file for the counterparties of a book, up to a hundred thousand at once.

Identifiers are looked up in one statement each, whole names in memory, and only names that
nothing else decided are compared with similar ones, for a person to decide.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from carbontrader_mcp.domain.company_matching import CANDIDATES_MAX, Listed, OnFile, decide
from carbontrader_mcp.domain.counterparties import (
    IDENTIFIERS,
    NAME_CHARACTERS_MAX,
    Candidate,
    CheckedCounterparty,
    Counterparty,
    MatchOutcome,
    Method,
    check_counterparty,
)
from carbontrader_mcp.domain.legal_names import legal_name
from carbontrader_mcp.domain.outside_text import clean
from db.company_names import names_of
from db.country_figures import find_country
from db.database import Database
from db.match_decisions import Decisions, load_decisions
from db.name_likeness import Alike, Named, NamesOnFile

CODE_CHARACTERS = 2

Identified = Mapping[Method, Mapping[str, Sequence[Listed]]]


def match_counterparties(
    database: Database, counterparties: Sequence[Counterparty]
) -> list[MatchOutcome]:
    """What each counterparty is, in their order; the same one is looked at once."""
    distinct = list(dict.fromkeys(counterparties))
    outcomes = _outcomes(database, [check_counterparty(each) for each in distinct])
    outcome_by_counterparty = dict(zip(distinct, outcomes, strict=True))
    return [outcome_by_counterparty[each] for each in counterparties]


def _outcomes(database: Database, found: Sequence[CheckedCounterparty]) -> list[MatchOutcome]:
    identified = {method: _identified(database, method, found) for method in IDENTIFIERS}
    decisions = load_decisions(database)
    names, listed = _names_on_file(database)
    leis = {cik: company.lei for cik, company in listed.items()}
    countries = {cik: company.country for cik, company in listed.items()}
    codes = _country_codes(database, found)
    settled = [
        replace(
            _settled(each, identified, decisions, names),
            leis=leis,
            countries=countries,
            country=codes.get(each.counterparty.country or ""),
        )
        for each in found
    ]
    undecided = [i for i, on_file in enumerate(settled) if _is_open(found[i], on_file)]
    likely = names.alike([found[i].name for i in undecided])
    for i, alike in zip(undecided, likely, strict=True):
        settled[i] = replace(settled[i], similar=_once(alike))
    return [decide(each, on_file) for each, on_file in zip(found, settled, strict=True)]


def _identified(
    database: Database, method: Method, found: Sequence[CheckedCounterparty]
) -> dict[str, list[Listed]]:
    """The companies of every value of one identifier."""
    values = {each.identifiers[method] for each in found if method in each.identifiers}
    if not values:
        return {}
    column = method.value
    companies: dict[str, list[Listed]] = defaultdict(list)
    for row in database.query(
        f"SELECT {column} AS value, cik, name, lei FROM companies"  # noqa: S608  a column of ours
        f" WHERE {column} IN (SELECT value FROM json_each(:wanted)) ORDER BY cik",
        wanted=json.dumps(sorted(values)),
    ):
        listed = Listed(row["cik"], _shown(row["name"]), row["lei"])
        companies[row["value"]].append(listed)
    return dict(companies)


def _country_codes(database: Database, found: Sequence[CheckedCounterparty]) -> dict[str, str]:
    """ISO 3166-1 codes of two letters of the countries given, by their text, where known."""
    codes: dict[str, str] = {}
    for text in {each.counterparty.country for each in found}:
        if text and (country := find_country(database, text)) is not None:
            codes[text] = country.code
        elif text and len(text) == CODE_CHARACTERS and text.isascii() and text.isalpha():
            codes[text] = text.upper()
    return codes


def _names_on_file(database: Database) -> tuple[NamesOnFile, dict[str, Listed]]:
    """Every name, and every company by CIK."""
    rows = database.query(
        "SELECT cik, name, former_names, lei, country FROM companies ORDER BY cik"
    )

    def named() -> Iterator[Named]:
        for row in rows:
            company = _shown(row["name"])
            for place, name in enumerate(names_of(row)):
                shown = _shown(name) if place else company
                yield Named(row["cik"], company, shown, legal_name(shown), is_former=place > 0)

    listed = {
        row["cik"]: Listed(row["cik"], row["name"], row["lei"], row["country"]) for row in rows
    }
    return NamesOnFile(named()), listed


def _settled(
    found: CheckedCounterparty,
    identified: Identified,
    decisions: Decisions,
    names: NamesOnFile,
) -> OnFile:
    """What is known of a counterparty without looking for similar names."""
    key = found.decision_key if decisions.accepted or decisions.rejected else ()
    return OnFile(
        identified={
            method: identified[method].get(value, ()) for method, value in found.identifiers.items()
        },
        named=_once(names.exactly(found.name)),
        decided=decisions.accepted.get(key),
        rejected=frozenset(decisions.rejected.get(key, ())),
        likeness=lambda cik: names.likeness(found.name, cik),
    )


def _is_open(found: CheckedCounterparty, on_file: OnFile) -> bool:
    """Whether only similar names can still decide."""
    return (
        on_file.decided is None
        and bool(found.name.words)
        and not any(on_file.identified.values())
        and all(each.cik in on_file.rejected for each in on_file.named)
    )


def _once(alike: Sequence[Alike]) -> tuple[Candidate, ...]:
    """Each company by the name that fits best; one more than is shown, to be beside the best."""
    kept: dict[str, Candidate] = {}
    for each in alike:
        named = each.named
        if named.cik not in kept and len(kept) <= CANDIDATES_MAX:
            kept[named.cik] = Candidate(
                cik=named.cik,
                name=named.company,
                method=_method(each),
                matched_name=named.name,
                score_fraction=each.score_fraction,
                objections=each.objections,
            )
    return tuple(kept.values())


def _method(alike: Alike) -> Method:
    if not alike.is_exact:
        return Method.SIMILAR_NAME
    return Method.FORMER_NAME if alike.named.is_former else Method.NAME


def _shown(name: str) -> str:
    return clean(name, length_max=NAME_CHARACTERS_MAX)
