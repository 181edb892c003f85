"""The sheet of options: a row an option, inputs in blue, present values and use of every limit as formulas.

Role: the sheet that every other sheet of the workbook refers to, and the formulas that refer to it.
Must not know: how the portfolio was found.
"""

from collections.abc import Iterable, Mapping

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from btim.portfolio import Candidate, Limit, Option, Problem, is_money, period_of
from btim.recommendation import Recommendation
from optimizer.worth import TIMING_SHIFT, discount_factors, worth_of
from service.output.sheet import Sheet

FACTOR_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3
FIXED = ("Candidate", "Name", "Option", "Funded", "Mandatory", "Category", "Tower", "Business owner")
VALUE, SPREAD, FUNDED = 8, 9, 3
GROUPS = {"use": "uses", "free": "frees", "benefit": "benefits", "cashable": "cashable"}
"""Header prefix of the columns that hold each group of an option's amounts."""

Formula = tuple[str, float]


class OptionsSheet:
    """Where everything stands on the sheet, and the formulas that read it."""

    def __init__(self, sheet: Sheet, assumptions: Sheet, problem: Problem, answer: Recommendation) -> None:
        """Lay out the columns."""
        self.sheet, self.assumptions, self.problem = sheet, assumptions, problem
        self.chosen = answer.chosen()
        self.rows: list[tuple[Candidate, Option]] = [
            (candidate, option) for candidate in problem.candidates for option in candidate.options
        ]
        self.last = FIRST_ROW + len(self.rows) - 1
        self.factors = discount_factors(problem)
        self.columns: dict[tuple[str, str], int] = {}
        for prefix, group in GROUPS.items():
            for key in self._keys(group):
                self.columns[prefix, key] = SPREAD + 1 + len(self.columns)
        after = SPREAD + 1 + len(self.columns)
        self.gross, self.cost, self.worth, self.roi, self.differs = range(after, after + 5)
        self.limit_columns = {limit.id: after + 5 + place for place, limit in enumerate(problem.limits)}
        self._factor_row = 0

    def write(self) -> None:
        """Write header, factors and rows."""
        sheet = self.sheet
        sheet.text(0, 0, "Options: one row each; 1 under Funded takes it", "title")
        titles = [*FIXED, "Stated value", "Value sd", *(f"{prefix} {key}" for prefix, key in self.columns)]
        titles += ["Gross PV", "Cost PV", "Worth", "ROI", "Against baseline"]
        titles += [f"limit {limit.id}" for limit in self.problem.limits]
        sheet.header(HEADER_ROW, titles)
        sheet.text(FACTOR_ROW, VALUE, "discount factor", "label")
        for (prefix, key), column in self.columns.items():
            period = self._money_period(prefix, key)
            if period is not None:
                sheet.formula(FACTOR_ROW, column, f"={self.factor_cell(period)}", self.factors[period], "factor")
            elif self._priced(prefix, key):
                sheet.number(FACTOR_ROW, column, 1.0, "factor")
        for place, (candidate, option) in enumerate(self.rows):
            self._inputs(FIRST_ROW + place, candidate, option)
            self._computed(FIRST_ROW + place, candidate, option)
        sheet.page.freeze_panes(FIRST_ROW, 4)
        sheet.page.autofilter(HEADER_ROW, 0, self.last, len(titles) - 1)

    def _inputs(self, row: int, candidate: Candidate, option: Option) -> None:
        sheet, chosen = self.sheet, self.chosen.get(candidate.id) == option.id
        texts = [candidate.id, candidate.name, option.id, None, "yes" if candidate.mandatory else "no"]
        texts += [candidate.category, candidate.tower, candidate.business_owner]
        for column, text in enumerate(texts):
            if column != FUNDED:
                sheet.text(row, column, text)
        sheet.number(row, FUNDED, float(chosen), "input")
        sheet.number(row, VALUE, option.value)
        sheet.number(row, SPREAD, option.value_sd or None)
        for (prefix, key), column in self.columns.items():
            sheet.number(
                row, column, getattr(option, GROUPS[prefix]).get(key), "money" if is_money(key) else "quantity"
            )

    def _computed(self, row: int, candidate: Candidate, option: Option) -> None:
        sheet = self.sheet
        worth = worth_of(option, self.factors, discounted=self.problem.discount_rate is not None)
        benefits = [column for (prefix, _), column in self.columns.items() if prefix == "benefit"]
        uses, frees = (
            [column for (prefix, key), column in self.columns.items() if prefix == name and self._priced(prefix, key)]
            for name in ("use", "free")
        )
        gross, cost, value = (xl_rowcol_to_cell(row, column) for column in (self.gross, self.cost, VALUE))
        sheet.formula(row, self.gross, f'=IF({value}="",{self._present(row, benefits)},"")', worth.gross)
        if worth.cost_pv is not None:
            spent, freed = self._present(row, uses), self._present(row, frees)
            sheet.formula(row, self.cost, f"={spent}-({freed})", worth.cost_pv)
        sheet.formula(row, self.worth, f'=IF({value}="",{gross}-{cost},{value})', worth.value)
        own = xl_rowcol_to_cell(row, self.worth)
        ratio = f'=IF(AND({value}="",{cost}>0),{own}/{cost},"")'
        sheet.formula(row, self.roi, ratio, worth.roi, "computed_share")
        sheet.number(row, self.differs, self._against_baseline(candidate, option), "input")
        for limit in self.problem.limits:
            formula, amount = self._limit_use(row, candidate, option, limit)
            if formula:
                sheet.formula(row, self.limit_columns[limit.id], formula, amount)

    def _present(self, row: int, columns: list[int]) -> str:
        terms = [f"{xl_rowcol_to_cell(row, column)}*{xl_col_to_name(column)}${FACTOR_ROW + 1}" for column in columns]
        return "+".join(terms) or "0"

    def _limit_use(self, row: int, candidate: Candidate, option: Option, limit: Limit) -> tuple[str, float]:
        if not candidate.matches(limit.where):
            return "", 0.0
        terms, amount = [], 0.0
        net = option.net_uses()
        for key, weight in limit.of.items():
            amount += weight * net.get(key, 0.0)
            for prefix, sign in (("use", weight), ("free", -weight)):
                if (prefix, key) in self.columns:
                    terms.append(f"{sign!r}*{xl_rowcol_to_cell(row, self.columns[prefix, key])}")
        leaving = sum(limit.of.get(key, 0.0) * use for key, use in candidate.exit.items())
        if leaving:
            terms.append(repr(-leaving))
        return ("=" + "+".join(terms) if terms else "", amount - leaving)

    def _against_baseline(self, candidate: Candidate, option: Option) -> float:
        """What funding this option adds to the number of changes: 1, or -1 for the option in force, else 0."""
        before = {} if self.problem.baseline is None else self.problem.baseline.funded
        if candidate.id not in before:
            return 1.0
        return -1.0 if before[candidate.id] == option.id else 0.0

    def limit_formula(self, limit: Limit, fixed_cell: str) -> tuple[float, str, float]:
        """Fixed use (committed, and exits as if nothing were funded), the formula of the use, and its value."""
        fixed = 0.0
        if not limit.where:
            fixed += sum(
                limit.of.get(key, 0.0) * use for one in self.problem.committed for key, use in one.uses.items()
            )
        for candidate in self.problem.candidates:
            if candidate.matches(limit.where):
                fixed += sum(limit.of.get(key, 0.0) * use for key, use in candidate.exit.items())
        used = fixed + sum(
            self._limit_use(0, candidate, option, limit)[1]
            for candidate, option in self.rows
            if self.chosen.get(candidate.id) == option.id
        )
        return fixed, f"={fixed_cell}+{self._funded_times(self.limit_columns[limit.id])}", used

    def _funded_times(self, column: int) -> str:
        first, last = FIRST_ROW, self.last
        return f"SUMPRODUCT({self.sheet.span(first, last, FUNDED)},{self.sheet.span(first, last, column)})"

    def objective_formulas(self) -> tuple[Formula, Formula, Formula]:
        """Worth of the funded options, synergies, and change penalties, each as formula and value."""
        factors, discounted = self.factors, self.problem.discount_rate is not None
        worth = sum(
            worth_of(option, factors, discounted=discounted).value
            for candidate, option in self.rows
            if self.chosen.get(candidate.id) == option.id
        )
        terms, synergy = [], 0.0
        names, funded = self.sheet.span(FIRST_ROW, self.last, 0), self.sheet.span(FIRST_ROW, self.last, FUNDED)
        for rule in self.problem.rules:
            if rule.kind == "synergy":
                counts = [f'SUMIF({names},"{name.replace(chr(34), chr(34) * 2)}",{funded})' for name in rule.candidates]
                terms.append(f"IF({'+'.join(counts)}={len(counts)},{rule.value!r},0)")
                synergy += rule.value if all(name in self.chosen for name in rule.candidates) else 0.0
        baseline = self.problem.baseline
        penalty = baseline.change_penalty if baseline else 0.0
        before: Mapping[str, str] = baseline.funded if baseline else {}
        changes = sum(before.get(one.id) != self.chosen.get(one.id) for one in self.problem.candidates)
        formula = f"=-{penalty!r}*({len(before)}+{self._funded_times(self.differs)})"
        return (
            (f"={self._funded_times(self.worth)}", worth),
            ("=" + ("+".join(terms) or "0"), synergy),
            (formula, -penalty * changes),
        )

    def stated_worth(self) -> Formula:
        """Worth of the funded options that state only a value."""
        value = sum(
            option.value
            for candidate, option in self.rows
            if self.chosen.get(candidate.id) == option.id and option.value is not None
        )
        return self._funded_times(VALUE), value

    def period_formulas(self, period: str) -> list[Formula]:
        """Benefits, cashable benefits, CapEx, OpEx and freed money of one period, over funded options with benefits."""
        wanted: list[Iterable[tuple[str, str]]] = [
            [("benefit", period)],
            [("cashable", period)],
            [pair for pair in self.columns if pair[0] == "use" and self._kind(pair[1], period) == "capex"],
            [pair for pair in self.columns if pair[0] == "use" and self._kind(pair[1], period) == "opex"],
            [pair for pair in self.columns if pair[0] == "free" and self._kind(pair[1], period)],
        ]
        stated = self.sheet.span(FIRST_ROW, self.last, VALUE)
        funded = self.sheet.span(FIRST_ROW, self.last, FUNDED)
        result = []
        for pairs in wanted:
            kept = [pair for pair in pairs if pair in self.columns]
            terms = [
                f'SUMPRODUCT({funded},--({stated}=""),{self.sheet.span(FIRST_ROW, self.last, self.columns[pair])})'
                for pair in kept
            ]
            amount = sum(
                getattr(option, GROUPS[prefix]).get(key, 0.0)
                for prefix, key in kept
                for candidate, option in self.rows
                if self.chosen.get(candidate.id) == option.id and option.value is None
            )
            result.append(("=" + ("+".join(terms) or "0"), float(amount)))
        return result

    def write_factors(self, row: int) -> None:
        """Write the discount factor of every period on the sheet of assumptions."""
        self._factor_row = row + 1
        shift = TIMING_SHIFT[self.problem.timing]
        self.assumptions.header(row, ["Period", "Discount factor"])
        for place, period in enumerate(self.problem.periods):
            self.assumptions.text(row + 1 + place, 0, period)
            formula = f"=(1+$B$3)^-({place + shift!r})"
            self.assumptions.formula(row + 1 + place, 1, formula, self.factors[period], "factor")

    def factor_cell(self, period: str) -> str:
        """Reference to a period's discount factor."""
        return self.assumptions.cell(self._factor_row + self.problem.periods.index(period), 1)

    def _keys(self, group: str) -> list[str]:
        keys = {key for _, option in self.rows for key in getattr(option, group)}
        return sorted(keys)

    def _money_period(self, prefix: str, key: str) -> str | None:
        if prefix in {"benefit", "cashable"}:
            return key if prefix == "benefit" else None
        period = period_of(key)
        return period if is_money(key) and period in self.factors else None

    def _priced(self, prefix: str, key: str) -> bool:
        """Whether a use or freed amount counts in the cost: money of a known period, or any money undiscounted."""
        undiscounted = self.problem.discount_rate is None and is_money(key) and prefix in {"use", "free"}
        return undiscounted or (prefix != "benefit" and self._money_period(prefix, key) is not None)

    def _kind(self, key: str, period: str) -> str | None:
        return key.partition(":")[0] if is_money(key) and period_of(key) == period else None
