"""Who a position is with, as a book names them, and what is found out about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from carbontrader_mcp.domain.company_identifiers import cik_of, isin_of, lei_of, ticker_of
from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.legal_names import LegalName, legal_name
from carbontrader_mcp.domain.outside_text import clean

NAME_CHARACTERS_MAX = 200
IDENTIFIER_CHARACTERS_MAX = 60


class Method(StrEnum):
    """By what a company was found, the most certain first."""

    DECISION = "decision"
    LEI = "lei"
    CIK = "cik"
    ISIN = "isin"
    TICKER = "ticker"
    NAME = "name"
    FORMER_NAME = "former_name"
    SIMILAR_NAME = "similar_name"


IDENTIFIERS: Mapping[Method, Callable[[str], str]] = {
    Method.LEI: lei_of,
    Method.CIK: cik_of,
    Method.ISIN: isin_of,
    Method.TICKER: ticker_of,
}
"""Identifiers in the order of their certainty, and what checks each."""


class Status(StrEnum):
    """What became of a counterparty."""

    MATCHED = "matched"
    REVIEW = "review"
    CONFLICT = "conflict"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, kw_only=True)
class Counterparty:
    """Who a position is with, as a book names them. None is not given.

    The country is no identifier; it may only speak against a name.
    """

    name: str | None = None
    lei: str | None = None
    cik: str | None = None
    isin: str | None = None
    ticker: str | None = None
    country: str | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A company that may be meant. `objections` say why its name alone is not enough.

    The score is the likeness of names, 0 to 1; None where an identifier led to it.
    """

    cik: str
    name: str
    method: Method
    matched_name: str
    score_fraction: float | None
    objections: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Match:
    """The company a counterparty is, by what, and the evidence in words."""

    cik: str
    name: str
    method: Method
    matched_name: str
    score_fraction: float | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReviewItem:
    """What a person decides: at most 5 candidates, the likeliest first, and why it is asked."""

    candidates: tuple[Candidate, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class MatchOutcome:
    """Matched has a match; review and conflict have a review item; unmatched has reasons.

    The reasons of a match are faults that did not stand in its way, such as a wrong ISIN beside
    a LEI on file. Names are cleaned for showing.
    """

    counterparty: Counterparty
    status: Status
    match: Match | None = None
    review: ReviewItem | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CheckedCounterparty:
    """A counterparty safe to show, its identifiers as they are on file, and what is wrong with
    those that cannot be used."""

    counterparty: Counterparty
    name: LegalName
    identifiers: Mapping[Method, str]
    faults: tuple[str, ...]

    @property
    def decision_key(self) -> tuple[str, ...]:
        """What a person's decision holds for: the name with its legal form, LEI, CIK, ISIN, ticker.

        Empty is not given. With another identifier beside the name it is another question.
        """
        others = (
            self.identifiers.get(method) or (given(self.counterparty, method) or "").upper()
            for method in IDENTIFIERS
        )
        return (self.name.full, *others)


def check_counterparty(counterparty: Counterparty) -> CheckedCounterparty:
    """Text cleaned and identifiers checked; a wrong one is a fault with its reason."""
    shown = Counterparty(
        name=_cleaned(counterparty.name, NAME_CHARACTERS_MAX),
        lei=_cleaned(counterparty.lei, IDENTIFIER_CHARACTERS_MAX),
        cik=_cleaned(counterparty.cik, IDENTIFIER_CHARACTERS_MAX),
        isin=_cleaned(counterparty.isin, IDENTIFIER_CHARACTERS_MAX),
        ticker=_cleaned(counterparty.ticker, IDENTIFIER_CHARACTERS_MAX),
        country=_cleaned(counterparty.country, IDENTIFIER_CHARACTERS_MAX),
    )
    identifiers: dict[Method, str] = {}
    faults: list[str] = []
    for method, as_on_file in IDENTIFIERS.items():
        text = given(shown, method)
        if text is not None:
            try:
                identifiers[method] = as_on_file(text)
            except InvalidInputError as error:
                faults.append(str(error))
    return CheckedCounterparty(
        counterparty=shown,
        name=legal_name(shown.name or ""),
        identifiers=identifiers,
        faults=tuple(faults),
    )


def given(counterparty: Counterparty, method: Method) -> str | None:
    """An identifier as it was given."""
    return getattr(counterparty, method.value)


def label(method: Method) -> str:
    """How an identifier is written in a sentence."""
    return method.value if method is Method.TICKER else method.value.upper()


def _cleaned(text: str | None, length_max: int) -> str | None:
    """Visible text, None if there is none."""
    return (clean(text, length_max=length_max) or None) if text else None
