"""Standardised statements: one name per figure over all filers, and how each was found."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from carbontrader_mcp.domain.filings import (
    OWN_VERSION,
    FactRow,
    FigureRow,
    Finding,
    Submission,
)
from carbontrader_mcp.domain.statement_checks import Duplicate, FilingContext, check_statements
from carbontrader_mcp.domain.statement_figures import Figures, OwnTags, PeriodValues
from carbontrader_mcp.domain.statement_periods import (
    QTRS_MAX,
    duration_order,
    prior_balance_date,
    prior_date,
)
from carbontrader_mcp.domain.statement_rule_types import Steps, TaxonomyRules
from carbontrader_mcp.domain.statement_rules import COVER_PAGE_TAGS, StatementRules

TAXONOMY_BY_VERSION = {"us-gaap": "us-gaap", "ifrs": "ifrs-full", "ifrs-full": "ifrs-full"}
LABEL_RULE = "label of the statement line"
CALCULATION_RULE = "sum of its children in the filer's calculation"
INCOME_ANCHORS = ("net_income", "revenue", "pretax_income")
CASH_FLOW_ANCHORS = ("operating", "investing", "financing")

Values = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class StandardisedFiling:
    """A filing's figures in its own currency, and what the checks noticed.

    `figures` are of the filing's own period; `comparatives` the same fields of the year before.
    """

    adsh: str
    currency: str | None
    figures: tuple[FigureRow, ...]
    comparatives: tuple[FigureRow, ...]
    findings: tuple[Finding, ...]


def standardise(
    submission: Submission,
    facts: Sequence[FactRow],
    rules: StatementRules,
    *,
    labelled_tags: Mapping[str, str] | None = None,
    calculated_tags: Mapping[str, str] | None = None,
    with_comparatives: bool = False,
) -> StandardisedFiling:
    """Figures of the filing's own period from its consolidated facts.

    Instants are those of the period's last day; durations end there and cover the year to
    date (`qtrs` up to 4), in a quarterly report the quarter too. `calculated_tags` and
    `labelled_tags` name, per field, a filer's own tag that the filer's calculation or the
    statement's label identifies; they are the last resort. A figure that no rule reaches is
    missing. Facts of other dates are not looked at, but for the comparatives where asked for.
    """
    period = submission.period
    filing = _Filing(submission, facts, rules, _own_tags(labelled_tags, calculated_tags))
    before: Figures = {}
    quarter_before: Figures = {}
    if with_comparatives:
        year_before = prior_date(period)
        balance_date = prior_balance_date(submission, facts, filing.taxonomy.total_assets_tags)
        filing.read((period, year_before, balance_date))
        before, quarter_before = filing.figures_at(year_before, balance_date=balance_date)
    else:
        filing.read((period,))
    current, quarter = filing.figures_at(period, balance_date=period)
    return StandardisedFiling(
        adsh=submission.adsh,
        currency=filing.currency,
        figures=_reported(filing.taxonomy, current, quarter),
        comparatives=_reported(filing.taxonomy, before, quarter_before),
        findings=tuple(check_statements(current, filing.context(before))),
    )


def reporting_currency(facts: Collection[FactRow]) -> str | None:
    """The unit of three capital letters that most facts carry; None without such a fact."""
    currencies = [unit for unit in {row[4] for row in facts} if len(unit) == 3 and unit.isupper()]
    if len(currencies) <= 1:
        return currencies[0] if currencies else None
    units = [row[4] for row in facts]
    return min(currencies, key=lambda unit: (-units.count(unit), unit))


def _reported(taxonomy: TaxonomyRules, *found: Figures) -> tuple[FigureRow, ...]:
    reported = taxonomy.reported
    return tuple([row for figures in found for row in figures.values() if row[0] in reported])


class _Filing:
    """The facts of one filing by date, length and tag, and the rules that read them."""

    def __init__(
        self,
        submission: Submission,
        facts: Sequence[FactRow],
        rules: StatementRules,
        own_tags: Mapping[str, OwnTags],
    ) -> None:
        self._submission, self._facts, self._own_tags = submission, facts, own_tags
        period = submission.period
        self._dates = {row[2] for row in facts}
        has_others = len(self._dates) > 1
        self._current = [row for row in facts if row[2] == period] if has_others else facts
        self._currency = reporting_currency(self._current)
        taxonomy, self._standard = _taxonomy(self._current)
        self.taxonomy = rules.taxonomies[taxonomy]
        self._units = _units(self._currency, self._current)
        self._values: dict[str, dict[int, Values]] = {}
        self._own_values = _own_values(facts, own_tags)
        self._duplicates: list[Duplicate] = []

    def read(self, dates: Collection[str]) -> None:
        """Take up the values of these dates: of facts with one key the first.

        A tag for an amount per share has no other reading, so it counts too where the filer
        gave it a wrong unit (T. Rowe Price `pure`), or made it before the taxonomy had it.
        """
        lengths = range(QTRS_MAX + 1)
        by_date = {day: {qtrs: Values() for qtrs in lengths} for day in dates}
        kinds, standard, units = self.taxonomy.unit_kind_by_tag, self._standard, self._units
        facts = self._current if len(by_date) == 1 else self._facts
        own, wrong_units = (
            (OWN_VERSION, self._submission.adsh),
            ("pure", f"shares/{self._currency}"),
        )
        for row in [row for row in facts if row[0] in kinds]:
            tag, version, ddate, qtrs, unit, value = row
            kind = kinds[tag]
            if units[kind] != unit and not (kind == "per_share" and unit in wrong_units):
                continue
            if version not in standard and not (kind == "per_share" and version in own):
                continue
            by_length = by_date.get(ddate)
            if by_length is None or qtrs > QTRS_MAX:
                continue
            values = by_length[qtrs]
            if values.setdefault(tag, value) != value:
                self._duplicates.append(Duplicate(row, values[tag]))
        self._values = by_date

    def figures_at(self, ddate: str, *, balance_date: str) -> tuple[Figures, Figures]:
        """Figures of the balance sheet and the year to date; those of the quarter alone."""
        figures = self._found(self.taxonomy.instant_steps, balance_date, 0)
        by_length: dict[int, Figures] = {}
        longest_first = duration_order(self._submission)
        order = [qtrs for qtrs in longest_first if self._has_values(ddate, qtrs)]
        income = self._first_length(order, INCOME_ANCHORS, ddate, by_length)
        cash_flow = self._first_length(order, CASH_FLOW_ANCHORS, ddate, by_length)
        if income is cash_flow:
            figures |= income
        else:
            of_income, of_cash = self.taxonomy.income_fields, self.taxonomy.cash_flow_fields
            figures |= {field: row for field, row in income.items() if field in of_income}
            figures |= {field: row for field, row in cash_flow.items() if field in of_cash}
        if longest_first[0] == QTRS_MAX:
            return figures, {}
        quarter = self._at_length(1, ddate, by_length)
        if quarter is income and quarter is cash_flow:
            return figures, {}
        return figures, {f: row for f, row in quarter.items() if figures.get(f) is not row}

    def context(self, before: Figures) -> FilingContext:
        """What the checks need beside the figures."""
        return FilingContext(
            submission=self._submission,
            currency=self._currency,
            before=before,
            duplicates=self._duplicates,
            last_date=max(self._dates, default=None),
            facts=self._current,
            cover=self._cover(),
        )

    def _cover(self) -> dict[str, float]:
        if len(self._dates) == 1:
            return {}
        return {row[0]: row[5] for row in self._facts if row[0] in COVER_PAGE_TAGS}

    @property
    def currency(self) -> str | None:
        return self._currency

    def _first_length(
        self,
        order: Sequence[int],
        anchors: Collection[str],
        ddate: str,
        by_length: dict[int, Figures],
    ) -> Figures:
        """The figures of the first length that has one of the anchors, else of any."""
        for qtrs in order:
            found = self._at_length(qtrs, ddate, by_length)
            for anchor in anchors:
                if anchor in found:
                    return found
        for qtrs in order:
            if by_length[qtrs]:
                return by_length[qtrs]
        return {}

    def _at_length(self, qtrs: int, ddate: str, by_length: dict[int, Figures]) -> Figures:
        found = by_length.get(qtrs)
        if found is None:
            found = by_length[qtrs] = self._found(self.taxonomy.duration_steps, ddate, qtrs)
        return found

    def _has_values(self, ddate: str, qtrs: int) -> bool:
        return bool(self._values[ddate][qtrs]) or (ddate, qtrs) in self._own_values

    def _found(self, steps_of_fields: Steps, ddate: str, qtrs: int) -> Figures:
        if not self._has_values(ddate, qtrs):
            return {}
        values, own_values = self._values[ddate][qtrs], self._own_values.get((ddate, qtrs))
        period = PeriodValues(
            values,
            ddate=ddate,
            qtrs=qtrs,
            units=self._units,
            facts=self._facts,
            own_tags={} if own_values is None else self._own_tags,
            own_values=own_values or {},
        )
        return period.figures(steps_of_fields, self.taxonomy)


def _own_tags(
    labelled_tags: Mapping[str, str] | None, calculated_tags: Mapping[str, str] | None
) -> dict[str, OwnTags]:
    own = {field: OwnTags(tags, LABEL_RULE) for field, tags in (labelled_tags or {}).items()}
    for field, tags in (calculated_tags or {}).items():
        own[field] = OwnTags(tags, CALCULATION_RULE)
    return own


def _own_values(
    facts: Sequence[FactRow], own_tags: Mapping[str, OwnTags]
) -> dict[tuple[str, int], dict[tuple[str, str], float]]:
    """Per date and length what a filer's own tags are, by tag and unit: the first of each."""
    wanted = {tag for own in own_tags.values() for tag in own.tags.split(" + ")}
    values: dict[tuple[str, int], dict[tuple[str, str], float]] = {}
    for tag, _, ddate, qtrs, unit, value in [row for row in facts if row[0] in wanted]:
        values.setdefault((ddate, qtrs), {}).setdefault((tag, unit), value)
    return values


def _taxonomy(facts: Collection[FactRow]) -> tuple[str, set[str]]:
    """The taxonomy most facts are tagged with, and its versions among them."""
    known: dict[str, set[str]] = {}
    for version in {row[1] for row in facts}:
        taxonomy = TAXONOMY_BY_VERSION.get(version.partition("/")[0])
        if taxonomy is not None:
            known.setdefault(taxonomy, set()).add(version)
    if not known:
        return "us-gaap", set()
    if len(known) == 1:
        return next(iter(known.items()))
    counts = {taxonomy: sum(row[1] in own for row in facts) for taxonomy, own in known.items()}
    taxonomy = min(counts, key=lambda name: (-counts[name], name))
    return taxonomy, known[taxonomy]


def _units(currency: str | None, facts: Collection[FactRow]) -> dict[str, str]:
    """The unit each kind of figure has in this filing.

    The FSDS give amounts per share in the currency; companyfacts write `USD/shares`.
    """
    per_share = f"{currency}/shares"
    has_per_share = any([row[4] == per_share for row in facts])
    return {
        "currency": currency or "",
        "per_share": per_share if has_per_share else currency or "",
        "shares": "shares",
    }
