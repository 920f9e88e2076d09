"""The numbers of one quarter: facts of each filing's own period, and of the year before.

num.txt is in random order and half of it are parts of the group (`segments`), so it is read
once, in pieces, as columns; only the facts that are kept ever become Python objects. Some
groups (Duke, Exelon, Con Edison) report their own column as a segment: of a filing without
consolidated total assets, the segment that stands for the group is taken.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from carbontrader_mcp.domain.filings import COVER_PAGE_TAGS, OWN_VERSION
from db.columns import pl
from db.fsds_submissions import FsdsFiling
from db.tab_frames import Plan, frames
from db.zip_members import Member, Rejects

NUMBER_COLUMNS = ("adsh", "tag", "version", "ddate", "qtrs", "uom", "coreg", "value")
TOTAL_ASSETS_TAGS = ("Assets", "LiabilitiesAndStockholdersEquity", "EquityAndLiabilities")
GROUP_SEGMENTS = ("ParentCompany;?$", "Consolidated", "=Successor;$")
"""Segments that name the whole group, best first; old files have `coreg` without axis and `;`."""

LEGAL_FORMS = frozenset(
    ["co", "company", "corp", "corporation", "inc", "limited", "llc", "lp", "ltd", "plc", "the"]
)
QTRS_MAX = 999
NO_NAME = r"[\p{C}\p{Z}<>]"
NAME_CHARACTERS_MAX = {"tag": 256, "version": 20, "uom": 40}
"""The SEC's limits (readme of the data sets); a unit has 20 there, and more in the Notes."""

DAYS = (19000101, 21001231)
SHOWN_CHARACTERS_MAX = 40

_FACT = ("filing", "tag", "version", "ddate", "qtrs", "uom")
_SHOWN = ("adsh", "qtrs", "value", "ddate")
_SCHEMA = {
    "line": pl.UInt32,
    "filing": pl.Int32,
    "period": pl.Int32,
    "segment": pl.Categorical,
    "tag": pl.Categorical,
    "version": pl.Categorical,
    "ddate": pl.Int32,
    "qtrs": pl.Int16,
    "uom": pl.Categorical,
    "value": pl.Float64,
}

adsh, tag, version, ddate, qtrs, uom, value, segment, filing, period = (
    pl.col(name)
    for name in (
        *["adsh", "tag", "version", "ddate", "qtrs", "uom", "value", "segment", "filing", "period"],
    )
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Facts in columns: filing (its position), tag, version, ddate, qtrs, uom, value, line.

    `current` are those of the filing's period and its cover page; `comparative` those of the
    dates before that its statements show beside it, for the tags that were asked for.
    """

    current: pl.DataFrame
    comparative: pl.DataFrame


def filings_frame(filings: Sequence[FsdsFiling]) -> pl.DataFrame:
    """The filings in columns: adsh, filing (0, 1, ...), name, and their dates as yyyymmdd."""
    columns: dict[str, list[str]] = {
        "adsh": [filing.submission.adsh for filing in filings],
        "name": [filing.submission.name for filing in filings],
        "period": [filing.period for filing in filings],
        "before_1": [filing.before_1 for filing in filings],
        "before_2": [filing.before_2 for filing in filings],
        "filed": [filing.filed for filing in filings],
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return frame.with_columns(filing=pl.Series(range(len(filings)), dtype=pl.Int32))


def read_numbers(
    member: Member, filings: pl.DataFrame, rejects: Rejects, *, wanted_tags: frozenset[str]
) -> Facts:
    """Gather the facts of num.txt; lines that cannot be used go to the rejects.

    `filings` are those of `filings_frame`.
    """
    names, filings = filings.select("filing", "name"), filings.drop("name")
    facts = _read(member, _of_filings(filings, wanted_tags), rejects)
    whole = facts.filter(segment.is_null())
    groups = _group_segments(facts, whole, names)
    if groups.height:
        of_groups = _facts_of_groups(member, filings, facts, groups)
        known = whole.join(groups, on="filing", how="semi")
        whole = pl.concat([whole, of_groups.join(known, on=_FACT, how="anti")])
    is_current = (ddate == period) | tag.is_in(sorted(COVER_PAGE_TAGS))
    return Facts(
        current=whole.filter(is_current).drop("segment", "period"),
        comparative=whole.filter(~is_current).drop("segment", "period"),
    )


def _of_filings(filings: pl.DataFrame, wanted_tags: frozenset[str]) -> Plan:
    # Each filing is found by one look-up of its adsh; a join per piece costs a third more.
    position = adsh.cast(pl.Enum(filings.get_column("adsh")), strict=False).to_physical()
    dates = {
        name: pl.lit(filings.get_column(name).cast(pl.Int32)).gather(filing)
        for name in ("period", "before_1", "before_2")
    }
    filed = filings.get_column("filed").cast(pl.Int32)
    # A line that could not be split was left empty, without a tag.
    day, is_orphan = pl.col("day"), filing.is_null() & (adsh.is_not_null() | tag.is_not_null())
    # A day that is none is rejected; one after the filing is passed on, for a check to notice.
    may_be_odd = day.is_null() | (day > (filed.min() or 0))
    is_odd = day.is_null() | (day > pl.lit(filed).gather(filing))
    is_before = (day == pl.col("before_1")) | (day == pl.col("before_2"))
    wanted = pl.Series(sorted(wanted_tags), dtype=pl.String).implode()
    is_other = (is_before & tag.is_in(wanted)) | tag.is_in(sorted(COVER_PAGE_TAGS))
    is_whole = (day == period) | is_odd | is_other
    may_be_group = segment.str.contains("|".join(GROUP_SEGMENTS)) | (tag == "Assets")
    is_group = (day == period) & (segment.str.count_matches("=", literal=True) <= 1)

    def plan(lines: pl.LazyFrame) -> pl.LazyFrame:
        candidates = lines.filter(segment.is_null() | may_be_group)
        known = candidates.with_columns(
            filing=position.cast(pl.Int32), day=ddate.cast(pl.Int32, strict=False)
        ).with_columns(**dates)
        # The cheap questions first: half of the lines are of other dates.
        dated = known.filter(
            is_orphan | (value.is_not_null() & ((day == period) | may_be_odd | is_other))
        )
        return dated.filter(
            is_orphan | pl.when(segment.is_null()).then(is_whole).otherwise(is_group)
        )

    return plan


def _read(member: Member, plan: Plan, rejects: Rejects) -> pl.DataFrame:
    """The planned lines as typed facts; those that cannot be used go to the rejects."""
    # The new layout repeats a coreg as a LegalEntity segment; the old one has coreg alone.
    dimension = "segments" if "segments" in member.columns else "coreg"
    columns = (adsh, tag, version, ddate, qtrs, uom, value, pl.col(dimension).alias("segment"))

    def planned(lines: pl.LazyFrame) -> pl.LazyFrame:
        return plan(lines.select(pl.col("line_number").alias("line"), *columns))

    parts = [pl.DataFrame(schema=_SCHEMA)]
    for part, faults in frames(member, planned, unread=("footnote",)):
        typed = part.select(_typed())
        reasons = iter(())
        # Why a line cannot be used is asked only where there is one; most pieces have none.
        if not typed.select(_is_sound()).item():
            fault = part.select(fault=_fault()).to_series()
            unusable = part.with_columns(fault).filter(fault.is_not_null())
            reasons = unusable.select("line", _reason()).iter_rows()
            typed = typed.filter(fault.is_null())
        for line, reason in sorted((*faults, *reasons)):
            rejects.add(member.name, line, reason)
        parts.append(typed)
    return _of_sound_names_and_days(pl.concat(parts), member.name, rejects)


def _of_sound_names_and_days(facts: pl.DataFrame, member: str, rejects: Rejects) -> pl.DataFrame:
    """Facts without those of a name that is none, or of a day that does not exist."""
    faults: list[tuple[str, pl.Expr]] = []
    for name in ("tag", "version", "uom"):
        texts = facts.get_column(name).unique().cast(pl.String)
        is_bad = texts.str.contains(NO_NAME) | (texts.str.len_chars() > NAME_CHARACTERS_MAX[name])
        if bad := texts.filter(is_bad).to_list():
            reason = f"{name} is no name of up to {NAME_CHARACTERS_MAX[name]} characters"
            faults.append((reason, pl.col(name).is_in(bad)))
    days = facts.get_column("ddate").unique()
    is_none = days.cast(pl.String).str.to_date("%Y%m%d", strict=False).is_null()
    for day in days.filter(is_none | ~days.is_between(*DAYS)):
        faults.append((f"ddate '{day}' is not a day (yyyymmdd)", ddate == day))
    for reason, is_bad in faults:
        for line in facts.filter(is_bad).get_column("line"):
            rejects.add(member, line, reason)
        facts = facts.filter(~is_bad)
    return facts


def _typed() -> list[pl.Expr]:
    is_own = version == adsh
    named = pl.when(is_own).then(pl.lit(OWN_VERSION)).otherwise(version).alias("version")
    columns = {name: named if name == "version" else pl.col(name) for name in _SCHEMA}
    return [columns[name].cast(kind, strict=False) for name, kind in _SCHEMA.items()]


def _is_sound() -> pl.Expr:
    """Whether no line has a fault."""
    needed = (filing, tag, version, ddate, qtrs, uom, value)
    return pl.all_horizontal(
        *(column.is_not_null().all() for column in needed),
        qtrs.is_between(0, QTRS_MAX).all(),
        value.is_finite().all(),
    )


def _fault() -> pl.Expr:
    """The number of the reason why a line cannot be used, or null."""
    is_quarters = qtrs.cast(pl.Int16, strict=False).is_between(0, QTRS_MAX)
    is_number = value.cast(pl.Float64, strict=False).is_finite()
    return (
        pl.when(filing.is_null())
        .then(0)
        .when(pl.any_horizontal(tag.is_null(), version.is_null(), uom.is_null()))
        .then(1)
        .when(~is_quarters.fill_null(value=False))
        .then(2)
        .when(~is_number.fill_null(value=False))
        .then(3)
        .when(ddate.cast(pl.Int32, strict=False).is_null())
        .then(4)
        .cast(pl.Int8)
    )


def _reason() -> pl.Expr:
    shown = {name: pl.col(name).fill_null("").str.slice(0, SHOWN_CHARACTERS_MAX) for name in _SHOWN}
    fault = pl.col("fault")
    return (
        pl.when(fault == 0)
        .then(pl.format("adsh '{}' is not in sub.txt", shown["adsh"]))
        .when(fault == 1)
        .then(pl.lit("tag, version or uom is empty"))
        .when(fault == 2)
        .then(pl.format("qtrs '{}' is not a number of quarters", shown["qtrs"]))
        .when(fault == 3)
        .then(pl.format("value '{}' is not a number", shown["value"]))
        .otherwise(pl.format("ddate '{}' is not a day (yyyymmdd)", shown["ddate"]))
    )


# --- filings whose group is a segment -----------------------------------------------------


def _group_segments(facts: pl.DataFrame, whole: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Filing and segment that stands for the whole group, of filings without total assets.

    ParentCompany first, then what is called consolidated, then a successor after a takeover,
    then the legal entity that has the filer's own name. A subsidiary never stands for its group.
    """
    with_assets = whole.filter(tag.is_in(TOTAL_ASSETS_TAGS), ddate == period)
    assets = facts.filter(segment.is_not_null(), tag == "Assets", qtrs == 0)
    assets = assets.join(with_assets, on="filing", how="anti").join(names, on="filing")
    is_own = pl.struct("segment", "name").map_elements(
        lambda row: is_own_entity(row["segment"], row["name"]), return_dtype=pl.Boolean
    )
    return (
        assets.with_columns(segment.cast(pl.String))
        .with_columns(rank=_rank().fill_null(pl.when(is_own).then(len(GROUP_SEGMENTS))))
        .drop_nulls("rank")
        .sort("filing", "rank", "segment")
        .unique("filing", keep="first", maintain_order=True)
        .select("filing", "segment", is_read=pl.col("rank") < len(GROUP_SEGMENTS))
    )


def _rank() -> pl.Expr:
    ranks = (
        pl.when(segment.str.contains(pattern)).then(rank)
        for rank, pattern in enumerate(GROUP_SEGMENTS)
    )
    return pl.coalesce(*ranks)


def is_own_entity(segment: str, name: str) -> bool:
    """Whether a segment is the legal entity the filing is by.

    >>> is_own_entity("LegalEntity=SempraEnergy;", "SEMPRA ENERGY INC")
    True
    >>> is_own_entity("LegalEntity=SanDiegoGasElectric;", "SEMPRA ENERGY INC")
    False
    """
    axis, _, entity = segment.rstrip(";").rpartition("=")
    return axis in ("LegalEntity", "") and _letters(entity) == _letters(name) != ""


def _letters(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    kept = (word for word in re.findall(r"[a-z0-9]+", words) if word not in LEGAL_FORMS)
    return "".join(kept)


def _facts_of_groups(
    member: Member, filings: pl.DataFrame, facts: pl.DataFrame, groups: pl.DataFrame
) -> pl.DataFrame:
    """Facts of the chosen segments; of those known by the filer's name only, read again."""
    is_read = pl.col("is_read")
    chosen = groups.filter(is_read).with_columns(segment.cast(pl.Categorical))
    kept = facts.join(chosen, on=["filing", "segment"], how="semi")
    others = groups.filter(~is_read).rename({"segment": "chosen"})
    if others.height == 0:
        return kept
    again = filings.join(others, on="filing").with_columns(period.cast(pl.Int32)).lazy()

    def plan(lines: pl.LazyFrame) -> pl.LazyFrame:
        in_segments = lines.filter(segment.is_not_null())
        known = in_segments.join(again, on="adsh", maintain_order="left")
        is_current = ddate.cast(pl.Int32, strict=False) == period
        return known.filter(segment == pl.col("chosen"), is_current, value.is_not_null())

    # Faulty lines were counted when the file was read the first time.
    return pl.concat([kept, _read(member, plan, Rejects())])
