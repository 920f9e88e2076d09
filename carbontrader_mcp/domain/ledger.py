"""Double entry for cash and units, and the chain of hashes that shows a changed audit row.

A transfer debits the account that gives and credits the one that receives, within one ledger;
a balance is credits minus debits, so every ledger sums to zero over its accounts.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from carbontrader_mcp.domain.orders import PricedOrder, Side

CASH_LEDGER: Final = "USD"
EXCHANGE_OWNER: Final = "paper_exchange"
FEES_OWNER: Final = "fees"
OPENING_REASON: Final = "opening balance"

FIRST_PREV_HASH: Final = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """An amount from one owner to another in one ledger: USD micros, or whole units."""

    ledger: str
    giver: str
    receiver: str
    amount: int
    reason: str

    @property
    def debit_account_id(self) -> str:
        return account_id(owner=self.giver, ledger=self.ledger)

    @property
    def credit_account_id(self) -> str:
        return account_id(owner=self.receiver, ledger=self.ledger)


def account_id(*, owner: str, ledger: str) -> str:
    """Name of an owner's account in a ledger.

    >>> account_id(owner="core", ledger="EUA")
    'core/EUA'
    """
    return f"{owner}/{ledger}"


def trade_transfers(order: PricedOrder) -> list[Transfer]:
    """Delivery versus payment: units one way, cash the other, and the fee, all or none."""
    buyer, seller = order.portfolio_id, EXCHANGE_OWNER
    if order.side is Side.SELL:
        buyer, seller = seller, buyer
    transfers = [
        Transfer(
            ledger=order.instrument_id,
            giver=seller,
            receiver=buyer,
            amount=order.quantity_units,
            reason="units of a trade",
        ),
        Transfer(
            ledger=CASH_LEDGER,
            giver=buyer,
            receiver=seller,
            amount=order.gross_usd_micros,
            reason="price of a trade",
        ),
    ]
    if order.fee_usd_micros:
        transfers.append(
            Transfer(
                ledger=CASH_LEDGER,
                giver=order.portfolio_id,
                receiver=FEES_OWNER,
                amount=order.fee_usd_micros,
                reason="fee of a trade",
            )
        )
    return transfers


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One link of the audit chain. The columns repeat what the hashed body says."""

    seq: int
    at: str
    actor: str
    action: str
    body: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class AuditHead:
    """Number and hash of the last row: publish it, for a chain alone does not show a cut tail."""

    seq: int
    hash: str


@dataclass(frozen=True, kw_only=True)
class AuditCheck:
    """What a reading of the whole chain found; `first_bad_seq` is None if every row holds."""

    rows_read: int
    first_bad_seq: int | None
    message: str


def audit_row(
    *,
    seq: int,
    at: str,
    actor: str,
    action: str,
    details: Mapping[str, int | str | None],
    prev_hash: str,
) -> AuditRow:
    """The next link. A detail that is None is left out of the body."""
    known = {name: value for name, value in details.items() if value is not None}
    head: dict[str, int | str] = {"seq": seq, "at": at, "actor": actor, "action": action}
    if taken := head.keys() & known.keys():
        raise ValueError(f"Audit details may not be named {sorted(taken)}.")
    body = canonical_json(known | head)
    return AuditRow(
        seq=seq,
        at=at,
        actor=actor,
        action=action,
        body=body,
        prev_hash=prev_hash,
        hash=chain_hash(prev_hash, body),
    )


def canonical_json(body: Mapping[str, int | str]) -> str:
    """Sorted keys, no spaces, UTF-8; whole numbers and text only, so that one value has one text."""
    for name, value in body.items():
        if isinstance(value, bool) or not isinstance(value, int | str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"Audit field {name} is {value!r}; only integers and text are hashed.")
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chain_hash(prev_hash: str, body: str) -> str:
    """SHA-256 over the previous hash (hexadecimal text) and a canonical body."""
    return hashlib.sha256((prev_hash + body).encode()).hexdigest()


def first_bad_seq(
    rows: Iterable[AuditRow], *, last_seq: int = 0, last_hash: str = FIRST_PREV_HASH
) -> int | None:
    """Number of the first row that was changed, moved or follows a gap; None if all hold.

    The rows follow `last_seq` and `last_hash`, by default the start of the chain.
    """
    for row in rows:
        last_seq += 1
        if row.seq != last_seq or row.prev_hash != last_hash or not _is_own_hash(row):
            return last_seq
        last_hash = row.hash
    return None


def _is_own_hash(row: AuditRow) -> bool:
    if row.hash != chain_hash(row.prev_hash, row.body):
        return False
    try:
        body = json.loads(row.body)
    except ValueError:
        return False
    columns = {"seq": row.seq, "at": row.at, "actor": row.actor, "action": row.action}
    return isinstance(body, dict) and columns.items() <= cast("dict[str, object]", body).items()
