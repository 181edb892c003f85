"""Finance of a portfolio: cash by year, NPV, IRR, payback, depreciation into OpEx, profit and loss; and a tornado.

Role: the figures a finance department asks for, from a problem and a choice of options.
Must not know: solvers. Amounts are nominal as stated unless an inflation rate is given; no tax, no financing.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scipy import optimize

from btim.errors import UnknownReferenceError, ValueFormatError, listed
from btim.portfolio import Option, Problem, is_money, period_of
from optimizer.worth import TIMING_SHIFT, discount_factors, worth_of

METHODS = ("straight line", "declining balance")


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What turns CapEx into yearly OpEx, and how prices and currencies move.

    `life` is in periods; `declining` the share of the remaining book value written off each period (the last period of
    the life takes the rest); `inflation` a rate a period applied to every flow after the first period; `salvage` is the
    share of CapEx left at the end of the life.
    """

    life: int = 5
    method: str = "straight line"
    declining: float = 0.4
    salvage: float = 0.0
    inflation: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be computed."""
        if self.method not in METHODS:
            raise ValueFormatError(
                "is not a method", field="method", value=self.method, remedy=f"use {listed(METHODS)}"
            )
        if self.life < 1:
            raise ValueFormatError("must be at least 1", field="life", value=self.life, remedy="give whole periods")
        for name in ("declining", "salvage"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueFormatError("must be a share", field=name, value=getattr(self, name), remedy="use 0 to 1")


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """One period: benefits (cashable and not), money spent and freed, cash, depreciation, and operating result.

    `cash` = benefits − CapEx − OpEx + freed; `result` = benefits − OpEx + freed − depreciation, the profit and loss
    before tax. `freed` is OpEx and CapEx freed together.
    """

    period: str
    benefits: float
    cashable: float
    capex: float
    opex: float
    freed: float
    depreciation: float
    factor: float

    @property
    def cash(self) -> float:
        """Net cash of the period."""
        return self.benefits - self.capex - self.opex + self.freed

    @property
    def result(self) -> float:
        """Operating result of the period."""
        return self.benefits - self.opex + self.freed - self.depreciation

    @property
    def non_cashable(self) -> float:
        """Benefits that save no cash."""
        return self.benefits - self.cashable


@dataclass(frozen=True, slots=True)
class Finance:
    """Figures of a choice of options that state benefits by period; others are counted in `left_out`.

    `payback` is in periods from time 0, None where cash never turns positive for good; `irr` is None where the net
    present value has no single change of sign. `book_value` is CapEx not yet depreciated after the last period.
    """

    periods: tuple[PeriodFigures, ...]
    npv: float
    irr: float | None
    payback: float | None
    roi: float | None
    book_value: float
    left_out: tuple[str, ...]


def finance_of(problem: Problem, chosen: Mapping[str, str], assumptions: Assumptions | None = None) -> Finance:
    """Figures of the funded options.

    Raises:
        UnknownReferenceError: a candidate or option that the problem does not have.
    """
    assumptions = assumptions or Assumptions()
    options, left_out = _options(problem, chosen)
    factors = discount_factors(problem)
    rows: list[PeriodFigures] = []
    capex: list[float] = []
    for place, period in enumerate(problem.periods):
        price = (1 + assumptions.inflation) ** place
        spent = {kind: price * _sum(options, "uses", kind, period) for kind in ("capex", "opex")}
        freed = price * sum(_sum(options, "frees", kind, period) for kind in ("capex", "opex"))
        capex.append(spent["capex"])
        rows.append(
            PeriodFigures(
                period=period,
                benefits=price * sum(option.benefits.get(period, 0.0) for option in options),
                cashable=price * sum(option.cashable.get(period, 0.0) for option in options),
                capex=spent["capex"],
                opex=spent["opex"],
                freed=freed,
                depreciation=sum(
                    depreciation(amount, place - bought, assumptions) for bought, amount in enumerate(capex)
                ),
                factor=factors[period],
            )
        )
    cash = [row.cash for row in rows]
    npv = sum(row.cash * row.factor for row in rows)
    spent_now = sum((row.capex + row.opex - row.freed) * row.factor for row in rows)
    shift = TIMING_SHIFT[problem.timing]
    return Finance(
        periods=tuple(rows),
        npv=npv,
        irr=internal_rate(cash, shift),
        payback=payback(cash, shift),
        roi=npv / spent_now if spent_now > 0 else None,
        book_value=sum(capex) - sum(row.depreciation for row in rows),
        left_out=left_out,
    )


def _options(problem: Problem, chosen: Mapping[str, str]) -> tuple[list[Option], tuple[str, ...]]:
    known = {candidate.id: {option.id: option for option in candidate.options} for candidate in problem.candidates}
    options, left_out = [], []
    for name in sorted(chosen):
        option = known.get(name, {}).get(chosen[name])
        if option is None:
            raise UnknownReferenceError("no such option", field=name, value=chosen[name], remedy="check the ids")
        if option.value is None:
            options.append(option)
        else:
            left_out.append(name)
    return options, tuple(left_out)


def _sum(options: Sequence[Option], side: str, kind: str, period: str) -> float:
    total = 0.0
    for option in options:
        for key, amount in getattr(option, side).items():
            if is_money(key) and key.partition(":")[0] == kind and period_of(key) == period:
                total += amount
    return total


def depreciation(amount: float, age: int, assumptions: Assumptions) -> float:
    """What is written off of CapEx `amount` when it is `age` periods old (0 in the period it is spent)."""
    if not 0 <= age < assumptions.life:
        return 0.0
    base = amount * (1 - assumptions.salvage)
    if assumptions.method == "straight line":
        return base / assumptions.life
    left = (1 - assumptions.declining) ** age
    return base * left * (1.0 if age == assumptions.life - 1 else assumptions.declining)


def internal_rate(cash: Sequence[float], shift: float = 1.0) -> float | None:
    """Rate at which the present value of the cash is 0; None unless the cash changes sign exactly once.

    One change of sign is what makes the rate single (Descartes' rule).
    """
    signs = [amount > 0 for amount in cash if amount]
    if sum(one != other for one, other in itertools.pairwise(signs)) != 1:
        return None

    def present(rate: float) -> float:
        return float(sum(amount * (1 + rate) ** -(place + shift) for place, amount in enumerate(cash)))

    low, high = -0.99, 10.0
    while present(low) * present(high) > 0 and high < 1e6:
        high *= 10
    if present(low) * present(high) > 0:
        return None
    return float(optimize.brentq(present, low, high, xtol=1e-12))


def payback(cash: Sequence[float], shift: float = 1.0) -> float | None:
    """Periods until the cumulated cash turns positive and stays so, read linearly within the period; None if never."""
    total, turned, before = 0.0, None, 0.0
    for place, amount in enumerate(cash):
        before, total = total, total + amount
        if total < 0 or (total == 0 and turned is None):
            turned = None
        elif turned is None:
            turned = place + shift - (total / amount if amount > 0 and before < 0 else 0.0)
    return None if turned is None else max(turned, 0.0)


@dataclass(frozen=True, slots=True)
class Swing:
    """What one assumption does to the portfolio's net present value when it falls and rises by `share`."""

    name: str
    share: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """Distance between the two."""
        return abs(self.high - self.low)


def tornado(problem: Problem, chosen: Mapping[str, str], share: float = 0.2) -> tuple[Swing, ...]:
    """Worth of the funded options with benefits, CapEx, OpEx, freed money and the discount rate 20 % lower and higher.

    Options that state only a value move with nothing but `stated values`. The widest swing comes first.
    """
    drivers = ["benefits", "capex", "opex", "freed money", "discount rate", "stated values"]
    swings = [
        Swing(name, share, _worth(problem, chosen, name, 1 - share), _worth(problem, chosen, name, 1 + share))
        for name in drivers
    ]
    return tuple(sorted((swing for swing in swings if swing.width > 0), key=lambda swing: (-swing.width, swing.name)))


def _worth(problem: Problem, chosen: Mapping[str, str], driver: str, factor: float) -> float:
    if driver == "discount rate" and problem.discount_rate is not None:
        problem = replace(problem, discount_rate=problem.discount_rate * factor)
    factors = discount_factors(problem)
    known = {candidate.id: {option.id: option for option in candidate.options} for candidate in problem.candidates}
    total = 0.0
    for name in sorted(chosen):
        option = _moved(known[name][chosen[name]], driver, factor)
        total += worth_of(option, factors, discounted=problem.discount_rate is not None).value
    return total


def _moved(option: Option, driver: str, factor: float) -> Option:
    if driver == "stated values":
        return option if option.value is None else replace(option, value=option.value * factor)
    if driver == "benefits":
        return replace(option, benefits={key: amount * factor for key, amount in option.benefits.items()})
    if driver == "freed money":
        return replace(
            option, frees={key: amount * (factor if is_money(key) else 1) for key, amount in option.frees.items()}
        )
    if driver in {"capex", "opex"}:
        uses = {key: amount * (factor if key.startswith(f"{driver}:") else 1) for key, amount in option.uses.items()}
        return replace(option, uses=uses)
    return option
