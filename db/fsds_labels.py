"""The labels of one quarter's statement lines (pre.txt), for filers with a tag of their own."""

from itertools import groupby
from operator import itemgetter

from carbontrader_mcp.domain.statement_labels import LabelPattern, labelled_tags
from carbontrader_mcp.domain.statement_rules import StatementRules
from db.columns import pl
from db.fsds_numbers import OWN_VERSION
from db.tab_frames import frames
from db.zip_members import Member

LABEL_COLUMNS = ("adsh", "stmt", "tag", "version", "plabel")

_LINE = ["stmt", "tag", "plabel", "is_own"]


def read_labelled_tags(
    member: Member, filings: pl.DataFrame, facts: pl.DataFrame, rules: StatementRules
) -> dict[int, dict[str, str]]:
    """Per filing (its position) and field, the filer's tags that the labels of its lines name.

    Only tags with a consolidated current fact count, and only where no standard tag gives the
    field: standard tags keep precedence.
    """
    lines = _lines(member, rules)
    adshs = filings.select("filing", pl.col("adsh").cast(pl.Categorical))
    fitting = _fitting(lines.select(_LINE).unique(), rules)
    lines = (
        lines.join(fitting, on=_LINE, maintain_order="left")
        .join(adshs, on="adsh", maintain_order="left")
        .join(_known_fields(facts, rules), on=["filing", "field"], how="anti")
        .join(facts, on=["filing", "tag"], how="semi", maintain_order="left")
        .unique(["filing", *_LINE], keep="first", maintain_order=True)
        .select("filing", pl.col("adsh", "stmt", "tag", "plabel").cast(pl.String), "is_own")
        .sort("filing", maintain_order=True)
    )
    found: dict[int, dict[str, str]] = {}
    for filing, rows in groupby(lines.iter_rows(), key=itemgetter(0)):
        of_filing = [
            (stmt, tag, adsh if is_own else "", label) for _, adsh, stmt, tag, label, is_own in rows
        ]
        own = labelled_tags(
            of_filing,
            rules.labels,
            adsh=filings.item(filing, "adsh"),
            tags={line[1] for line in of_filing},
        )
        if own:
            found[filing] = own
    return found


def _lines(member: Member, rules: StatementRules) -> pl.DataFrame:
    """Lines of a tag that no rule reads, of the statements that have a pattern."""
    read_tags = pl.Series(sorted(rules.tags), dtype=pl.String).implode()
    statements = {pattern.statement for pattern in rules.labels.values()}
    is_own = pl.col("version") == pl.col("adsh")

    def plan(lines: pl.LazyFrame) -> pl.LazyFrame:
        labelled = lines.filter(
            pl.col("stmt").is_in(statements),
            pl.col("plabel").is_not_null(),
            is_own | ~pl.col("tag").is_in(read_tags),
        )
        # As categories: a text column would keep the whole piece it was read from in memory.
        texts = pl.col("adsh", "stmt", "tag", "plabel").cast(pl.Categorical)
        return labelled.select(texts, is_own.alias("is_own"))

    schema = {**dict.fromkeys(("adsh", *_LINE[:3]), pl.Categorical), "is_own": pl.Boolean}
    return pl.concat([pl.DataFrame(schema=schema), *(part for part, _ in frames(member, plan))])


def _fitting(lines: pl.DataFrame, rules: StatementRules) -> pl.DataFrame:
    """Each line once per field whose pattern it may fit; the pattern itself has the last word."""
    label = pl.col("plabel").cast(pl.String).str.to_lowercase().str.replace_all(r"\s+", " ")
    plain = label.str.replace_all(r"\([^()]*\)", "").str.strip_chars(" :.")
    words = pl.col("tag").cast(pl.String).str.replace_all(r"([a-z0-9])([A-Z])", "$1 $2")
    texts = lines.select(
        pl.col("stmt").cast(pl.String),
        "is_own",
        label=label.str.strip_chars(" :."),
        plain=plain,
        words=words.str.to_lowercase(),
    )
    fits = texts.select(_may_fit(pattern).alias(field) for field, pattern in rules.labels.items())
    parts = [
        lines.filter(column).with_columns(field=pl.lit(column.name))
        for column in fits.iter_columns()
    ]
    return pl.concat([lines.head(0).with_columns(field=pl.lit("")), *parts])


def _may_fit(pattern: LabelPattern) -> pl.Expr:
    match = "|".join(f"(?:{part.pattern})" for part in pattern.matches)
    fits = pl.col("label").str.contains(match) | pl.col("plain").str.contains(match)
    if pattern.is_sum:
        fits = (fits | pl.col("words").str.contains(match)) & pl.col("is_own")
    return (pl.col("stmt") == pattern.statement) & fits


def _known_fields(facts: pl.DataFrame, rules: StatementRules) -> pl.DataFrame:
    """Filing and field wherever a standard tag of the field has a fact."""
    parts = [facts.head(0).select("filing", field=pl.lit(""))]
    for field, pattern in rules.labels.items():
        if pattern.is_sum:
            continue
        entries = [t.fields[field] for t in rules.taxonomies.values() if field in t.fields]
        tags = [rule.tag for entry in entries for rule in entry.rules if rule.tag is not None]
        is_day = (pl.col("qtrs") == 0) == (pattern.statement == "BS")
        is_standard = pl.col("version") != OWN_VERSION
        known = facts.filter(pl.col("tag").is_in(tags), is_standard, is_day)
        with_field = known.select("filing").unique()
        parts.append(with_field.with_columns(field=pl.lit(field)))
    return pl.concat(parts)
