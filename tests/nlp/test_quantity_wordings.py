"""Every wording the quantity grammar knows, with its exact value: scales, coins, fractions, durations, multiples."""

from decimal import Decimal

import pytest

from nlp.normalise import normalise
from nlp.quantities import Quantity, find_quantities

MONEY = """
1億2,500萬元 | 125000000 money CNY
5億4千萬 | 540000000 money CNY
二十餘億元 | 2000000000 money CNY
3万5千元 | 35000 money CNY
1千2百萬元 | 12000000 money CNY
五千多万元 | 50000000 money CNY
二十来万人民币 | 200000 money CNY
两亿五千多万 | 250000000 money CNY
十七八万元 | 170000 money CNY
一元六角八 | 1.68 money CNY
一元四角二 | 1.42 money CNY
两毛三 | 0.23 money CNY
五毛钱 | 0.5 money CNY
1.8分钱 | 0.018 money CNY
三块五 | 3.5 money CNY
港幣612元 | 612 money HKD
港币3.2亿元 | 320000000 money HKD
人民币1,200万元 | 12000000 money CNY
新臺幣八千六百萬元 | 86000000 money TWD
NT$3.2億 | 320000000 money TWD
US$4.8bn | 4800000000 money USD
HK$ 1.2 billion | 1200000000 money HKD
€1.2bn | 1200000000 money EUR
£3m | 3000000 money GBP
JPY 3bn | 3000000000 money JPY
¥500m | 500000000 money CNY
SEK 40m | 40000000 money SEK
kr 5m | 5000000 money SEK
₹12 crore | 120000000 money INR
Rs 5 lakh | 500000 money INR
Rs. 3.2 crore | 32000000 money INR
₹2 lakh crore | 2000000000000 money INR
30 MUSD | 30000000 money USD
75 USD million | 75000000 money USD
120万美金 | 1200000 money USD
5,000欧元 | 5000 money EUR
12 500 € | 12500 money EUR
€12 500 | 12500 money EUR
1.234,56 € | 1234.56 money EUR
€1.234.567 | 1234567 money EUR
CHF 1'250'000 | 1250000 money CHF
12,34,567 rupees | 1234567 money INR
45p | 0.45 money GBP
12-cent | 0.12 money USD
38 pence | 0.38 money GBP
15 dollars 50 cents | 15.5 money USD
half a million dollars | 500000 money USD
half a million pounds | 500000 money GBP
half million usd | 500000 money USD
two and a half million dollars | 2500000 money USD
a hundred and forty-seven million dollars | 147000000 money USD
１，２００万元 | 12000000 money CNY
2.2亿 | 220000000 money CNY
GMV1,862万元 | 18620000 money CNY
"""
SHARES = """
三至四成 | 30 percent
三四成 | 30 percent
3,5 % | 3.5 percent
12 and a half percent | 12.5 percent
2½ points | 2.5 score
2½ per cent | 2.5 percent
two-thirds of calls | 66.666667 percent
a quarter of the staff | 25 percent
cut by a quarter | 25 percent
cut by a third | 33.333333 percent
nine-tenths of orders | 90 percent
a fifth of spend | 20 percent
three-quarters | 75 percent
two fifths | 40 percent
five sixths | 83.333333 percent
2/3 of sites | 66.666667 percent
one in four | 25 percent
one in twenty-five | 4 percent
One finding in 200 | 0.5 percent
1 in 5 patients | 20 percent
2 in 5. | 40 percent
three out of five | 60 percent
halved | 50 percent
cut in half | 50 percent
half of all tickets | 50 percent
about a half stems | 50 percent
half as long | 50 percent
三分之一 | 33.333333 percent
三分之二 | 66.666667 percent
五分之三 | 60 percent
8分之1 | 12.5 percent
十分之一 | 10 percent
百分之五点二 | 5.2 percent
百分之三到五 | 3 percent
千分之二 | 0.2 percent
万分之三 | 3 basis_point
一半 | 50 percent
过半 | 50 percent
近半 | 50 percent
减半 | 50 percent
腰斩 | 50 percent
打六折 | 40 percent
六五折 | 35 percent
8.5折 | 15 percent
打对折 | 50 percent
7割 | 70 percent
7成 | 70 percent
三成半 | 35 percent
六成四 | 64 percent
近四成 | 40 percent
半成 | 5 percent
3.2個點 | 3.2 percentage_point
12個百分點 | 12 percentage_point
半个百分点 | 0.5 percentage_point
2.1pct | 2.1 percentage_point
2.1pp | 2.1 percentage_point
1.5 ppts | 1.5 percentage_point
25bps | 25 basis_point
30个基点 | 30 basis_point
3 percentage points | 3 percentage_point
12pc | 12 percent
12 per cent | 12 percent
-3.5% | 3.5 percent
±2% | 2 percent
▲3.2% | 3.2 percent
１２．５％ | 12.5 percent
ERP3.6分 | 3.6 score
~40% | 40 percent
22 cents of every dollar | 22 percent
4.2/5 | 4.2 score
61 out of 100 | 61 score
availability figures 1.5 points up | 1.5 score
by a full point | 1 score
half a point below | 0.5 score
half a percentage point | 0.5 percentage_point
百分之七十 | 70 percent
七成 六 | 76 percent
约六成本来就会登记 | 60 percent
"""
MULTIPLES = """
two and a half times | 2.5 times
doubled | 2 times
twice as fast | 2 times
tripled | 3 times
quadrupled | 4 times
fivefold | 5 times
tenfold | 10 times
a 3-fold rise | 3 times
5x faster | 5 times
grew three times | 3 times
1.6 times their | 1.6 times
翻了一番 | 2 times
翻番 | 2 times
翻倍 | 2 times
翻两番 | 4 times
翻了三番 | 8 times
一倍半 | 1.5 times
两倍半 | 2.5 times
三倍 | 3 times
1.5倍 | 1.5 times
"""
DURATIONS = """
三四天 | 3 duration_day
两三个月 | 2 duration_month
四到六天 | 4 duration_day
1小時50分 | 0.076389 duration_day
3分15秒 | 0.002257 duration_day
2分钟30秒 | 0.001736 duration_day
5分半钟 | 0.003819 duration_day
1小时10分 | 0.048611 duration_day
7个半小时 | 0.3125 duration_day
一个半月 | 1.5 duration_month
两年半 | 30 duration_month
两年零三个月 | 27 duration_month
三天半 | 3.5 duration_day
两个多小时 | 0.083333 duration_day
半个月 | 0.5 duration_month
半小时 | 0.020833 duration_day
半个多小时 | 0.020833 duration_day
一刻钟 | 0.010417 duration_day
5個工作天 | 5 duration_day
12个工作日 | 12 duration_day
an hour and a half | 0.0625 duration_day
an hour and ten minutes | 0.048611 duration_day
two hours and fifteen minutes | 0.09375 duration_day
a year and a half | 18 duration_month
1 minute 30. | 0.001042 duration_day
2 min 05 s | 0.001447 duration_day
1h30 | 0.0625 duration_day
1 hr 20 min | 0.055556 duration_day
7:20 minutes | 0.005093 duration_day
1:30 hours | 0.0625 duration_day
half an hour | 0.020833 duration_day
half a year | 6 duration_month
half a day | 0.5 duration_day
took a day | 1 duration_day
within an hour | 0.041667 duration_day
two years and three months | 27 duration_month
four days | 4 duration_day
a third of a year | 4 duration_month
36小时 | 1.5 duration_day
核对工时每月少1,260小时 | 52.5 duration_day
"""
COUNTS = """
十幾萬人次 | 100000 count
上百人 | 100 count
近千名员工 | 1000 count
上万户 | 10000 count
三万五千件 | 35000 count
六百来万 | 6000000 count
三五百万 | 3000000 count
a quarter of a million conversations | 250000 count
three quarters of a million | 750000 count
½ million | 500000 count
one hundred and twenty-five | 125 count
a dozen incidents | 12 count
two dozen staff | 24 count
half a dozen vendors | 6 count
860万 | 8600000 count
2.2亿人 | 220000000 count
1,200 person-hours | 1200 count
420 hours | 420 count
more than 1.2 million users | 1200000 count
c. 3.5m | 3500000 count
5.4 tonnes | 5.4 count
1,200 kWh | 1200 count
"""
NOTHING = """
成本
H100 GPUs on 5G
PM2.5 levels
the second half of the year
first half of the programme
a quarter ago
twice a week
at a point of sale
万一发生
third party
a third party
a fifth wave
T+3
成立三成功
半年度报告
上半年
二维码
COVID-19
third quarter
meeting at 14:30
Basel 3
Stage 3 gate
"""


def lines(table: str) -> list[tuple[str, ...]]:
    return [tuple(part.strip() for part in line.split("|")) for line in table.splitlines() if line]


def only(text: str) -> Quantity:
    found = find_quantities(normalise(text))
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(("text", "expected"), lines(MONEY + SHARES + MULTIPLES + DURATIONS + COUNTS))
def test_a_wording_has_its_exact_value_and_unit(text: str, expected: str) -> None:
    found = only(text)
    value, unit, *currency = expected.split()
    assert (found.value, found.unit, found.currency) == (Decimal(value), unit, currency[0] if currency else None)


@pytest.mark.parametrize("text", [text for (text,) in lines(NOTHING)])
def test_a_wording_that_names_no_quantity_yields_none(text: str) -> None:
    assert find_quantities(normalise(text)) == []


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("四到六天", 4, 6),
        ("三五百万元", 3_000_000, 5_000_000),
        ("三至四成", 30, 40),
        ("百分之三到五", 3, 5),
        ("十七八万元", 170_000, 180_000),
    ],
)
def test_a_range_said_as_one_numeral_keeps_both_ends(text: str, low: int, high: int) -> None:
    found = only(text)
    assert (found.value, found.high) == (Decimal(low), Decimal(high))


def test_a_number_that_is_the_tail_of_a_name_counts_only_with_a_unit() -> None:
    assert find_quantities("SRV1862 down") == []
    assert only("GMV1,862万元").start == 3
