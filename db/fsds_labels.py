"""The labels of one quarter's statement lines (pre.txt), for filers with a tag of their own."""

from collections.abc import Collection
from itertools import groupby
from operator import itemgetter

from carbontrader_mcp.domain.filings import OWN_VERSION
from carbontrader_mcp.domain.statement_labels import LabelPattern, labelled_tags
from carbontrader_mcp.domain.statement_rules import StatementRules
from db.columns import pl
from db.tab_frames import frames
from db.zip_members import Member, Rejects

LABEL_COLUMNS = ("adsh", "stmt", "tag", "version", "plabel")

_LINE = ["stmt", "tag", "plabel", "is_own"]


def read_labelled_tags(
    member: Member,
    filings: pl.DataFrame,
    facts: pl.DataFrame,
    rules: StatementRules,
    rejects: Rejects,
) -> dict[int, dict[str, str]]:
    """Per filing (its position) and field, the filer's tags that the labels of its lines name.

    Only tags with a consolidated current fact count, and only where no standard tag gives the
    field: standard tags keep precedence.
    """
    lines = _lines(member, filings, rules, rejects)
    fitting = _fitting(lines.select(_LINE).unique(), rules)
    lines = (
        lines.join(fitting, on=_LINE, maintain_order="left")
        .join(_known_fields(facts, rules), on=["filing", "field"], how="anti")
        .join(facts, on=["filing", "tag"], how="semi", maintain_order="left")
        .select("filing", pl.col("stmt", "tag", "plabel").cast(pl.String), "is_own", "field")
        .sort("filing", maintain_order=True)
    )
    found: dict[int, dict[str, str]] = {}
    for filing, rows in groupby(lines.iter_rows(), key=itemgetter(0)):
        adsh: str = filings.item(filing, "adsh")
        of_filing = [
            ((stmt, tag, adsh if is_own else "", label), field)
            for _, stmt, tag, label, is_own, field in rows
        ]
        fields = {field for _, field in of_filing}
        own = labelled_tags(
            dict.fromkeys(line for line, _ in of_filing),
            {field: pattern for field, pattern in rules.labels.items() if field in fields},
            adsh=adsh,
            tags={line[1] for line, _ in of_filing},
        )
        if own:
            found[filing] = own
    return found


def _lines(
    member: Member, filings: pl.DataFrame, rules: StatementRules, rejects: Rejects
) -> pl.DataFrame:
    """Lines of a tag that no rule reads or that its label tells apart, where a pattern is."""
    adshs = pl.Enum(filings.get_column("adsh"))
    filing = pl.col("adsh").cast(adshs, strict=False).to_physical().cast(pl.Int32)
    read_tags = pl.Series(sorted(rules.tags), dtype=pl.String).implode()
    statements = {pattern.statement for pattern in rules.labels.values()}
    told_apart, has_parentheses = _told_apart(rules), "inpth" in member.columns
    is_own = pl.col("version") == pl.col("adsh")

    def plan(lines: pl.LazyFrame) -> pl.LazyFrame:
        if has_parentheses:
            # What stands in brackets beside a line is a part of it.
            lines = lines.filter(pl.col("inpth").is_null() | (pl.col("inpth") != "1"))
        labelled = lines.filter(
            pl.col("stmt").is_in(statements),
            pl.col("plabel").is_not_null(),
            is_own | ~pl.col("tag").is_in(read_tags) | pl.col("tag").is_in(told_apart),
        )
        # As categories: a text column would keep the whole piece it was read from in memory.
        texts = pl.col("stmt", "tag", "plabel").cast(pl.Categorical)
        return labelled.select(texts, is_own=is_own, filing=filing).drop_nulls("filing")

    texts = dict.fromkeys(_LINE[:3], pl.Categorical)
    schema = {**texts, "is_own": pl.Boolean, "filing": pl.Int32}
    parts = [pl.DataFrame(schema=schema)]
    for part, faults in frames(member, plan):
        parts.append(part)
        for line, reason in faults:
            rejects.add(member.name, line, reason)
    return pl.concat(parts)


def _fitting(lines: pl.DataFrame, rules: StatementRules) -> pl.DataFrame:
    """Each line once per field whose pattern it may fit; the pattern itself has the last word."""
    told_apart = _told_apart(rules)
    parts = [lines.head(0).with_columns(field=pl.lit(""))]
    for statement in sorted({pattern.statement for pattern in rules.labels.values()}):
        of_statement = lines.filter(pl.col("stmt") == statement)
        texts = of_statement.select("is_own", pl.col("tag").cast(pl.String), **_texts())
        for field, pattern in rules.labels.items():
            if pattern.statement == statement:
                fits = texts.select(_may_fit(pattern, told_apart)).to_series()
                parts.append(of_statement.filter(fits).with_columns(field=pl.lit(field)))
    return pl.concat(parts)


def _texts() -> dict[str, pl.Expr]:
    """What a pattern is tried on, a text per line: the label, without brackets, the tag's words."""
    label = pl.col("plabel").cast(pl.String).str.to_lowercase().str.replace_all(r"\s+", " ")
    plain = label.str.replace_all(r"\([^()]*\)", "")
    words = pl.col("tag").cast(pl.String).str.replace_all(r"([a-z0-9])([A-Z])", "$1 $2")
    labels = pl.concat_str(
        label.str.strip_chars(" :."), plain.str.strip_chars(" :."), separator="\n"
    )
    return {
        "labels": labels,
        "labels_and_words": pl.concat_str(labels, words.str.to_lowercase(), separator="\n"),
    }


def _told_apart(rules: StatementRules) -> list[str]:
    """The standard tags that only their label tells apart."""
    return sorted({tag for pattern in rules.labels.values() for tag in pattern.tags})


def _may_fit(pattern: LabelPattern, told_apart: Collection[str]) -> pl.Expr:
    match = "(?m)" + "|".join(f"(?:{part.pattern})" for part in pattern.matches)
    if pattern.tags:
        return pl.col("labels").str.contains(match) & pl.col("tag").is_in(pattern.tags)
    if pattern.is_sum:
        return pl.col("labels_and_words").str.contains(match) & pl.col("is_own")
    return pl.col("labels").str.contains(match) & ~pl.col("tag").is_in(told_apart)


def _known_fields(facts: pl.DataFrame, rules: StatementRules) -> pl.DataFrame:
    """Filing and field wherever a standard tag of the field has a fact."""
    pairs = {
        (rule.terms[0].name, field, pattern.statement == "BS")
        for field, pattern in rules.labels.items()
        if not pattern.is_sum
        for taxonomy in rules.taxonomies.values()
        if field in taxonomy.fields
        for rule in taxonomy.fields[field].rules
        if not rule.is_sum and not rule.terms[0].is_field
    }
    schema = {"tag": pl.Categorical, "field": pl.String, "is_instant": pl.Boolean}
    fields = pl.DataFrame(sorted(pairs), schema=schema, orient="row")
    is_instant = pl.col("qtrs") == 0
    standard = facts.lazy().filter(pl.col("version") != OWN_VERSION)
    known = standard.select("filing", "tag", is_instant=is_instant).join(
        fields.lazy(), on=["tag", "is_instant"]
    )
    return known.select("filing", "field").unique().collect()
