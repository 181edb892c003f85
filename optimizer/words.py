"""A recommendation in sentences, in English and Chinese, every number taken from the record.

Role: say what was found, how sure it is, what binds, why each candidate is below the line and what would change that.
Must not know: how anything was computed; it neither rounds up a claim nor adds one.
"""

import math
from collections.abc import Mapping

from btim.errors import ValueFormatError
from btim.portfolio import Problem, is_money
from btim.recommendation import Funded, LimitUse, NotFunded, Recommendation, Relaxation

LANGUAGES = ("en", "zh")
NEAR_TIE = 1e-4
BINDING = 1e-9

EN = {
    "head": "{funded} of {all} candidates are funded; the portfolio is worth {objective}.",
    "head_roi": "{funded} of {all} candidates are funded; every unit spent earns {objective}.",
    "head_risk": "{funded} of {all} candidates are funded; mean and tail together are worth {objective}.",
    "optimal": "This is proven to be within {gap} of the best possible: no portfolio is worth more than {bound}.",
    "feasible": "The time ran out: another portfolio could be better by at most {gap}, none worth more than {bound}.",
    "binds": "{id} stops more: {used} of {max} is used and {unused} is left; one more unit would add about {marginal} "
    "(LP estimate{valid}).",
    "valid": ", between {low} and {high}",
    "slack": "{id} does not bind: {unused} of {max} is left.",
    "nothing_binds": "No limit has a marginal value: more budget would add nothing.",
    "in": "{name} is funded at option {option}; it is worth {value}.",
    "out": "{name} is not funded.",
    "because": "It is stopped by {ids}.",
    "own": "No limit stands against it: its own worth does not pay.",
    "loss": "Forcing it in would cost {loss}{basis}.",
    "tie": "That is a near-tie: the choice could as well go the other way.",
    "displaces": "It would displace {ids}.",
    "never": "No portfolio that keeps all limits and rules holds it.",
    "needs": "It would be funded if it were worth {increase} more{cuts}.",
    "or_cut": ", or if its use of {key} fell by {amount}",
    "estimate": " (LP estimate)",
    "proved": " (proved)",
    "risk": "The value's P10 is {p10}, its median {p50}, its P90 {p90}; the chance of a loss is {loss}.",
    "infeasible": "No portfolio keeps all limits and rules. These cannot hold together: {ids}; without any one of them "
    "the rest can.",
    "raise": "Raising {id} to {max} mends it.",
    "drop": "Dropping {id} mends it.",
    "together": "Together these are the cheapest changes that mend it:",
    "mandatory": "that {id} is mandatory",
    "join": ", ",
    "space": " ",
    "changed": "Against today: {added} added, {dropped} dropped, {changed} at another level.",
}
ZH = {
    "head": "在{all}个候选项目中，{funded}个获得资金；该组合价值{objective}。",
    "head_roi": "在{all}个候选项目中，{funded}个获得资金；每投入一个单位可获得{objective}。",
    "head_risk": "在{all}个候选项目中，{funded}个获得资金；均值与尾部合计价值{objective}。",
    "optimal": "已证明与可能的最优值相差不超过{gap}：任何组合的价值都不超过{bound}。",
    "feasible": "时间已到：其他组合至多再好{gap}；任何组合的价值都不超过{bound}。",
    "binds": "{id}构成约束：已用{used}，上限{max}，剩余{unused}；"
    "每增加一个单位约增值{marginal}（线性规划估计{valid}）。",
    "valid": "，适用于{low}至{high}之间",
    "slack": "{id}不构成约束：上限{max}，剩余{unused}。",
    "nothing_binds": "没有任何限额具有边际价值：增加预算不会带来更多价值。",
    "in": "{name}获得资金，选项为{option}，价值{value}。",
    "out": "{name}未获资金。",
    "because": "受限于{ids}。",
    "own": "没有限额阻挡它：它自身的价值不足以入选。",
    "loss": "若强制纳入，将损失{loss}{basis}。",
    "tie": "这几乎是平局：选择完全可以反过来。",
    "displaces": "它将挤出{ids}。",
    "never": "没有任何满足全部限额与规则的组合包含它。",
    "needs": "若其价值增加{increase}即可入选{cuts}。",
    "or_cut": "；或将其对{key}的占用减少{amount}",
    "estimate": "（线性规划估计）",
    "proved": "（已证明）",
    "risk": "价值的P10为{p10}，中位数为{p50}，P90为{p90}；亏损概率为{loss}。",
    "infeasible": "没有任何组合能同时满足全部限额与规则。以下各项不能同时成立：{ids}；去掉其中任何一项，其余即可成立。",
    "raise": "将{id}提高到{max}即可解决。",
    "drop": "取消{id}即可解决。",
    "together": "以下改动合在一起是代价最小的解决办法：",
    "mandatory": "{id}为必选",
    "join": "、",
    "space": "",
    "changed": "与现状相比：新增{added}个，去掉{dropped}个，改变档位{changed}个。",
}
TEXTS = {"en": EN, "zh": ZH}


class Words:
    """Sentences on one recommendation in one language."""

    def __init__(self, problem: Problem, answer: Recommendation, language: str = "en") -> None:
        """Choose the language.

        Raises:
            ValueFormatError: a language that is not spoken here.
        """
        if language not in TEXTS:
            raise ValueFormatError("is not a language spoken here", field="lang", value=language, remedy="use en or zh")
        self.texts: Mapping[str, str] = TEXTS[language]
        self.problem, self.answer = problem, answer
        self.names = {candidate.id: candidate.name for candidate in problem.candidates}

    def headline(self) -> list[str]:
        """What is funded, how sure that is, how it differs from today, and its risk."""
        answer = self.answer
        if answer.status == "infeasible":
            return self.conflict()
        kind = self.problem.objective.kind
        roi = kind == "roi"
        objective = f"{answer.objective:.4g}" if roi else self.money(answer.objective)
        bound = f"{answer.bound:.4g}" if roi else self.money(answer.bound)
        head = self._say(
            "head_roi" if roi else "head", funded=len(answer.funded), all=len(self.names), objective=objective
        )
        lines = [head, self._say(answer.status, gap=_share_up(answer.gap or 0.0), bound=bound)]
        if self.problem.baseline is not None:
            change = answer.change
            counts = {"added": len(change.added), "dropped": len(change.dropped), "changed": len(change.changed)}
            lines.append(self._say("changed", **counts))
        if answer.risk is not None:
            risk = answer.risk
            spread = {"p10": self.money(risk.p10), "p50": self.money(risk.p50), "p90": self.money(risk.p90)}
            lines.append(self._say("risk", **spread, loss=f"{risk.loss_probability:.1%}"))
        return lines

    def limits(self) -> list[str]:
        """What binds, most valuable first; then that nothing does."""
        binding = [row for row in self.answer.limits if (row.marginal_value or 0.0) > BINDING]
        if not binding:
            return [self._say("nothing_binds")] if self.answer.limits else []
        return [self._binding(row) for row in sorted(binding, key=lambda row: -(row.marginal_value or 0.0))]

    def paragraph(self, row: NotFunded) -> str:
        """`reason` as one paragraph."""
        return self.texts["space"].join(self.reason(row))

    def reason(self, row: NotFunded) -> list[str]:
        """Why one candidate is below the line and what would change that."""
        lines = [self._say("out", name=self.name(row.candidate))]
        if row.because:
            lines.append(self._say("because", ids=self._join(row.because)))
        elif row.loss_if_forced is not None:
            lines.append(self._say("own"))
        if row.loss_if_forced is None:
            return [*lines, self._say("never")]
        basis = self.texts["proved" if row.explain == "exact" else "estimate"]
        lines.append(self._say("loss", loss=self.worth(row.loss_if_forced), basis=basis))
        if self.near_tie(row):
            lines.append(self._say("tie"))
        if row.displaces:
            lines.append(self._say("displaces", ids=self._join([self.name(one) for one in row.displaces])))
        if row.value_increase is not None:
            cuts = [
                self._say("or_cut", key=key, amount=self.amount(key, cut)) for key, cut in row.cost_decrease.items()
            ]
            lines.append(self._say("needs", increase=self.money(row.value_increase), cuts="".join(cuts)))
        return lines

    def funded_line(self, row: Funded) -> str:
        """That a candidate is funded, at which option, and what it is worth."""
        return self._say("in", name=self.name(row.candidate), option=row.option, value=self.money(row.value))

    def conflict(self) -> list[str]:
        """What cannot hold together, and what mends it."""
        members = [
            self._say("mandatory", id=self.name(one.removeprefix("mandatory:")))
            if one.startswith("mandatory:")
            else one
            for one in self.answer.conflict
        ]
        lines = [self._say("infeasible", ids=self._join(members))]
        if len(self.answer.relaxations) > 1:
            lines.append(self._say("together"))
        return lines + [self._mending(change) for change in self.answer.relaxations]

    def everything(self) -> list[str]:
        """Headline, limits and every candidate below the line."""
        if self.answer.status == "infeasible":
            return self.conflict()
        reasons = [self.paragraph(row) for row in self.answer.not_funded]
        return [*self.headline(), *self.limits(), *reasons]

    def near_tie(self, row: NotFunded) -> bool:
        """Whether forcing a candidate in costs next to nothing."""
        objective = abs(self.answer.objective or 0.0)
        return row.loss_if_forced is not None and row.loss_if_forced <= NEAR_TIE * objective

    def name(self, candidate: str) -> str:
        """Name and id of a candidate."""
        name = self.names.get(candidate, candidate)
        return candidate if name == candidate else f"{name} ({candidate})"

    def money(self, amount: float | None) -> str:
        """An amount in the problem's currency."""
        return "-" if amount is None else f"{self.problem.currency} {_number(amount)}"

    def worth(self, amount: float) -> str:
        """An amount in units of the objective."""
        return f"{amount:.4g}" if self.problem.objective.kind == "roi" else self.money(amount)

    def amount(self, key: str, amount: float) -> str:
        """An amount of a resource key."""
        return self.money(amount) if is_money(key) else _number(amount)

    def _binding(self, row: LimitUse) -> str:
        low, high = row.valid or (None, None)
        ends = {} if low is None or high is None else {"low": _number(low), "high": _number(high)}
        return self._say(
            "binds",
            id=row.id,
            used=_number(row.used),
            max=_number(row.max),
            unused=_number(row.unused),
            marginal=f"{row.marginal_value or 0.0:,.4g}",
            valid=self._say("valid", **ends) if ends else "",
        )

    def _mending(self, change: Relaxation) -> str:
        if change.max is not None:
            return self._say("raise", id=change.id, max=_number(change.max))
        what = self._say("mandatory", id=self.name(change.id)) if change.kind == "mandatory" else change.id
        return self._say("drop", id=what)

    def _join(self, names: list[str] | tuple[str, ...]) -> str:
        return self.texts["join"].join(names)

    def _say(self, sentence: str, **parts: object) -> str:
        return self.texts[sentence].format(**parts)


def _share_up(share: float) -> str:
    """A percentage rounded up: a proof is never claimed tighter than it is."""
    return f"{math.ceil(share * 1e5 - 1e-6) / 1e3:.3f}%"


def _number(amount: float) -> str:
    return f"{amount:,.0f}" if abs(amount) >= 100 else f"{amount:,.4g}"
