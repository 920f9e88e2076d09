"""Standardised statements: one name per figure over all filers, and how each was found."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carbontrader_mcp.domain.filings import Fact, Finding, StatementFigure, Submission
from carbontrader_mcp.domain.statement_checks import check_statements
from carbontrader_mcp.domain.statement_rules import FieldRules, Rule, StatementRules

TAXONOMY_BY_VERSION = {"us-gaap": "us-gaap", "ifrs": "ifrs-full", "ifrs-full": "ifrs-full"}
YEAR_TO_DATE_QTRS = {"Q1": 1, "Q2": 2, "Q3": 3}
LABEL_RULE = "label of the statement line"
ZERO_RULE = "no such tag in the balance sheet"


@dataclass(frozen=True, kw_only=True)
class StandardisedFiling:
    """A filing's figures in its own currency, and what the checks noticed."""

    adsh: str
    currency: str | None
    figures: tuple[StatementFigure, ...]
    findings: tuple[Finding, ...]


def standardise(
    submission: Submission,
    facts: Sequence[Fact],
    rules: StatementRules,
    *,
    labelled_tags: Mapping[str, str] | None = None,
) -> StandardisedFiling:
    """Figures of the filing's own period from its consolidated facts.

    Instants are those of the period's last day; durations end there and cover the year to
    date (`qtrs` up to 4). `labelled_tags` names, per field, a filer's own tag that the
    statement's label identifies; it is the last resort. A figure that no rule reaches is
    missing.
    """
    current = [fact for fact in facts if fact.ddate == submission.period]
    currency = reporting_currency(current)
    statements = _Statements(submission, current, currency, rules, labelled_tags or {})
    found = statements.figures()
    findings = check_statements(found, currency=currency)
    return StandardisedFiling(
        adsh=submission.adsh,
        currency=currency,
        figures=tuple(figure for field, figure in found.items() if field in statements.reported),
        findings=tuple(findings),
    )


def reporting_currency(facts: Sequence[Fact]) -> str | None:
    """The unit of three capital letters that most facts carry; None without such a fact."""
    units = Counter(fact.unit for fact in facts)
    counts = {unit: count for unit, count in units.items() if len(unit) == 3 and unit.isupper()}
    return min(counts, key=lambda unit: (-counts[unit], unit)) if counts else None


class _Statements:
    """The facts of one filing by tag, and every figure found so far."""

    def __init__(
        self,
        submission: Submission,
        facts: Sequence[Fact],
        currency: str | None,
        rules: StatementRules,
        labelled_tags: Mapping[str, str],
    ) -> None:
        self._period = submission.period
        self._durations = _duration_order(submission.fiscal_period)
        self._labelled_tags = labelled_tags
        versions = Counter(fact.version for fact in facts)
        taxonomies: Counter[str] = Counter()
        for version, count in versions.items():
            if (known := _taxonomy(version)) is not None:
                taxonomies[known] += count
        taxonomy = max(taxonomies, key=taxonomies.__getitem__, default="us-gaap")
        standard = {version for version in versions if _taxonomy(version) == taxonomy}
        self._fields = rules.taxonomies[taxonomy]
        self.reported = frozenset(
            field for field, entry in self._fields.items() if not entry.is_auxiliary
        )
        self._values: dict[int, dict[str, float]] = {0: {}, 1: {}, 2: {}, 3: {}, 4: {}}
        self._own_values: dict[int, dict[str, float]] = {0: {}, 1: {}, 2: {}, 3: {}, 4: {}}
        for fact in facts:
            if fact.unit != currency or fact.qtrs not in self._values:
                continue
            values = self._values if fact.version in standard else self._own_values
            values[fact.qtrs].setdefault(fact.tag, fact.value)
        self._found: dict[tuple[str, int], StatementFigure | None] = {}

    def figures(self) -> dict[str, StatementFigure]:
        """Every field that was found, auxiliary ones too."""
        found: dict[str, StatementFigure] = {}
        for field, entry in self._fields.items():
            for qtrs in (0,) if entry.statement == "balance_sheet" else self._durations:
                figure = self._figure(field, qtrs)
                if figure is not None:
                    found[field] = figure
                    break
        for field, entry in self._fields.items():
            if field not in found and self._is_zero(entry, found):
                found[field] = self._zero(field)
        return found

    def _figure(self, field: str, qtrs: int) -> StatementFigure | None:
        key = (field, qtrs)
        if key not in self._found:
            self._found[key] = self._first(self._fields[field], qtrs)
        return self._found[key]

    def _first(self, entry: FieldRules, qtrs: int) -> StatementFigure | None:
        values = self._values[qtrs]
        for rule in entry.rules if values else ():
            if rule.tag is not None:
                if rule.tag not in values:
                    continue
                return self._new(entry.field, values[rule.tag], qtrs, rule.tag, rule.formula)
            if rule.when is not None and rule.when not in values:
                continue
            figure = self._apply(entry.field, rule, qtrs)
            if figure is not None:
                return figure
        tag = self._labelled_tags.get(entry.field)
        if tag is None:
            return None
        value = self._own_values[qtrs].get(tag, values.get(tag))
        return None if value is None else self._new(entry.field, value, qtrs, tag, LABEL_RULE)

    def _apply(self, field: str, rule: Rule, qtrs: int) -> StatementFigure | None:
        total, source, is_derived = 0.0, "", len(rule.terms) > 1
        for term in rule.terms:
            if term.is_field:
                part = self._figure(term.name, qtrs)
                value = None if part is None else part.value
                name = "" if part is None else part.source_tag
                is_derived = is_derived or (part is not None and part.is_derived)
            else:
                value, name = self._values[qtrs].get(term.name), term.name
            if value is None:
                if term.is_optional:
                    continue
                return None
            total += term.sign * value
            source = _joined(source, name, term.sign)
        if not source:
            return None
        return self._new(field, total, qtrs, source, rule.formula, is_derived=is_derived)

    def _new(
        self,
        field: str,
        value: float,
        qtrs: int,
        source_tag: str,
        rule: str,
        *,
        is_derived: bool = False,
    ) -> StatementFigure:
        return StatementFigure(
            field=field,
            value=value,
            ddate=self._period,
            qtrs=qtrs,
            source_tag=source_tag,
            rule=rule,
            is_derived=is_derived,
        )

    def _is_zero(self, entry: FieldRules, found: Mapping[str, StatementFigure]) -> bool:
        if not entry.zero_needs or not all(field in found for field in entry.zero_needs):
            return False
        tags = (*self._values[0], *self._own_values[0])
        return not any(word in tag for tag in tags for word in entry.zero_unless_tag_like)

    def _zero(self, field: str) -> StatementFigure:
        return self._new(field, 0.0, 0, "", ZERO_RULE, is_derived=True)


def _taxonomy(version: str) -> str | None:
    return TAXONOMY_BY_VERSION.get(version.partition("/")[0])


def _duration_order(fiscal_period: str | None) -> tuple[int, ...]:
    # Utilities also report the last twelve months in a 10-Q, so "longest" alone is not enough.
    longest = YEAR_TO_DATE_QTRS.get(fiscal_period or "", 4)
    return (*range(longest, 0, -1), *range(longest + 1, 5))


def _joined(source: str, name: str, sign: int) -> str:
    """The tags of a sum so far and one more.

    >>> _joined("Assets", "StockholdersEquity + MinorityInterest", -1)
    'Assets - (StockholdersEquity + MinorityInterest)'
    """
    if not source:
        return name if sign > 0 else f"-{name}"
    if sign > 0:
        return f"{source} + {name}"
    return f"{source} - ({name})" if " " in name else f"{source} - {name}"
