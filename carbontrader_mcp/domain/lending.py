"""What a portfolio holds of, or lent to, a company."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Outstanding:
    """A portfolio's positions of one asset class in one company, summed.

    `source` names the positions and their date. `other_asset_classes` are held too and not
    in the sum.
    """

    portfolio_id: str
    cik: str
    asset_class: str
    amount_usd: float
    positions_count: int
    is_synthetic: bool
    source: str
    other_asset_classes: tuple[str, ...]
