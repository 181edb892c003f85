"""The section on realised value: what reports say came of the money, with the evidence quoted.

Role: the answer, headline numbers and charts; claims that do not count stand apart with the reason.
Must not know: how a text was read, or how value is summed.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from service.chain import ChainResult, ReadingPart
from service.output.charts.money import Part, RankedBar, ranked_bars
from service.output.formats import Scale, counted, is_missing, money, money_scale, scaled, unit_of
from service.output.page import Chart, Figure, Figures, Gallery, Section, kept
from service.output.sections.evidence import confidence_words, quotes
from service.output.sections.value_tables import (
    COUNTED,
    WAITING,
    credited,
    kinds_of_value,
    reasons_table,
    risks_table,
    solutions_table,
    stated_money,
    unsettled_table,
)

ID, TITLE = "value", "What came of it"
QUESTION = "Did what was funded pay back, according to whom, and how sure is that?"
MOST_BARS = 14
SHADES = {"realised_saving": "water", "realised_gain": "water-2", "revenue": "c6", WAITING: "sunk"}
COLOURS = {"realised_saving": "strong blue", "realised_gain": "faint blue", "revenue": "green", WAITING: "grey"}


def reading_section(chain: ChainResult) -> Section:
    """The section, or one that says that no reports were given."""
    part = chain.reading
    if part is None:
        return Section(ID, TITLE, QUESTION, "", missing="No reports were given (--reports with --catalogue).")
    currency = currency_of(part, chain)
    chain = replace(chain, currency=currency)
    blocks = [
        reading_figures(part, currency),
        _charts(part, chain),
        solutions_table(part, chain),
        unsettled_table(part, chain),
        reasons_table(part, currency),
        *quotes(part, chain.names),
        risks_table(part),
    ]
    return Section(ID, TITLE, QUESTION, reading_words(part, currency), kept(blocks))


def currency_of(part: ReadingPart, chain: ChainResult) -> str | None:
    """The run's currency, else the one most statements are in."""
    if chain.currency or "currency" not in part.events.columns:
        return chain.currency
    stated = part.events["currency"].dropna()
    return None if stated.empty else str(stated.mode().iloc[0])


def _sum(part: ReadingPart, column: str) -> float:
    if column not in part.by_solution.columns:
        return 0.0
    return sum(float(value) for value in part.by_solution[column] if not is_missing(value))


def _many_counted(part: ReadingPart) -> int:
    return int(part.events["counted"].astype(bool).sum()) if "counted" in part.events.columns else 0


def reading_words(part: ReadingPart, currency: str | None) -> str:
    """The answer in one or two sentences."""
    read = f"{counted(len(part.readings), 'document')} make {counted(len(part.events), 'statement')} about value"
    many = _many_counted(part)
    if not many:
        settle = f" {len(part.unsettled)} wait for a person to settle." if len(part.unsettled) else ""
        return f"{read}; none is sure enough, realised and credited to a solution, so none counts.{settle}"
    sums = [f"{money(_sum(part, 'realised_saving'), currency)} saved"]
    sums += [f"{money(_sum(part, 'realised_gain'), currency)} gained"] if _sum(part, "realised_gain") else []
    return f"{read}; {many} count as realised: {' and '.join(sums)}, as the reports claim."


def reading_figures(part: ReadingPart, currency: str | None) -> Figures:
    """Headline numbers of realised value."""
    gain, revenue, yearly = (_sum(part, name) for name in ("realised_gain", "revenue", "saving_a_year"))
    apart = f"apart from {money(revenue, currency)} revenue: no margin is assumed" if revenue else "revenue stays apart"
    a_year = f"besides {money(yearly, currency)} a year, never added" if yearly else "credited to a solution"
    waiting, stated = (
        sum(credited(row, WAITING) for row in part.by_solution.to_dict("records")),
        stated_money(part, currency),
    )
    unsure = counted(len(part.unsettled), "statement") + " not sure enough to count"
    left = stated[stated["fate"] != COUNTED]
    claims, count = counted(len(left), "claim of money", "claims of money"), f"{_many_counted(part)} count"
    return Figures(
        (
            Figure("Realised savings", money(_sum(part, "realised_saving"), currency), "claimed", a_year),
            Figure("Realised gains", money(gain, currency), "claimed", apart),
            Figure("Claimed, not counted", money(left["amount"].sum(), currency), "claimed", f"{claims}; {count}"),
            Figure("For a person to settle", money(waiting, currency), "claimed", f"of these, in {unsure}",
                   "warn" if len(part.unsettled) else ""),
        )
    )  # fmt: skip


def _charts(part: ReadingPart, chain: ChainResult) -> Gallery | None:
    charts = [_by_solution(part, chain), _by_fate(part, chain)]
    found = tuple(chart for chart in charts if chart is not None)
    return Gallery("", found) if found else None


def _by_solution(part: ReadingPart, chain: ChainResult) -> Chart | None:
    rows = part.by_solution.to_dict("records")
    kinds = [name for name in SHADES if any(credited(row, name) for row in rows)]
    rows = sorted(rows, key=lambda row: -sum(credited(row, name) for name in kinds))[:MOST_BARS]
    if not kinds:
        return None
    scale = money_scale(sum(abs(credited(row, name)) for name in kinds) for row in rows)
    bars = [_bar(row, kinds, scale, chain) for row in rows]
    title, unit = "Value by solution", unit_of(chain.currency, scale)
    svg = ranked_bars("value", bars, title=title, unit=unit, divisor=scale.divisor, synthetic=chain.synthetic)
    note = "; ".join(f"{COLOURS[kind]}: {kinds_of_value(kind)}" for kind in kinds)
    return Chart(
        title, svg, "claimed", note[:1].upper() + note[1:] + ". At the end: mean confidence of the statements."
    )


def _bar(row: Mapping[Any, Any], kinds: list[str], scale: Scale, chain: ChainResult) -> RankedBar:
    name = str(row["name"])
    parts = tuple(
        Part(size, SHADES[kind],
             words=f"{name}, {kinds_of_value(kind)}: {scaled(size, scale)} {unit_of(chain.currency, scale)}")
        for kind in kinds
        if (size := credited(row, kind))
    )  # fmt: skip
    return RankedBar(name, parts, end=confidence_words(row.get("confidence")))


def _by_fate(part: ReadingPart, chain: ChainResult) -> Chart | None:
    frame = stated_money(part, chain.currency)
    if frame.empty:
        return None
    sums: pd.Series = frame.groupby("fate")["amount"].sum().sort_values(ascending=False)
    scale, many = money_scale(sums), frame["fate"].value_counts().to_dict()
    bars = [
        RankedBar(
            str(fate),
            (Part(float(size), "water" if fate == COUNTED else "sunk", f"{fate}: {scaled(size, scale)}"),),
            end=counted(many[str(fate)], "claim"),
        )
        for fate, size in sums.items()
    ]
    title, unit = "Money saved or gained: what counts, and why the rest does not", unit_of(chain.currency, scale)
    svg = ranked_bars("fate", bars, title=title, unit=unit, divisor=scale.divisor, synthetic=chain.synthetic)
    note = "As stated, before overlaps are taken out. What the grey bars hold is never added to value."
    return Chart(title, svg, "claimed", note)
