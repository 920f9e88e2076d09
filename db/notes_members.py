"""The SEC's Financial Statement and Notes data sets: their members as those of the quarters.

A number names its dimensions by a hash that dim.tsv explains, and repetitions of a fact by
`iprx`; it says with `datp` how many days its own day lies before the month end it was rounded to.
No official description of these files was at hand: columns, hash and `datp` are as public
programs read them.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from carbontrader_mcp.domain.filings import COVER_PAGE_TAGS
from carbontrader_mcp.domain.inline_xbrl import DatedFact
from carbontrader_mcp.domain.statement_calculations import Arc
from db.columns import pl
from db.tab_frames import frames
from db.zip_members import Archive, Member, Progress, Rejects, split_line

SUBMISSIONS, NUMBERS, LINES = "sub.tsv", "num.tsv", "pre.tsv"
DIMENSIONS, CALCULATIONS = "dim.tsv", "cal.tsv"
NUMBER_COLUMNS = (
    "adsh", "tag", "version", "ddate", "qtrs", "uom", "dimh", "iprx", "coreg", "value", "datp"
)  # fmt: skip
CALCULATION_COLUMNS = ("adsh", "grp", "arc", "negative", "ptag", "pversion", "ctag", "cversion")
SUM = ("adsh", "grp", "ptag")
"""What the arcs of one sum have in common."""

DIMENSION_COLUMNS = ("dimhash", "segments")
NO_DIMENSIONS: Final = "0x00000000"
PUBLIC_FLOAT, SHARES = "EntityPublicFloat", "EntityCommonStockSharesOutstanding"
DATP_DAYS_MAX: Final = 31
_PRESENTED = ("adsh", "tag", "version", "ddate", "qtrs", "uom", "segments", "coreg", "value")


class NotesNumbers(Member):
    """num.tsv as num.txt: `segments` spelt out, repetitions without a value, cover dates exact.

    `share_counts` are those of each filing's cover page, per class; read the member first.
    """

    def __init__(
        self, archive: Archive, segments: pl.DataFrame, rejects: Rejects, progress: Progress | None
    ) -> None:
        super().__init__(archive, NUMBERS, NUMBER_COLUMNS)
        self._lines = Member(archive, NUMBERS, NUMBER_COLUMNS, progress)
        self._segments = segments.lazy()
        self._rejects = rejects
        self._is_read = False
        self.columns = list(_PRESENTED)
        self.share_counts: dict[str, list[DatedFact]] = {}

    def chunks(self) -> Iterator[bytes]:
        for part, faults in frames(self._lines, self._plan):
            if not self._is_read:
                for line, reason in sorted(faults):
                    self._rejects.add(self.name, line, reason)
                self._add_share_counts(part)
            text = part.select(_PRESENTED).write_csv(
                include_header=False, separator="\t", quote_style="never"
            )
            yield text.encode()
        self._is_read = True

    def _plan(self, lines: pl.LazyFrame) -> pl.LazyFrame:
        is_cover = pl.col("tag").is_in(sorted(COVER_PAGE_TAGS))
        days = pl.col("datp").cast(pl.Float64, strict=False).round(0).fill_null(0.0)
        exact = (
            pl.col("ddate").str.to_date("%Y%m%d", strict=False)
            - pl.duration(days=days.cast(pl.Int32))
        ).dt.strftime("%Y%m%d")
        is_near = days.abs() <= DATP_DAYS_MAX
        is_first = pl.col("iprx").is_null() | (pl.col("iprx") == "0")
        hashed = pl.when(pl.col("dimh") != NO_DIMENSIONS).then(pl.col("dimh"))
        registrant = "LegalEntity=" + pl.col("coreg") + ";"
        known = lines.join(
            self._segments, left_on="dimh", right_on="dimhash", how="left", maintain_order="left"
        )
        return known.with_columns(
            # A hash that dim.tsv does not explain, or another registrant, is still a part.
            segments=pl.coalesce(pl.col("segments"), hashed, registrant),
            value=pl.when(is_first).then(pl.col("value")),
            ddate=pl.when(is_cover & is_near).then(pl.coalesce(exact, pl.col("ddate")))
            .otherwise(pl.col("ddate")),
        )  # fmt: skip

    def _add_share_counts(self, part: pl.DataFrame) -> None:
        shares = part.filter(pl.col("tag") == SHARES, pl.col("value").is_not_null())
        for row in shares.select(
            "adsh", "tag", "version", "uom", "value", "ddate", "segments"
        ).rows():
            adsh, tag, version, unit, value, ddate, segments = row
            day, amount = _iso_day(ddate), _number(value)
            if adsh and version and unit and day is not None and amount is not None:
                self.share_counts.setdefault(adsh, []).append(
                    DatedFact(
                        tag=tag,
                        version=version,
                        unit=unit,
                        value=amount,
                        start_date=None,
                        end_date=day,
                        dimensions=segments or "",
                    )
                )


def read_segments(archive: Archive, progress: Progress | None) -> pl.DataFrame:
    """Hash and segments of dim.tsv, each hash once; without the member there are none."""
    parts = [pl.DataFrame(schema={"dimhash": pl.String, "segments": pl.String})]
    if DIMENSIONS in archive:
        member = Member(archive, DIMENSIONS, DIMENSION_COLUMNS, progress)
        parts += [part for part, _ in frames(member, lambda lines: lines.select(DIMENSION_COLUMNS))]
    return pl.concat(parts).drop_nulls().unique("dimhash", keep="first")


def read_calculations(archive: Archive, progress: Progress | None) -> dict[str, list[Arc]]:
    """Per filing the sums that hold a tag of the filer's own: parent, child, weight."""
    if CALCULATIONS not in archive:
        return {}
    member = Member(archive, CALCULATIONS, CALCULATION_COLUMNS, progress)
    is_own = (pl.col("pversion") == pl.col("adsh")) | (pl.col("cversion") == pl.col("adsh"))
    is_negative = pl.col("negative").str.to_lowercase().is_in(["1", "true"])

    def plan(lines: pl.LazyFrame) -> pl.LazyFrame:
        return lines.select(*SUM, "ctag", is_own=is_own, is_negative=is_negative).drop_nulls()

    parts = [part for part, _ in frames(member, plan)]
    if not parts:
        return {}
    arcs = pl.concat(parts)
    sums = arcs.filter("is_own").select(SUM).unique()
    found: dict[str, list[Arc]] = {}
    kept = arcs.join(sums, on=SUM, how="semi", maintain_order="left")
    for adsh, parent, child, negative in kept.select("adsh", "ptag", "ctag", "is_negative").rows():
        found.setdefault(adsh, []).append((parent, child, -1.0 if negative else 1.0))
    return found


def read_public_floats(archive: Archive) -> dict[str, DatedFact]:
    """Public float in USD per filing, with its own day, where sub.tsv has it."""
    member = Member(archive, SUBMISSIONS, ("adsh",))
    found: dict[str, DatedFact] = {}
    for _, line in member.lines():
        fields = [part.decode("utf-8", "replace") for part in split_line(line)]
        row = dict(zip(member.columns, fields, strict=False))
        day, amount = _iso_day(row.get("floatdate")), _number(row.get("pubfloatusd"))
        if day is not None and amount is not None:
            found[row["adsh"]] = DatedFact(
                tag=PUBLIC_FLOAT,
                version="dei",
                unit="USD",
                value=amount,
                start_date=None,
                end_date=day,
                dimensions="",
            )
    return found


def _iso_day(text: str | None) -> str | None:
    try:
        return (
            date.fromisoformat(text).isoformat() if text and len(text) == len("yyyymmdd") else None
        )
    except ValueError:
        return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
