"""A recommendation as a few plain lines for the terminal.

Role: what was found, how good it is proven to be, what binds. Must not know: files.
"""

from btim.portfolio import Problem
from btim.recommendation import LimitUse, Recommendation


def summary_lines(problem: Problem, answer: Recommendation) -> list[str]:
    """Lines that a person reads after `waterline recommend`."""
    if answer.status == "infeasible":
        return _infeasible_lines(answer)
    head = f"{answer.status}: {len(answer.funded)} of {len(problem.candidates)} candidates funded"
    lines = [f"{head}, objective {_amount(answer.objective)} {_unit(problem)}"]
    if answer.gap is not None:
        lines.append(f"proven: no portfolio is better by more than {answer.gap:.4%} (bound {_amount(answer.bound)})")
    lines.extend(_limit_line(row) for row in answer.limits)
    if answer.risk is not None:
        risk = answer.risk
        lines.append(
            f"value P10 {_amount(risk.p10)}, P90 {_amount(risk.p90)}; chance of a loss {risk.loss_probability:.1%}"
        )
    return lines


def _amount(value: float | None) -> str:
    """Thousands separated; decimals only where they matter."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def _unit(problem: Problem) -> str:
    return "worth per unit of spend" if problem.objective.kind == "roi" else problem.currency


def _limit_line(row: LimitUse) -> str:
    line = f"  {row.id}: used {_amount(row.used)} of {_amount(row.max)}, unused {_amount(row.unused)}"
    if row.marginal_value is None:
        return line
    return f"{line}; one more unit is worth {row.marginal_value:,.4g} (LP estimate)"


def _infeasible_lines(answer: Recommendation) -> list[str]:
    lines = [
        "infeasible: no portfolio keeps all limits and rules",
        f"cannot hold together: {', '.join(answer.conflict)}",
    ]
    for change in answer.relaxations:
        do = (
            f"raise {change.id} to {_amount(change.max)}"
            if change.max is not None
            else f"drop {change.kind} {change.id}"
        )
        lines.append(f"cheapest mending: {do}")
    return lines
