"""Transfers into ledger entries and account balances, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from carbontrader_mcp.domain.ledger import EXCHANGE_OWNER, Transfer, account_id
from carbontrader_mcp.domain.times import to_utc_text
from db.database import Database, Transaction


def post(
    transaction: Transaction,
    transfers: Iterable[Transfer],
    *,
    trade_id: str | None,
    now: datetime,
) -> None:
    """Book each transfer and move both balances. The database refuses a negative balance."""
    for transfer in transfers:
        for owner in (transfer.giver, transfer.receiver):
            _open_account(transaction, owner=owner, ledger=transfer.ledger)
        _move(transaction, transfer.debit_account_id, -transfer.amount)
        _move(transaction, transfer.credit_account_id, transfer.amount)
        entry = {
            "trade_id": trade_id,
            "ledger": transfer.ledger,
            "debit_account_id": transfer.debit_account_id,
            "credit_account_id": transfer.credit_account_id,
            "amount": transfer.amount,
            "reason": transfer.reason,
            "booked_at": to_utc_text(now),
        }
        transaction.insert("ledger_entries", [entry])


def load_balance(reader: Database | Transaction, *, owner: str, ledger: str) -> int:
    """Credits minus debits; an account that was never used has 0."""
    row = reader.first(
        "SELECT balance FROM ledger_accounts WHERE owner = :owner AND ledger = :ledger",
        owner=owner,
        ledger=ledger,
    )
    return int(row["balance"]) if row else 0


def list_ledger_faults(database: Database) -> list[str]:
    """Accounts that differ from their entries, and ledgers that do not sum to zero; none if sound."""
    accounts = database.query(
        "WITH moved AS ("
        " SELECT credit_account_id AS account_id, ledger, amount FROM ledger_entries"
        " UNION ALL"
        " SELECT debit_account_id, ledger, -amount FROM ledger_entries)"
        " SELECT a.account_id, a.balance, COALESCE(SUM(m.amount), 0) AS entries_sum,"
        " COALESCE(SUM(m.ledger <> a.ledger), 0) AS strays"
        " FROM ledger_accounts a LEFT JOIN moved m ON m.account_id = a.account_id"
        " GROUP BY a.account_id, a.balance"
        " HAVING a.balance <> entries_sum OR strays > 0 ORDER BY a.account_id"
    )
    ledgers = database.query(
        "SELECT ledger, SUM(balance) AS total FROM ledger_accounts GROUP BY ledger"
        " HAVING SUM(balance) <> 0 ORDER BY ledger"
    )
    return [
        f"Account {row['account_id']} has balance {row['balance']}, its entries sum to"
        f" {row['entries_sum']}, {row['strays']} of them in another ledger."
        for row in accounts
    ] + [f"Ledger {row['ledger']} sums to {row['total']} instead of 0." for row in ledgers]


def _open_account(transaction: Transaction, *, owner: str, ledger: str) -> None:
    transaction.execute(
        "INSERT INTO ledger_accounts (account_id, owner, ledger, balance, may_go_negative)"
        " VALUES (:account_id, :owner, :ledger, 0, :may_go_negative)"
        " ON CONFLICT (account_id) DO NOTHING",
        account_id=account_id(owner=owner, ledger=ledger),
        owner=owner,
        ledger=ledger,
        may_go_negative=int(owner == EXCHANGE_OWNER),
    )


def _move(transaction: Transaction, account: str, amount: int) -> None:
    transaction.execute(
        "UPDATE ledger_accounts SET balance = balance + :amount WHERE account_id = :account",
        amount=amount,
        account=account,
    )
