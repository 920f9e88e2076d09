"""Industries: an SIC code of the SEC with its sector, review office and NAICS codes."""

from collections.abc import Sequence
from dataclasses import dataclass

from carbontrader_mcp.domain.lineage import Source


@dataclass(frozen=True, kw_only=True)
class NaicsPart:
    """A NAICS 2017 code that a part of an industry became.

    `weight_fraction` is None where no publication says how large the part is; `weight_basis`
    says why. `is_main` marks the one code that stands for the industry.
    """

    naics: str
    title: str
    weight_fraction: float | None
    weight_basis: str
    editions: str
    is_main: bool
    source: Source


@dataclass(frozen=True, kw_only=True)
class CompanySector:
    """What one filer does, where its SIC code covers several businesses."""

    cik: str
    sector: str
    naics: str | None
    naics_title: str | None
    reason: str
    source: Source


@dataclass(frozen=True, kw_only=True)
class Industry:
    """An SIC code as the SEC uses it. `note` says what is ambiguous; None is nothing.

    `office` is None where the SEC names none; `naics` is empty where nothing corresponds.
    """

    sic: str
    title: str
    sector: str
    office: str | None
    naics: tuple[NaicsPart, ...]
    note: str | None


def ambiguity(parts: Sequence[NaicsPart], company: CompanySector | None = None) -> str | None:
    """What a reader must know before taking the main code for the whole industry."""
    notes: list[str] = []
    if company is not None:
        notes.append(
            f"Sector {company.sector} is this company's own ({company.reason}); its SIC code covers"
            " several businesses."
        )
    unweighted = sum(part.weight_fraction is None for part in parts)
    if len(parts) > 1:
        main = next((part for part in parts if part.is_main), None)
        chosen = "none is chosen" if main is None else f"{main.naics} {main.title} is chosen"
        notes.append(f"{len(parts)} NAICS codes, {unweighted} without a weight; {chosen}.")
    elif unweighted:
        notes.append(f"NAICS {parts[0].naics}: weight {parts[0].weight_basis}.")
    elif not parts:
        notes.append("No NAICS code corresponds.")
    return " ".join(notes) or None
