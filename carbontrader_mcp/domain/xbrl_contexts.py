"""The contexts of an XBRL document: of whom, when, and of which part of the whole."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

DIMENSIONS_MAX: Final = 50
YEAR_MIN, YEAR_MAX = 1900, 2100
"""Of every day; the limits are ours."""
_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(T00:00:00)?Z?", re.ASCII)


@dataclass
class Context:
    """Of whom and when. `dimensions` as the SEC writes segments: `ClassOfStock=CommonClassA;`."""

    scheme: str = ""
    entity: str = ""
    start: date | None = None
    end: date | None = None
    fault: str | None = None
    members: list[str] = field(default_factory=list[str])

    def add_member(self, member: str) -> None:
        """Enter a dimension; none of ours is more than three deep."""
        if len(self.members) < DIMENSIONS_MAX:
            self.members.append(member)
        else:
            self.fault = f"there are more than {DIMENSIONS_MAX} dimensions"

    @property
    def dimensions(self) -> str:
        return "".join(sorted(self.members))

    def complete(self, local: str, attributes: dict[str, str], text: str) -> None:
        """Enter one part: whose, a day, or a dimension."""
        if local == "identifier":
            self.scheme, self.entity = attributes.get("scheme", ""), text
        elif local == "explicitMember":
            self.add_member(f"{_axis(attributes)}={_member(text)};")
        elif local == "typedMember":
            self.add_member(f"{_axis(attributes)}={' '.join(text.split())};")
        else:
            day = _day(text, is_end=local != "startDate")
            if day is None:
                self.fault = f"its {local} is not a day of the years {YEAR_MIN} to {YEAR_MAX}"
            elif local == "startDate":
                self.start = day
            else:
                self.end = day


def _axis(attributes: dict[str, str]) -> str:
    axis = attributes.get("dimension", "").rpartition(":")[2].removesuffix("Axis")
    return axis.removeprefix("Statement") or axis


def _member(text: str) -> str:
    return text.rpartition(":")[2].removesuffix("Member")


def _day(text: str, *, is_end: bool) -> date | None:
    """The day meant: midnight at which a period ends belongs to the day before (XBRL 2.1, 4.7.2)."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        return None
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        return None
    return day - timedelta(days=1) if found[2] and is_end else day
