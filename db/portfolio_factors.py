"""What the attributes of a portfolio's positions lead to: looked up once per kind of position, kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from carbontrader_mcp.domain.pcaf.attributes import Attribute, attributes_of
from carbontrader_mcp.domain.pcaf.guards import Value
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass
from db.database import Database, Transaction
from db.factor_inputs import REVENUE_OF_INSURED, FactorInputs, factor_inputs_by_attributes


@dataclass(frozen=True, kw_only=True)
class FactorSet:
    """Inputs for all positions of the same class, attributes and known inputs, with sources.

    `copies` names inputs that are another one of the position, `missing_because` what was not
    found. None of the inputs is one the position has.
    """

    factors_id: str
    attributes: dict[str, str | int]
    inputs: dict[str, Value]
    copies: dict[str, str]
    sources: dict[str, str]
    warnings: tuple[str, ...]
    missing_because: tuple[str, ...]
    is_synthetic: bool

    @property
    def listed(self) -> tuple[Attribute, ...]:
        return tuple(Attribute(name=name, value=value) for name, value in self.attributes.items())


def find_factor_sets(database: Database, rows: Sequence[Mapping[str, Any]]) -> list[FactorSet]:
    """For each row, as `factor_inputs_by_attributes` takes it with `known`, what it leads to.

    Of a known input the value may be anything but None, save for `VALUES_REGARDED`.
    """
    found = factor_inputs_by_attributes(database, rows)
    return [_to_set(row, each) for row, each in zip(rows, found, strict=True)]


def _to_set(row: Mapping[str, Any], found: FactorInputs) -> FactorSet:
    filled, other = REVENUE_OF_INSURED
    method = METHODS[AssetClass(row["asset_class"])]
    content: dict[str, Any] = {
        "attributes": {
            name: row[name] for name in attributes_of(method) if row.get(name) is not None
        },
        "inputs": {name: value for name, value in found.inputs.items() if name != filled},
        "copies": {filled: other} if filled in found.inputs else {},
        "sources": found.sources,
        "warnings": found.warnings,
        "missing_because": found.missing_because,
        "is_synthetic": found.is_synthetic,
    }
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    return FactorSet(factors_id=digest[:24], **content)


def keep_factor_sets(transaction: Transaction, sets: Iterable[FactorSet]) -> None:
    """Keep those that are not kept yet."""
    transaction.dbapi.executemany(
        "INSERT OR IGNORE INTO factor_inputs (factors_id, inputs) VALUES (?, ?)",
        [(each.factors_id, json.dumps(asdict(each), ensure_ascii=False)) for each in sets],
    )


def load_factor_set(database: Database, factors_id: str | None) -> FactorSet | None:
    """A set that was kept; None for a position without attributes."""
    if factors_id is None:
        return None
    row = database.first("SELECT inputs FROM factor_inputs WHERE factors_id = :id", id=factors_id)
    content: dict[str, Any] = json.loads((row or {})["inputs"])
    for name in ("warnings", "missing_because"):
        content[name] = tuple(content[name])
    return FactorSet(**content)
