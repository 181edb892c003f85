"""The sheets of money over time: cash, discounted cash, depreciation, NPV, IRR, payback; and the tornado.

Role: finance figures of the funded options as formulas over the sheet of options.
Must not know: how the portfolio was found.
"""

from collections.abc import Sequence

import xlsxwriter

from btim.portfolio import Problem
from btim.recommendation import Recommendation
from optimizer.finance import finance_of, tornado
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

    def __init__(self, sheet: Sheet, assumptions: Sheet, options: OptionsSheet) -> None:
        """Keep the sheets that the formulas refer to."""
        self.sheet, self.options = sheet, options
        self.life, self.left = assumptions.cell(2, 5), assumptions.cell(3, 5)

    def write(self, problem: Problem, answer: Recommendation) -> None:
        """Write one row a period and the figures below."""
        sheet = self.sheet
        sheet.text(0, 0, "Cash flow of the funded options that state benefits", "title")
        sheet.header(FIRST - 1, TITLES)
        money = finance_of(problem, answer.chosen())
        discounted = cumulated = 0.0
        for place, (period, found) in enumerate(zip(problem.periods, money.periods, strict=True)):
            row, line = FIRST + place, str(FIRST + place + 1)
            discounted += found.cash * found.factor
            cumulated += found.cash
            sheet.text(row, 0, period)
            for column, (formula, value) in enumerate(self.options.period_formulas(period), start=1):
                sheet.formula(row, column, formula, value)
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
        """Straight line: CapEx of the last `life` periods, less what is left at the end, over the life."""
        span = f"D${FIRST + 1}:D{line}"
        recent = f"(ROW(D{line})-ROW({span})<{self.life})*{span}"
        return f"=SUMPRODUCT({recent})*(1-{self.left})/{self.life}"

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
    """What moves the portfolio's worth most, computed when the workbook was written."""

    def __init__(self, sheet: Sheet, workbook: xlsxwriter.Workbook) -> None:
        """Keep the sheet and the workbook that makes charts."""
        self.sheet, self.workbook = sheet, workbook

    def write(self, problem: Problem, answer: Recommendation) -> None:
        """Write the swings, widest first, and their chart."""
        sheet, swings = self.sheet, tornado(problem, answer.chosen(), SHARE)
        sheet.text(0, 0, f"Worth of the funded options when one assumption moves by {SHARE:.0%}", "title")
        sheet.header(2, ["Assumption", f"{SHARE:.0%} lower", f"{SHARE:.0%} higher", "Swing"])
        for row, swing in enumerate(swings, start=FIRST):
            sheet.text(row, 0, swing.name)
            sheet.number(row, 1, swing.low, "computed")
            sheet.number(row, 2, swing.high, "computed")
            sheet.number(row, 3, swing.width, "computed")
        sheet.text(FIRST + len(swings) + 1, 0, "Computed when the workbook was written; it does not follow edits.")
        if swings:
            self._chart(len(swings))

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
