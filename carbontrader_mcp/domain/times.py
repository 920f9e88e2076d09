"""UTC times as the fixed-width text that is stored: it sorts as the times do."""

from datetime import UTC, datetime


def to_utc_text(moment: datetime) -> str:
    """ISO text with microseconds and `Z`. A time without a zone is a programming error.

    >>> to_utc_text(datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    '2026-11-22T09:30:00.000000Z'
    """
    if moment.tzinfo is None:
        raise ValueError(f"The time {moment} has no time zone.")
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds") + "Z"


def from_utc_text(text: str) -> datetime:
    """The time that `to_utc_text` wrote.

    >>> from_utc_text("2026-11-22T09:30:00.000000Z").hour
    9
    """
    return datetime.fromisoformat(text)
