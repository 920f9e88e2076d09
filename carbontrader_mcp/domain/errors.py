"""Every error CarbonTrader raises on purpose.

CarbonTraderError                 base; the message is for the person or model that called
├── InvalidInputError             the caller's values cannot be used
├── NotFoundError                 the named company, filing, quote or trade is not on file
├── InsufficientDataError         what we hold cannot support the answer
├── TradeRefusedError             the trade breaks a rule
└── SourceError                   an outside system failed
    ├── SourceUnavailableError    did not answer, or asked us to slow down; worth a retry
    └── SourceChangedError        answered in a shape we do not know; not worth a retry
"""


class CarbonTraderError(Exception):
    """Base class. The message says what was wrong, the value, and what to do next."""


class InvalidInputError(CarbonTraderError):
    """The caller's values cannot be used."""


class NotFoundError(CarbonTraderError):
    """The named company, filing, quote or trade is not on file."""


class InsufficientDataError(CarbonTraderError):
    """What we hold cannot support the answer."""


class TradeRefusedError(CarbonTraderError):
    """The trade breaks a rule; `code` is stable, the message carries the numbers."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class SourceError(CarbonTraderError):
    """An outside system failed."""


class SourceUnavailableError(SourceError):
    """Did not answer, or asked us to slow down; worth a retry."""


class SourceChangedError(SourceError):
    """Answered in a shape we do not know; not worth a retry."""
