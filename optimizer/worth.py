"""What an option is worth: present values of benefits, money uses and money freed.

Role: the one place that discounts a problem's flows.
Must not know: solvers. Source: the exchange format's definition of worth (a stated `value` is taken as it is).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from btim.portfolio import Option, Problem, is_money, period_of

TIMING_SHIFT = {"start": 0.0, "mid": 0.5, "end": 1.0}


@dataclass(frozen=True, slots=True)
class Worth:
    """Present values of one option in the problem's currency.

    `gross` is None when only a value was stated; `cost_pv` (money uses less money freed) is None when a money key
    names a period that the problem does not list.
    """

    value: float
    gross: float | None
    cost_pv: float | None

    @property
    def roi(self) -> float | None:
        """Worth per unit of cost, None without gross benefits or without a positive cost."""
        if self.gross is None or self.cost_pv is None or self.cost_pv <= 0:
            return None
        return self.value / self.cost_pv


def discount_factors(problem: Problem) -> dict[str, float]:
    """Factor by period; all 1 when the problem states no discount rate."""
    rate = problem.discount_rate or 0.0
    shift = TIMING_SHIFT[problem.timing]
    return {period: (1 + rate) ** -(index + shift) for index, period in enumerate(problem.periods)}


def worth_of(option: Option, factors: Mapping[str, float], *, discounted: bool) -> Worth:
    """Worth of one option; `discounted` says whether the problem states a discount rate at all."""
    spent = money_value(option.uses, factors, discounted=discounted)
    freed = money_value(option.frees, factors, discounted=discounted)
    cost = None if spent is None or freed is None else spent - freed
    if option.value is not None:
        return Worth(option.value, None, cost)
    gross = sum(amount * factors[period] for period, amount in sorted(option.benefits.items()))
    return Worth(gross - (cost or 0.0), gross, cost)


def money_value(amounts: Mapping[str, float], factors: Mapping[str, float], *, discounted: bool) -> float | None:
    """Present value of the money keys; undiscounted without a rate; None when a period is not listed."""
    total = 0.0
    for key, amount in sorted(amounts.items()):
        if is_money(key):
            factor = 1.0 if not discounted else factors.get(str(period_of(key)))
            if factor is None:
                return None
            total += amount * factor
    return total
