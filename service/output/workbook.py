"""`portfolio.xlsx`: the problem and its recommendation as a workbook whose formulas recompute what it is worth.

Role: lay a portfolio out on sheets that a finance person can check, edit and send back.
Must not know: how the portfolio was found. Blue cells are inputs; black ones are formulas.
"""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from btim.files import published
from btim.portfolio import Problem
from btim.recommendation import Recommendation
from optimizer import parse_problem
from optimizer.finance import Assumptions, finance_of
from optimizer.worth import TIMING_SHIFT
from service.chain import ChainResult
from service.output.cash_sheet import CashSheet, TornadoSheet
from service.output.options_sheet import OptionsSheet
from service.output.sheet import Sheet, new_formats

CHUNK = 30000
"""Characters of the exchanged problem a cell holds; a cell of a workbook takes 32,767."""
UNDATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def write_workbook(
    target: Path,
    problem: Problem,
    recommendation: Recommendation,
    *,
    sources: Sequence[tuple[str, str]] = (),
    synthetic: bool = False,
    as_of: str | None = None,
    assumptions: Assumptions | None = None,
) -> Path:
    """Write the workbook; `sources` are pairs of a label and what it says, shown under the assumptions.

    Text is never interpreted as a formula. The same input gives the same cells.
    """
    with published(target) as path:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(str(path), options) as workbook:
            workbook.set_properties({"title": problem.name, "created": UNDATED})
            book = _Book(workbook, problem, recommendation, assumptions or Assumptions(), synthetic=synthetic)
            book.write(workbook, sources, as_of)
    return target


def write_chain_workbook(target: Path, chain: ChainResult) -> Path | None:
    """Write the workbook of a whole run; None when it had no portfolio."""
    if chain.portfolio is None:
        return None
    return write_workbook(
        target,
        parse_problem(chain.portfolio.problem),
        Recommendation.from_dict(chain.portfolio.recommendation),
        sources=[(source.path, f"{source.kind}, SHA-256 {source.sha256}") for source in chain.sources],
        synthetic=chain.synthetic,
        as_of=chain.as_of,
    )


class _Book:
    """The sheets of one workbook, which refer to each other."""

    def __init__(
        self,
        workbook: xlsxwriter.Workbook,
        problem: Problem,
        answer: Recommendation,
        assumptions: Assumptions,
        *,
        synthetic: bool,
    ) -> None:
        self.problem, self.answer, self.synthetic = problem, answer, synthetic
        self.assumptions = assumptions
        formats = new_formats(workbook)
        names = ("Summary", "Options", "Limits", "Cash flow", "Tornado", "Not funded", "Assumptions", "Exchange")
        self.sheets = {name: Sheet(workbook, name, formats) for name in names}
        self.options = OptionsSheet(self.sheets["Options"], self.sheets["Assumptions"], problem, answer)

    def write(self, workbook: xlsxwriter.Workbook, sources: Sequence[tuple[str, str]], as_of: str | None) -> None:
        self._assumptions(sources, as_of)
        self.options.write()
        self._limits()
        cash, stated = self.sheets["Cash flow"], self.sheets["Assumptions"]
        cells = [stated.cell(row, 5) for row in range(2, 7)]
        CashSheet(cash, cells, self.options, self.assumptions).write(self.problem, self.answer)
        self._notice(cash)
        self._tornado(workbook, cash, stated.cell(2, 1))
        self._not_funded()
        self._exchange()
        self._summary(as_of)

    def _tornado(self, workbook: xlsxwriter.Workbook, cash: Sheet, rate: str) -> None:
        problem, shift = self.problem, TIMING_SHIFT[self.problem.timing]
        money = finance_of(problem, self.answer.chosen(), self.assumptions)
        sheet = TornadoSheet(self.sheets["Tornado"], workbook, cash, rate, shift, len(problem.periods))
        sheet.write(money, self.options.stated_worth(), problem.discount_rate or 0.0)
        self._notice(self.sheets["Tornado"])

    def _notice(self, sheet: Sheet) -> None:
        if self.synthetic:
            sheet.text(0, 3, "SYNTHETIC DATA", "notice")

    def _summary(self, as_of: str | None) -> None:
        sheet, answer = self.sheets["Summary"], self.answer
        sheet.text(0, 0, self.problem.name, "title")
        self._notice(sheet)
        sheet.page.set_column(0, 0, 46)
        sheet.page.set_column(1, 1, 22)
        sheet.page.set_column(2, 2, 70)
        worth, synergy, change = self.options.objective_formulas()
        rows: list[tuple[str, object, str]] = [
            ("As of", as_of or "not stated", ""),
            ("Currency", self.problem.currency, ""),
            ("Status", answer.status, "optimal: proven within the gap asked for; feasible: the time ran out"),
            ("Objective, as solved", answer.objective, self.problem.objective.kind),
            ("Proven bound, as solved", answer.bound, "no portfolio is better than this"),
            ("Proven gap", answer.gap, "share of the objective"),
        ]
        for row, (label, value, note) in enumerate(rows, start=2):
            sheet.text(row, 0, label, "label")
            if isinstance(value, int | float):
                sheet.number(row, 1, float(value), "computed_share" if label == "Proven gap" else "computed")
            else:
                sheet.text(row, 1, value)
            sheet.text(row, 2, note)
        live = [
            ("Worth of the funded options", *worth),
            ("Synergies", *synergy),
            ("Change penalties", *change),
        ]
        first = len(rows) + 3
        for row, (label, formula, value) in enumerate(live, start=first):
            sheet.text(row, 0, label, "label")
            sheet.formula(row, 1, formula, value)
            sheet.text(row, 2, "live: follows the blue cells")
        total = sum(float(value) for _, _, value in live)
        sheet.text(first + 3, 0, "Expected value of the portfolio", "label")
        sheet.formula(first + 3, 1, f"=SUM(B{first + 1}:B{first + 3})", total)
        sheet.text(first + 4, 0, "Limits that are broken", "label")
        last = max(3, 2 + len(self.problem.limits))
        sheet.formula(first + 4, 1, f'=COUNTIF(Limits!$G$4:$G${last + 1},"BROKEN")', 0, "computed_quantity")
        sheet.text(first + 6, 0, "Blue cells are inputs and may be edited; put 1 or 0 under Funded to try a portfolio.")
        sheet.text(first + 7, 0, "`waterline recommend portfolio.xlsx` reads the edited workbook as a problem again.")
        if answer.status == "infeasible":
            sheet.text(first + 9, 0, "Nothing fits. Cannot hold together:", "label")
            for row, name in enumerate(answer.conflict, start=first + 10):
                sheet.text(row, 0, name)

    def _limits(self) -> None:
        sheet = self.sheets["Limits"]
        sheet.text(0, 0, "Limits", "title")
        self._notice(sheet)
        sheet.header(
            2, ["Limit", "Max", "Unit", "Fixed use", "Used", "Unused", "Kept", "Marginal value", "From", "To", "Basis"]
        )
        by_id = {row.id: row for row in self.answer.limits}
        for place, limit in enumerate(self.problem.limits):
            row, use = 3 + place, by_id.get(limit.id)
            fixed, formula, used = self.options.limit_formula(limit, f"D{row + 1}")
            sheet.text(row, 0, limit.id)
            sheet.number(row, 1, limit.max)
            sheet.text(row, 2, limit.unit or (self.problem.currency if limit.id.startswith(("capex", "opex")) else ""))
            sheet.number(row, 3, fixed, "computed_quantity")
            sheet.formula(row, 4, formula, used)
            sheet.formula(row, 5, f"=B{row + 1}-E{row + 1}", limit.max - used)
            kept = f'=IF(E{row + 1}>B{row + 1}+0.000001+ABS(B{row + 1})*0.000000001,"BROKEN","kept")'
            sheet.formula(row, 6, kept, "kept" if self.answer.funded or used <= limit.max else "BROKEN")
            if use is not None and use.marginal_value is not None:
                sheet.number(row, 7, use.marginal_value, "fixed")
                for column, end in enumerate(use.valid or (None, None), start=8):
                    sheet.number(row, column, end, "computed")
                sheet.text(row, 10, use.basis)

    def _not_funded(self) -> None:
        sheet = self.sheets["Not funded"]
        sheet.text(0, 0, "Below the line, and what would change that", "title")
        self._notice(sheet)
        sheet.header(
            2,
            [
                "Candidate",
                "Stopped by",
                "Loss if forced in",
                "Displaces",
                "Needs value increase",
                "or cost cut",
                "Basis",
            ],
        )
        for row, reason in enumerate(self.answer.not_funded, start=3):
            cuts = "; ".join(f"{key} −{amount:,.0f}" for key, amount in reason.cost_decrease.items())
            sheet.text(row, 0, reason.candidate)
            sheet.text(row, 1, ", ".join(reason.because) or "its own worth")
            sheet.number(row, 2, reason.loss_if_forced, "computed")
            sheet.text(row, 3, ", ".join(reason.displaces))
            sheet.number(row, 4, reason.value_increase, "computed")
            sheet.text(row, 5, cuts)
            sheet.text(row, 6, "LP estimate" if reason.explain == "fast" else "proved")

    def _assumptions(self, sources: Sequence[tuple[str, str]], as_of: str | None) -> None:
        sheet, problem = self.sheets["Assumptions"], self.problem
        sheet.text(0, 0, "Assumptions and sources", "title")
        self._notice(sheet)
        sheet.page.set_column(0, 0, 34)
        sheet.page.set_column(1, 2, 24)
        sheet.text(2, 0, "Discount rate a period", "label")
        sheet.number(2, 1, problem.discount_rate or 0.0, "share")
        sheet.text(2, 2, "" if problem.discount_rate is not None else "none stated: nothing is discounted")
        sheet.text(3, 0, "Flows fall at the period's", "label")
        sheet.text(3, 1, problem.timing)
        self._finance(sheet)
        self.options.write_factors(5)
        row = 7 + len(problem.periods)
        facts: list[tuple[str, str]] = [
            ("Objective", json.dumps(problem.to_dict()["objective"])),
            ("Problem (SHA-256)", self.answer.problem_sha256),
            ("Solver", self.answer.solver),
            (
                "Amounts",
                f"{problem.currency}, as stated; worth and limits take no inflation, the cash flow takes the above",
            ),
            ("Exchange rates", "none is applied here; a table's mapping states those it used"),
            (
                "Depreciation",
                "as above, from the period of spending; the method may be straight line or declining balance",
            ),
            ("Committed", "; ".join(item.name for item in problem.committed) or "nothing"),
            ("Marginal values", "LP estimates: gain for one more unit, within the range beside them"),
            ("As of", as_of or "not stated"),
            *sources,
        ]
        for label, text in facts:
            sheet.text(row, 0, label, "label")
            sheet.text(row, 1, text)
            row += 1

    def _finance(self, sheet: Sheet) -> None:
        """The assumptions of the cash flow, to be edited: rows 3 to 7 of columns E and F."""
        held = self.assumptions
        rows: list[tuple[str, float | str, str]] = [
            ("Life of CapEx in periods", float(held.life), "input"),
            ("Left of CapEx at the end", held.salvage, "share"),
            ("Depreciation method", held.method, "input"),
            ("Written off a period, declining", held.declining, "share"),
            ("Inflation a period", held.inflation, "share"),
        ]
        for row, (label, value, style) in enumerate(rows, start=2):
            sheet.text(row, 4, label, "label")
            if isinstance(value, str):
                sheet.text(row, 5, value, style)
            else:
                sheet.number(row, 5, value, style)
        sheet.page.set_column(4, 5, 30)

    def _exchange(self) -> None:
        sheet = self.sheets["Exchange"]
        sheet.text(0, 0, "The problem in its exchange format; kept so that an edited workbook can be read again.")
        text = json.dumps(self.problem.to_dict(), ensure_ascii=False)
        for place, start in enumerate(range(0, len(text), CHUNK)):
            sheet.text(1 + place, 0, text[start : start + CHUNK])
        sheet.page.hide()
