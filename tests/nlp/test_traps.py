"""The trap sentences of the founding articles: what a keyword search would get wrong."""

from decimal import Decimal

import pytest

from btim.catalogue import Catalogue, Solution
from btim.value import ValueEvent
from btim.value_ledger import value_ledger
from nlp import Document, read_documents

CATALOGUE = Catalogue(
    (
        Solution("sol-cip", {"en": "Customer Intelligence Platform", "zh": "客户智能平台"}, ("CIP",)),
        Solution("sol-fraud", {"en": "Fraud Analytics", "zh": "反欺诈分析"}, (), {"zh": "交易反欺诈模型"}),
    )
)


def read(text: str) -> tuple[ValueEvent, ...]:
    (reading,) = read_documents([Document("trap", text)], CATALOGUE)
    return reading.events


def only(text: str, value: str) -> ValueEvent:
    found = [event for event in read(text) if event.value == Decimal(value)]
    assert len(found) == 1, read(text)
    return found[0]


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("目前AI计算资源利用率不足30%。", "30", "level"),
        ("云服务占IT总成本的40%。", "40", "share"),
        ("反欺诈分析的单位成本高于行业基准25%。", "25", "gap"),
        ("每增加1元技术投入，客户留存率提升0.5%。", "0.5", "ratio"),
        ("技术成本高达每年15亿美元。", "1500000000", "spend"),
        ("技术资源利用率从40%提升至85%。", "45", "from_to"),
    ],
)
def test_a_trap_is_read_as_what_it_is(text: str, value: str, kind: str) -> None:
    assert only(text, value).kind == kind


def test_a_company_wide_saving_is_credited_to_no_solution() -> None:
    event = only("该银行18个月内节省4.8亿美元技术成本。", "480000000")
    assert (event.solution, event.kind, event.status, event.per) == (None, "saving", "realised", None)


def test_a_yearly_saving_is_a_rate_and_never_joins_a_total() -> None:
    text = "客户智能平台每年节省2.3亿美元。客户智能平台18个月内累计节省4.8亿美元。"
    rate, total = only(text, "230000000"), only(text, "480000000")
    assert (rate.per, total.per) == ("year", None)
    readings = list(read_documents([Document("trap", text)], CATALOGUE))
    sums = [item.amount for item in value_ledger(readings, bands=frozenset({"post", "review", "drop"})).totals()]
    assert Decimal("710000000") not in sums
