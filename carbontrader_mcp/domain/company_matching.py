"""Which company on file a counterparty of a loan book is, and when a person must decide.

Identifiers come before names: LEI, CIK, ISIN, ticker, whole name or former name. A name that is
only similar is never matched: a person decides. So they do where the country given is another than
the company's. What contradicts itself is a conflict or goes to the review list with the reason;
nothing is picked silently. Likeness of names is measured outside and comes in as a score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from carbontrader_mcp.domain.counterparties import (
    Candidate,
    CheckedCounterparty,
    Match,
    MatchOutcome,
    Method,
    ReviewItem,
    Status,
    label,
)
from carbontrader_mcp.domain.legal_names import legal_name

CANDIDATES_MAX = 5
NAMED_IN_REASON_MAX = 3

REVIEW_SCORE_MIN = 0.65
"""Of the 66 bundled companies 19 in 20 are found with one letter wrong, 9 in 10 with a word too
many; of 9,500 other filers 1 in 200 is shown beside one of them."""
TICKER_LIKENESS_MIN = 0.5
"""Tickers repeat between exchanges: one whose company's name shares little is looked at."""


@dataclass(frozen=True)
class Listed:
    """A company on file."""

    cik: str
    name: str
    lei: str | None
    country: str | None = None


@dataclass(frozen=True, kw_only=True)
class OnFile:
    """What is on file for one counterparty.

    `identified` has the companies of each identifier, `named` the candidates of exactly this
    name and `similar` others, the most alike first; `leis` and
    `countries` are those of the candidates, `country` is the code of the one given. `decided` is
    what a person decided before, `rejected` the companies they said it is not. `likeness` is that
    of the name given with the names of a company.
    """

    identified: Mapping[Method, Sequence[Listed]] = field(
        default_factory=dict[Method, Sequence[Listed]]
    )
    named: Sequence[Candidate] = ()
    similar: Sequence[Candidate] = ()
    leis: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    countries: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    country: str | None = None
    decided: Match | None = None
    rejected: frozenset[str] = frozenset()
    likeness: Callable[[str], float] | None = None


def decide(found: CheckedCounterparty, on_file: OnFile) -> MatchOutcome:
    """Matched, to be reviewed, in conflict or unmatched, from everything on file about it."""
    if on_file.decided is not None:
        return _matched(found, on_file.decided)
    hits = {method: rows for method, rows in on_file.identified.items() if rows}
    return _by_identifiers(found, on_file, hits) if hits else _by_name(found, on_file)


def _by_identifiers(
    found: CheckedCounterparty, on_file: OnFile, hits: Mapping[Method, Sequence[Listed]]
) -> MatchOutcome:
    said = [
        f"{label(method)} {found.identifiers[method]} is of {_names(rows)}"
        for method, rows in hits.items()
    ]
    candidates = [_identified(row, method) for method, rows in hits.items() for row in rows]
    companies = {row.cik: row for rows in hits.values() for row in rows}
    agreed = set(companies).intersection(*({row.cik for row in rows} for rows in hits.values()))
    if not agreed:
        return _asked(found, candidates, said, status=Status.CONFLICT)
    if len(agreed) > 1:
        return _asked(found, candidates, said)
    company = companies[agreed.pop()]
    if contradictions := _contradictions(found, company):
        return _asked(found, candidates, [*said, *contradictions], status=Status.CONFLICT)
    if doubts := _doubts_of_identified(found, on_file, company, is_by_ticker=_is_ticker(hits)):
        return _asked(found, [*candidates, *on_file.named], [*said, *doubts])
    match = Match(
        cik=company.cik,
        name=company.name,
        method=next(iter(hits)),
        matched_name=company.name,
        score_fraction=None,
        evidence=tuple(said),
    )
    return _matched(found, match, reasons=found.faults)


def _is_ticker(hits: Mapping[Method, Sequence[Listed]]) -> bool:
    return tuple(hits) == (Method.TICKER,)


def _doubts_of_identified(
    found: CheckedCounterparty, on_file: OnFile, company: Listed, *, is_by_ticker: bool
) -> list[str]:
    """Why a person should look at a company that identifiers name."""
    doubts: list[str] = []
    if company.cik in on_file.rejected:
        doubts.append(f"a person has rejected {company.name}")
    if on_file.named and all(each.cik != company.cik for each in on_file.named):
        doubts.append(f"the name given is that of {_names(on_file.named)}")
    elif is_by_ticker and found.name.words and on_file.likeness is not None:
        likeness = on_file.likeness(company.cik)
        if likeness < TICKER_LIKENESS_MIN:
            doubts.append(f"the name given is unlike it (likeness {likeness:.2f})")
    if is_by_ticker:
        doubts += found.faults
    return doubts


def _by_name(found: CheckedCounterparty, on_file: OnFile) -> MatchOutcome:
    offered = [*_narrowed(found, on_file.named), *on_file.similar]
    candidates = [
        each
        for each in offered
        if each.cik not in on_file.rejected and (each.score_fraction or 0) >= REVIEW_SCORE_MIN
    ]
    if not candidates:
        return _unmatched(found, was_rejected=any(each.cik in on_file.rejected for each in offered))
    best = candidates[0]
    company = Listed(
        best.cik, best.name, on_file.leis.get(best.cik), on_file.countries.get(best.cik)
    )
    doubts = [
        *_doubts_of_likeness(candidates),
        *best.objections,
        *_doubts_of_country(on_file.country, company),
        *_contradictions(found, company),
        *found.faults,
    ]
    if doubts:
        return _asked(found, candidates, doubts)
    absent = [
        f"{label(method)} {value} is not on file" for method, value in found.identifiers.items()
    ]
    how = "former name" if best.method is Method.FORMER_NAME else "same name"
    match = Match(
        cik=best.cik,
        name=best.name,
        method=best.method,
        matched_name=best.matched_name,
        score_fraction=best.score_fraction,
        evidence=(f"{how} {best.matched_name!r}", *absent),
    )
    return _matched(found, match)


def _narrowed(found: CheckedCounterparty, named: Sequence[Candidate]) -> Sequence[Candidate]:
    """Of companies with one name those with the legal form given too, if there are any."""
    if len(named) < 2:
        return named
    same = [each for each in named if legal_name(each.matched_name).full == found.name.full]
    return same or named


def _doubts_of_likeness(candidates: Sequence[Candidate]) -> list[str]:
    best, *others = candidates
    if best.method is Method.SIMILAR_NAME:
        return [f"the name is similar, not the same (likeness {best.score_fraction:.2f})"]
    same = [each for each in others if each.method is not Method.SIMILAR_NAME]
    return [f"{len(same) + 1} companies have this name"] if same else []


def _doubts_of_country(country: str | None, company: Listed) -> list[str]:
    """Where both are known and differ; a subsidiary abroad often has the name of its parent."""
    if country is None or company.country is None or country == company.country:
        return []
    return [f"the country given is {country}, that of {company.name} is {company.country}"]


def _contradictions(found: CheckedCounterparty, company: Listed) -> list[str]:
    """Valid identifiers given that are not those of the company. It has one LEI and one CIK, but
    may have many securities and tickers."""
    lei, cik = found.identifiers.get(Method.LEI), found.identifiers.get(Method.CIK)
    said: list[str] = []
    if lei and company.lei and lei != company.lei:
        said.append(f"LEI {lei} is not on file, and that of {company.name} is {company.lei}")
    if cik and cik != company.cik:
        said.append(f"CIK {cik} is not on file, and that of {company.name} is {company.cik}")
    return said


def _identified(row: Listed, method: Method) -> Candidate:
    return Candidate(
        cik=row.cik, name=row.name, method=method, matched_name=row.name, score_fraction=None
    )


def _names(rows: Sequence[Listed] | Sequence[Candidate]) -> str:
    named = [f"{row.name} (CIK {row.cik})" for row in rows[:NAMED_IN_REASON_MAX]]
    more = len(rows) - len(named)
    return " and ".join(named) + (f" and {more} more" if more else "")


def _matched(
    found: CheckedCounterparty, match: Match, *, reasons: tuple[str, ...] = ()
) -> MatchOutcome:
    return MatchOutcome(
        counterparty=found.counterparty, status=Status.MATCHED, match=match, reasons=reasons
    )


def _asked(
    found: CheckedCounterparty,
    candidates: Iterable[Candidate],
    doubts: Iterable[str],
    *,
    status: Status = Status.REVIEW,
) -> MatchOutcome:
    """Each company once, as it was found first; faults of identifiers are among the reasons."""
    once: dict[str, Candidate] = {}
    for each in candidates:
        once.setdefault(each.cik, each)
    reason = "; ".join(dict.fromkeys([*doubts, *found.faults]))
    item = ReviewItem(candidates=tuple(once.values())[:CANDIDATES_MAX], reason=reason)
    return MatchOutcome(counterparty=found.counterparty, status=status, review=item)


def _unmatched(found: CheckedCounterparty, *, was_rejected: bool) -> MatchOutcome:
    if was_rejected:
        reason = "a person has rejected the companies with a name like this"
    elif found.name.words:
        reason = "no company on file has a name like this"
    else:
        reason = "no name is given"
    absent = [
        f"{label(method)} {value} is not on file" for method, value in found.identifiers.items()
    ]
    return MatchOutcome(
        counterparty=found.counterparty,
        status=Status.UNMATCHED,
        reasons=(reason, *absent, *found.faults),
    )
