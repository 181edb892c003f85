"""The sheets of money over time: cash, discounted cash, depreciation, NPV, IRR, payback; and the tornado.

Role: finance figures of the funded options as formulas over the sheet of options.
Must not know: how the portfolio was found.
"""

from collections.abc import Sequence

import xlsxwriter

from btim.portfolio import Problem
from btim.recommendation import Recommendation
from optimizer.finance import Assumptions, Finance, finance_of
from service.output.options_sheet import OptionsSheet
from service.output.sheet import Sheet

TITLES = (
    "Period",
    "Benefits",
    "of which cashable",
    "CapEx",
    "OpEx",
    "Freed",
    "Net cash",
    "Factor",
    "Discounted",
    "Cumulated, discounted",
    "Depreciation",
    "Result before tax",
    "Cumulated cash",
)
FIRST = 3
SHARE = 0.2


class CashSheet:
    """Cash by period of the funded options that state benefits; the others state only a present value."""

    def __init__(self, sheet: Sheet, cells: Sequence[str], options: OptionsSheet, assumptions: Assumptions) -> None:
        """Keep the sheets; `cells` refer to life, share left, method, share written off and inflation."""
        self.sheet, self.options, self.assumptions = sheet, options, assumptions
        self.life, self.left, self.method, self.declining, self.inflation = cells

    def write(self, problem: Problem, answer: Recommendation) -> None:
        """Write one row a period and the figures below."""
        sheet = self.sheet
        sheet.text(0, 0, "Cash flow of the funded options that state benefits", "title")
        sheet.header(FIRST - 1, TITLES)
        money = finance_of(problem, answer.chosen(), self.assumptions)
        discounted = cumulated = 0.0
        for place, (period, found) in enumerate(zip(problem.periods, money.periods, strict=True)):
            row, line = FIRST + place, str(FIRST + place + 1)
            discounted += found.cash * found.factor
            cumulated += found.cash
            sheet.text(row, 0, period)
            flows = (found.benefits, found.cashable, found.capex, found.opex, found.freed)
            formulas = [formula for formula, _ in self.options.period_formulas(period)]
            for column, (formula, value) in enumerate(zip(formulas, flows, strict=True), start=1):
                sheet.formula(row, column, f"=({formula.removeprefix('=')})*(1+{self.inflation})^{place}", value)
            sheet.formula(row, 6, f"=B{line}-D{line}-E{line}+F{line}", found.cash)
            sheet.formula(row, 7, f"={self.options.factor_cell(period)}", found.factor, "factor")
            sheet.formula(row, 8, f"=G{line}*H{line}", found.cash * found.factor)
            sheet.formula(row, 9, f"=SUM(I${FIRST + 1}:I{line})", discounted)
            sheet.formula(row, 10, self._written_off(line), found.depreciation)
            sheet.formula(row, 11, f"=B{line}-E{line}+F{line}-K{line}", found.result)
            sheet.formula(row, 12, f"=SUM(G${FIRST + 1}:G{line})", cumulated)
        if problem.periods:
            self._figures(problem, money.npv, money.irr, money.book_value, [found.cash for found in money.periods])
        if money.left_out:
            last = FIRST + len(problem.periods) + 7
            sheet.text(last, 0, f"Not in these flows: {len(money.left_out)} funded options that state only a value.")

    def _written_off(self, line: str) -> str:
        """CapEx of the last `life` periods, less what is left at the end, by the method of the assumptions."""
        span = f"D${FIRST + 1}:D{line}"
        age = f"(ROW(D{line})-ROW({span}))"
        base = f"({age}<{self.life})*{span}*(1-{self.left})"
        rest = f"({self.declining}+(1-{self.declining})*({age}={self.life}-1))"
        declining = f"SUMPRODUCT({base}*(1-{self.declining})^{age}*{rest})"
        return f'=IF({self.method}="declining balance",{declining},SUMPRODUCT({base})/{self.life})'

    def _figures(
        self, problem: Problem, npv: float, irr: float | None, book_value: float, cash: Sequence[float]
    ) -> None:
        sheet, first, last = self.sheet, FIRST + 1, FIRST + len(problem.periods)
        totals = [sum(cash[: place + 1]) for place in range(len(cash))]
        turned = next((place + 1 for place, total in enumerate(totals) if total >= 0), None)
        rows: list[tuple[str, str, float | None, str]] = [
            ("Net present value", f"=SUM(I{first}:I{last})", npv, "computed"),
            ("Internal rate of return", f'=IFERROR(IRR(G{first}:G{last}),"")', irr, "computed_share"),
            (
                "Payback, period in which cash turns",
                f'=IFERROR(MATCH(TRUE,INDEX(M{first}:M{last}>=0,0),0),"")',
                turned,
                "computed_quantity",
            ),
            (
                "Book value after the last period",
                f"=SUM(D{first}:D{last})-SUM(K{first}:K{last})",
                book_value,
                "computed",
            ),
        ]
        for row, (label, formula, value, style) in enumerate(rows, start=last + 1):
            sheet.text(row, 0, label, "label")
            sheet.formula(row, 1, formula, value, style)


class TornadoSheet:
    """What moves the net present value most, as formulas over the cash flow: it follows every edit."""

    def __init__(
        self, sheet: Sheet, workbook: xlsxwriter.Workbook, cash: Sheet, rate: str, shift: float, periods: int
    ) -> None:
        """Keep the sheets, the cell of the discount rate, and how late in its period a flow falls."""
        self.sheet, self.workbook, self.cash = sheet, workbook, cash
        self.rate, self.shift, self.periods = rate, shift, periods

    def write(self, money: Finance, stated: tuple[str, float], discount: float) -> None:
        """Write the swings, widest at the time of writing first, and their chart."""
        sheet = self.sheet
        sheet.text(0, 0, f"Net present value when one assumption moves by {SHARE:.0%}", "title")
        sheet.header(FIRST - 1, ["Assumption", f"{SHARE:.0%} lower", f"{SHARE:.0%} higher", "Swing"])
        base = f"({self._sum('I', None)}+{stated[0]})"
        worth = money.npv + stated[1]
        swings = [row for row in self._swings(money, stated, base, worth, discount) if row[2] != row[4]]
        for row, (name, low, below, high, above) in enumerate(
            sorted(swings, key=lambda one: (-abs(one[4] - one[2]), one[0])), start=FIRST
        ):
            sheet.text(row, 0, name)
            sheet.formula(row, 1, f"={low}", below)
            sheet.formula(row, 2, f"={high}", above)
            sheet.formula(row, 3, f"=ABS(C{row + 1}-B{row + 1})", abs(above - below))
        sheet.text(FIRST + len(swings) + 1, 0, "Follows the blue cells; the rows keep the order they had when written.")
        if swings:
            self._chart(len(swings))

    def _swings(
        self, money: Finance, stated: tuple[str, float], base: str, worth: float, discount: float
    ) -> list[tuple[str, str, float, str, float]]:
        """Name, formula and value below, formula and value above, of every assumption."""
        flows = (("benefits", "B", "benefits", 1), ("capex", "D", "capex", -1), ("opex", "E", "opex", -1))
        rows = []
        for name, column, field, sign in (*flows, ("freed money", "F", "freed", 1)):
            amount = sign * sum(getattr(one, field) * one.factor for one in money.periods)
            formula = f"{SHARE}*{self._sum(column, 'H')}"
            less, more = ("-", "+") if sign > 0 else ("+", "-")
            change = SHARE * amount
            rows.append((name, f"{base}{less}{formula}", worth - change, f"{base}{more}{formula}", worth + change))
        moved = [f"({self._at(share)}+{stated[0]})" for share in (1 - SHARE, 1 + SHARE)]
        values = [
            stated[1]
            + sum(one.cash * (1 + discount * share) ** -(place + self.shift) for place, one in enumerate(money.periods))
            for share in (1 - SHARE, 1 + SHARE)
        ]
        rows.append(("discount rate", moved[0], values[0], moved[1], values[1]))
        low, high = (f"{base}{sign}{SHARE}*{stated[0]}" for sign in "-+")
        rows.append(("stated values", low, worth - SHARE * stated[1], high, worth + SHARE * stated[1]))
        return rows

    def _sum(self, column: str, factor: str | None) -> str:
        first, last = FIRST + 1, FIRST + max(self.periods, 1)
        span = f"'{self.cash.name}'!${column}${first}:${column}${last}"
        return f"SUM({span})" if factor is None else f"SUMPRODUCT({span},{span.replace(f'${column}$', f'${factor}$')})"

    def _at(self, share: float) -> str:
        """The cash discounted at another rate."""
        first, last = FIRST + 1, FIRST + max(self.periods, 1)
        span = f"'{self.cash.name}'!$G${first}:$G${last}"
        age = f"(ROW({span})-{first}+{self.shift!r})"
        return f"SUMPRODUCT({span}*(1+{self.rate}*{share!r})^-{age})"

    def _chart(self, count: int) -> None:
        chart = self.workbook.add_chart({"type": "bar", "subtype": "clustered"})
        for column, name in ((1, "lower"), (2, "higher")):
            chart.add_series(
                {
                    "name": f"{SHARE:.0%} {name}",
                    "categories": [self.sheet.name, FIRST, 0, FIRST + count - 1, 0],
                    "values": [self.sheet.name, FIRST, column, FIRST + count - 1, column],
                    "overlap": 100,
                }
            )
        chart.set_y_axis({"reverse": True})
        self.sheet.page.insert_chart(FIRST + count + 3, 0, chart)
