"""The three users' journeys over real HTTP, with a server and a worker in processes of their own."""

import io
from decimal import Decimal
from typing import Any

import httpx2
import openpyxl

from service.api import examples
from tests.e2e.conftest import ended
from tests.service.api.test_work_over_http import COSTS, MAPPING

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sent(answer: httpx2.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_cfo_goes_from_cost_files_to_a_signed_scenario(http: httpx2.Client) -> None:
    sent(http.post("/uploads", params={"kind": "cost_file", "name": "costs.csv"}, content=COSTS), 201)
    mapping = sent(http.post("/uploads", params={"kind": "mapping", "name": "ledger.toml"}, content=MAPPING), 201)
    made = ended(http, http.post("/imports", json={"input": mapping["data"][0]["id"]}))
    view = sent(http.get("/views/finance", params={"import": made["import"], "by": "pool"}), 200)
    costs = [Decimal(line.split(",")[3]) for line in COSTS.splitlines()[1:]]
    assert sum(Decimal(row["amount"]) for row in view["data"]) == sum(costs)
    portfolio = sent(http.post("/portfolios", json=examples.PROBLEM), 201)["portfolio"]["id"]
    base = sent(http.post("/scenarios", json={"name": "base", "portfolio": portfolio}), 201)["scenario"]["id"]
    cut = {"name": "money -10 %", "parent": base, "set": ["money limits=-10%"]}
    asked = [http.post("/scenarios", json=cut, headers={"Idempotency-Key": "cut-10"}) for _ in range(2)]
    assert asked[0].json() == asked[1].json()
    scenario = sent(asked[0], 201)["scenario"]["id"]
    why = sent(http.get(f"/scenarios/{scenario}/explanation", params={"candidate": "P-2"}), 200)
    assert why["candidates"][0]["because"] == ["capex:2027"]
    sides = sent(http.get("/comparisons", params={"scenarios": f"{base},{scenario}"}), 200)["data"]
    assert [side["objective"] for side in sides] == [400000.0, 400000.0]
    points = ended(http, http.post(f"/scenarios/{scenario}/frontier", params={"points": 3}))["points"]
    assert points == 3
    book = http.get(f"/scenarios/{scenario}/export", headers={"Accept": XLSX})
    assert "Options" in openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    seen = {"If-Match": http.get(f"/scenarios/{scenario}").headers["etag"]}
    signed = http.post(f"/scenarios/{scenario}/adopt", json={"business": "CFO", "technology": "CIO"}, headers=seen)
    assert sent(signed, 200)["scenario"]["state"] == "adopted"


def test_a_planner_sees_a_breach_coming_after_yesterdays_actuals(http: httpx2.Client) -> None:
    params = {"name": "towers", "freq": "d", "season": "7", "windows": "7d", "effort": "quick"}
    panel = sent(http.post("/panels", params=params, content=examples.PANEL), 201)["panel"]["id"]
    ended(http, http.post(f"/panels/{panel}/forecasts"))
    before = sent(http.get("/towers/Compute/capacity", params={"window": "7d", "panel": panel}), 200)["data"]
    rows = "unique_id,ds,y,tower,unit,capacity\n" + "".join(
        f"cpu,2026-{month:02d}-{day:02d},{90 + 8 * (day % 7)},Compute,cores,120\n"
        for month, days in ((1, (31,)), (2, range(1, 29)))
        for day in days
    )
    assert sent(http.post(f"/panels/{panel}/rows", content=rows), 200)["new"] == 29
    ended(http, http.post(f"/panels/{panel}/forecasts"))
    after = sent(http.get("/towers/Compute/capacity", params={"window": "7d", "panel": panel}), 200)["data"]
    was, now = (next(row for row in rows_ if row["unique_id"] == "cpu") for rows_ in (before, after))
    assert was["shortfall"] == 0.0
    assert now["shortfall"] > 0
    assert now["exceedance"] > was["exceedance"]
    peaks = sent(http.get("/towers/Compute/peaks", params={"window": "7d", "level": 0.95}), 200)
    units = {row["unique_id"]: row["unit"] for row in peaks["data"]}
    assert (peaks["meta"]["kind"], units["cpu"]) == ("forecast", "cores")


def test_an_analyst_pages_filters_and_comes_back_for_what_changed(http: httpx2.Client) -> None:
    series = "".join(
        f"vm{number:02d},2026-01-{day:02d},{number + day}\n" for number in range(8) for day in range(1, 16)
    )
    params = {"name": "fleet", "freq": "d"}
    panel = sent(http.post("/panels", params=params, content=f"unique_id,ds,y\n{series}"), 201)["panel"]["id"]
    seen, link = [], f"/api/v1/panels/{panel}/rows?limit=50&sort=unique_id&fields=unique_id,ds,y"
    while link:
        page = sent(http.get(link.removeprefix("/api/v1")), 200)
        seen += [(row["unique_id"], row["ds"]) for row in page["data"]]
        link = page["links"]["next"]
    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen)
    rows = sent(http.get(f"/panels/{panel}/rows", params={"unique_id": "vm03", "limit": 1000}), 200)["data"]
    assert [row["y"] for row in sorted(rows, key=lambda row: str(row["ds"]))] == [
        float(3 + day) for day in range(1, 16)
    ]
    last = sent(http.get(f"/panels/{panel}/rows", params={"updated_since": "2020-01-01", "limit": 1000}), 200)
    sent(http.post(f"/panels/{panel}/rows", json={"rows": [{"unique_id": "vm03", "ds": "2026-01-16", "y": 99}]}), 200)
    since = {"updated_since": last["meta"]["next_updated_since"], "sort": "-sequence", "limit": 1}
    newest = sent(http.get(f"/panels/{panel}/rows", params=since), 200)["data"][0]
    assert (newest["unique_id"], newest["ds"], newest["y"]) == ("vm03", "2026-01-16T00:00:00", 99.0)
    csv = http.get(f"/panels/{panel}/rows", params={"limit": 5}, headers={"Accept": "text/csv"})
    assert len(csv.text.splitlines()) == 6
    assert 'rel="next"' in csv.headers["link"]
