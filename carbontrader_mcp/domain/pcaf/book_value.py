"""The parts of a company value that stand on the balance sheet, and their sum without a market."""

from dataclasses import replace
from typing import Final

from carbontrader_mcp.domain.companies import BalanceSheet
from carbontrader_mcp.domain.cover_page import ShareCount
from carbontrader_mcp.domain.pcaf.value_evidence import (
    Denominator,
    Evic,
    EvicComponent,
    ValueEvidence,
    assembled,
)
from carbontrader_mcp.domain.units import in_words

ANNUAL_FORMS: Final = ("10-K", "20-F", "40-F")
SIC_DEPOSIT_TAKERS: Final = ("602", "603", "606", "608")
"""Commercial banks, savings institutions, credit unions, foreign banks: deposits are debt."""


def book_value(evidence: ValueEvidence) -> Evic | str:
    """Total equity + total debt of the balance sheet, or why there is none (section 5.2).

    Negative equity counts as 0: its component keeps the figure, the sum leaves it out.
    """
    sheet = evidence.balance_sheet
    debt = debt_parts(sheet, evidence.sic)
    if sheet is None or isinstance(debt, str):
        return str(debt)
    if sheet.total_equity_usd is None:
        return f"Total equity is not on file for {sheet.ddate}."
    components, warnings = debt
    equity = book_part(sheet, "total_equity", "equity", sheet.total_equity_usd)
    if equity.value_usd < 0:
        warnings.append(
            f"Total equity is {in_words(equity.value_usd)} USD and counts as 0 (section 5.2): debt"
            " holders carry all emissions."
        )
    found = assembled(
        evidence,
        Denominator.EQUITY_PLUS_DEBT,
        [equity, *components],
        as_of_date=sheet.ddate,
        warnings=warnings,
    )
    if equity.value_usd >= 0 or found.value_usd is None:
        return found
    return replace(found, value_usd=sum(part.value_usd for part in components))


def debt_parts(
    sheet: BalanceSheet | None, sic: str | None
) -> tuple[list[EvicComponent], list[str]] | str:
    """Book debt, with customer deposits for a bank, and its warnings; or why there is none."""
    if sheet is None:
        return "No balance sheet is on file, so debt is missing, which may not be left out."
    if sheet.usd_per_currency is None:
        return (
            f"The balance sheet of {sheet.ddate} is in {sheet.currency or 'no currency'} and has no"
            " exchange rate to USD."
        )
    if sheet.debt_usd is None:
        return (
            f"Debt is not on file for {sheet.ddate} ({sheet.form} {sheet.adsh}); it may not be"
            " left out."
        )
    components = [book_part(sheet, "debt", "debt", sheet.debt_usd)]
    warnings: list[str] = []
    if not sheet.form.startswith(ANNUAL_FORMS):
        warnings.append(
            f"The balance sheet of {sheet.ddate} is of a {sheet.form}, not of a fiscal year end."
        )
    if is_deposit_taker(sic):
        if sheet.customer_deposits_usd is None:
            warnings.append(
                "Customer deposits count as debt of a bank and are not on file, so the company"
                " value is too low and the attribution factor too high."
            )
        else:
            deposits_usd = sheet.customer_deposits_usd
            components.append(book_part(sheet, "customer_deposits", "Deposits", deposits_usd))
    return components, warnings


def book_part(sheet: BalanceSheet, name: str, field: str, value_usd: float) -> EvicComponent:
    """One figure of the balance sheet."""
    return EvicComponent(
        name=name,
        value=value_usd / (sheet.usd_per_currency or 1.0),
        currency=sheet.currency,
        value_usd=value_usd,
        as_of_date=sheet.ddate,
        source=sheet.source_of(field),
    )


def sheet_shares(sheet: BalanceSheet) -> ShareCount | None:
    """Ordinary shares on the balance sheet date."""
    if not sheet.shares_outstanding:
        return None
    return ShareCount(
        class_of_stock="",
        shares=sheet.shares_outstanding,
        as_of_date=sheet.ddate,
        source=sheet.source_of("shares_outstanding"),
    )


def is_deposit_taker(sic: str | None) -> bool:
    """Whether customer deposits count as the company's debt (section 5.1).

    >>> is_deposit_taker("6022"), is_deposit_taker("2911"), is_deposit_taker(None)
    (True, False, False)
    """
    return sic is not None and sic.startswith(SIC_DEPOSIT_TAKERS)
