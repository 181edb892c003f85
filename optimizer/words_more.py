"""Alternatives, core index, overspends and beliefs in sentences, in English and Chinese.

Role: the counterpart of `words` for what goes beyond one recommendation.
Must not know: how anything was computed.
"""

from collections.abc import Sequence

from btim.recommendation import Recommendation
from optimizer.alternatives import Alternatives
from optimizer.believing import Believed
from optimizer.core_index import CoreIndex
from optimizer.overruns import Overspend
from optimizer.words import EN, Words

MOST = 10
LINES = {
    "en": {
        "another": "Another portfolio is worth {worth} and differs in {difference:.0%} of spend: {changes}.",
        "none": "It is proven that no further portfolio within {within:.0%} of the optimum differs in {apart:.0%} of "
        "spend from all of these.",
        "enters": "{name} in",
        "leaves": "{name} out",
        "level": "{name} at {option}",
        "more": "{count} more changes",
        "in": "In, in at least 95 % of {samples} samples of all values: {names}.",
        "out": "Out, in at least 95 % of samples: {count} candidates.",
        "unsure": "Worth re-estimating (share of {samples} samples in which it is funded, LP estimate): {names}.",
        "overspend": "{limit} is overspent with a chance of {chance:.0%} if costs overrun as in past projects; the P90 "
        "of its use is {p90} against {max}.",
    },
    "zh": {
        "another": "另一个组合价值{worth}，支出中有{difference:.0%}不同：{changes}。",
        "none": "已证明：在与最优值相差{within:.0%}以内，没有其他组合与以上各组合的支出都相差{apart:.0%}以上。",
        "enters": "纳入{name}",
        "leaves": "去掉{name}",
        "level": "{name}改为{option}",
        "more": "另有{count}处改动",
        "in": "在{samples}个价值样本中至少95%入选：{names}。",
        "out": "在至少95%的样本中落选：{count}个候选项目。",
        "unsure": "值得重新估算（在{samples}个样本中入选的比例，线性规划估计）：{names}。",
        "overspend": "若成本按以往项目的情况超支，{limit}超支的概率为{chance:.0%}；其占用的P90为{p90}，上限{max}。",
    },
}


def _lines(words: Words) -> dict[str, str]:
    return LINES["en" if words.texts is EN else "zh"]


def alternative_lines(words: Words, found: Alternatives, answer: Recommendation) -> list[str]:
    """Each alternative with what differs from the recommendation; then whether there can be more."""
    texts, before = _lines(words), answer.chosen()
    lines = []
    for one in found.found:
        changes = [texts["enters"].format(name=words.name(name)) for name in sorted(set(one.chosen) - set(before))]
        changes += [texts["leaves"].format(name=words.name(name)) for name in sorted(set(before) - set(one.chosen))]
        changes += [
            texts["level"].format(name=words.name(name), option=option)
            for name, option in sorted(one.chosen.items())
            if name in before and before[name] != option
        ]
        shown = changes[:MOST] + ([texts["more"].format(count=len(changes) - MOST)] if len(changes) > MOST else [])
        told = words.texts["join"].join(shown)
        worth = words.worth(one.objective)
        lines.append(texts["another"].format(worth=worth, difference=one.difference, changes=told))
    if found.exhausted:
        lines.append(texts["none"].format(within=found.within, apart=found.apart))
    return lines


def core_lines(words: Words, rows: Sequence[CoreIndex]) -> list[str]:
    """Who is certainly in, how many are certainly out, and whose value is worth estimating again."""
    texts, join = _lines(words), words.texts["join"]
    sure = [words.name(row.candidate) for row in rows if row.verdict == "certainly in"]
    unsure = [f"{words.name(row.candidate)} {row.index:.0%}" for row in rows if row.verdict == "worth re-estimating"]
    if not rows:
        return []
    samples = rows[0].samples
    lines = [texts["in"].format(samples=samples, names=join.join(sure))] if sure else []
    lines.append(texts["out"].format(count=sum(row.verdict == "certainly out" for row in rows)))
    if unsure:
        lines.append(texts["unsure"].format(samples=samples, names=join.join(unsure)))
    return lines


def overspend_lines(words: Words, rows: Sequence[Overspend]) -> list[str]:
    """The chance that each money limit is overspent."""
    text = _lines(words)["overspend"]
    return [
        text.format(limit=row.limit, chance=row.probability, p90=words.money(row.p90), max=words.money(row.max))
        for row in rows
    ]


def belief_lines(believed: Believed, most: int = 5) -> list[str]:
    """The largest corrections with their parts, and who was left as claimed."""
    ranked = sorted(believed.beliefs, key=lambda one: abs(one.mean / one.claimed - 1), reverse=True)
    lines = [f"{len(ranked)} business cases shrunk by category and history; the largest corrections:"]
    lines += [
        f"  {one.candidate}: claimed {one.claimed:.2f}, believed {one.mean:.2f} ± {one.sd:.2f} (own evidence "
        f"{one.weight:.0%}; category typically {one.category_ratio:.2f} from {one.category_claims} claims)"
        for one in ranked[:most]
    ]
    if believed.unchanged:
        lines.append(f"  left as claimed, without cost or benefit to compare: {len(believed.unchanged)}")
    return lines
