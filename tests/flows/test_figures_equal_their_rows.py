"""Whatever happens in the field, every figure of every service is the sum of the records behind it."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

from shared.contracts.codes import Role
from shared.times import day_of, now
from tests.flows.figures import assert_figures_equal_their_rows
from tests.flows.market import Market, as_record, open_market, register_business
from tests.flows.people import DISTRICT, TOWN, Person
from tests.flows.stage import Stage
from tests.waiting import eventually

OTHER_TOWN = "330203002000"
SEED = 20260724


async def test_after_a_hundred_random_doings(stage: Stage) -> None:
    """Tests come, are corrected and confirmed; sites, sellers and lots change; whistles and visits go their ways."""
    office = stage.people[Role.FOOD_SAFETY_OFFICE]
    field = Field(stage, await open_market(office, "FLOW-001"), Random(SEED))
    for _ in range(100):
        await field.do_something()
    await eventually(stage.ledger.all_delivered)
    assert await assert_figures_equal_their_rows(stage.platform) > 500
    idle = [doing.__name__ for doing in field.doings if not field.done[doing.__name__]]
    assert idle == []


@dataclass
class Field:
    """Somebody does something; what the platform may refuse, it may refuse."""

    stage: Stage
    market: Market
    random: Random

    def __post_init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.sent: list[dict[str, Any]] = []
        self.doings: list[Callable[[], Awaitable[bool]]] = [
            *(self.tests_are_sent, self.a_test_is_corrected, self.a_duplicate_is_confirmed),
            *(self.a_whistle_takes_a_step, self.a_whistle_takes_a_step, self.a_whistle_takes_a_step),
            *(self.a_visit_is_made, self.a_site_changes, self.a_business_changes),
            *(self.a_lot_is_held, self.a_hold_is_released),
        ]

    async def do_something(self) -> None:
        doing = self.random.choice(self.doings)
        self.done[doing.__name__] += await doing()

    @property
    def inspector(self) -> Person:
        return self.stage.people[Role.INSPECTOR]

    @property
    def office(self) -> Person:
        return self.stage.people[Role.FOOD_SAFETY_OFFICE]

    async def tests_are_sent(self) -> bool:
        records = [self._record() for _ in range(self.random.randint(1, 8))]
        if self.sent:
            again = dict(self.random.choice(self.sent)) | {"id": str(uuid4())}
            records.append(again)
        self.sent += records
        body = {"records": records}
        answer = await self.inspector.post("/api/sampling/v1/rapid-test-submissions", body)
        return bool(answer["accepted"])

    async def a_test_is_corrected(self) -> bool:
        test = await self._any("/api/sampling/v1/rapid-tests", superseded="false", suspected_duplicates="false")
        if test is None:
            return False
        record = self._record()
        del record["id"], record["site"]
        path = f"/api/sampling/v1/rapid-tests/{test['id']}/corrections"
        return self._is_done(await self.inspector.attempt("POST", path, record | {"reason": "演示：录错"}))

    async def a_duplicate_is_confirmed(self) -> bool:
        test = await self._any("/api/sampling/v1/rapid-tests", suspected_duplicates="true")
        if test is None:
            return False
        path = f"/api/sampling/v1/rapid-tests/{test['id']}/confirmation"
        return self._is_done(await self.inspector.attempt("POST", path, None))

    async def a_whistle_takes_a_step(self) -> bool:
        whistle = await self._any("/api/sampling/v1/whistles")
        if whistle is None:
            return False
        outcome = self.random.choice(["confirmed", "unconfirmed", "unreachable"])
        quantity = self.random.choice(["0", "1", whistle["held_quantity"] or "3"])
        steps: dict[str, dict[str, Any]] = {
            "notice": {},
            "objection": {"note": "演示：有异议"},
            "repeats": {"verdict": "negative"},
            "statutory-sample": {"sample_number": f"演示-{uuid4().hex[:8]}", "same_lot": self.random.random() < 0.7},
            "outcome": {"outcome": outcome, "note": "演示：检验报告"},
            "disposals": {"quantity": quantity, "unit": whistle["unit"] or "公斤", "note": "演示：深埋"},
            "stop-sale-release": {"note": "演示：同批检验合格"},
            "closure": {"note": "演示：办结"},
        }
        step = self.random.choice(list(steps))
        path = f"/api/sampling/v1/whistles/{whistle['id']}/{step}"
        return self._is_done(await self.inspector.attempt("POST", path, steps[step], whistle["version"]))

    async def a_visit_is_made(self) -> bool:
        visit = await self._any("/api/inspection/v1/visits", state="scheduled")
        if visit is None:
            return False
        found = {"visited_at": now().isoformat(), "outcome": "in_order", "notes": "演示：未发现问题"}
        path = f"/api/inspection/v1/visits/{visit['id']}/completion"
        return self._is_done(await self.inspector.attempt("POST", path, found))

    async def a_site_changes(self) -> bool:
        site = await self.office.get(f"/api/sampling/v1/test-sites/{self.market.site_id}")
        body = {name: value for name, value in site.items() if name not in ("id", "version", "code")}
        body |= {"active": not site["active"] or self.random.random() < 0.5, "region_code": self._town()}
        path = f"/api/sampling/v1/test-sites/{self.market.site_id}"
        return self._is_done(await self.office.attempt("PUT", path, body, site["version"]))

    async def a_business_changes(self) -> bool:
        number = self.random.randrange(10**6)
        if self.random.random() < 0.3:
            await register_business(self.office, uuid4(), f"演示商户 {number}（虚构）", "sales", self._town())
            return True
        business = await self._any("/api/inspection/v1/businesses", kind="sales")
        assert business is not None
        body = {
            name: value for name, value in business.items() if name not in ("id", "version", "registered_at", "doubts")
        }
        body |= {
            "status": self.random.choice(["active", "active", "suspended", "closed"]),
            "kind": self.random.choice(["sales", "sales", "catering"]),
            "region_code": self._town(),
        }
        path = f"/api/inspection/v1/businesses/{business['id']}"
        return self._is_done(await self.office.attempt("PUT", path, body, business["version"]))

    async def a_lot_is_held(self) -> bool:
        code = f"DEMO-{self.random.randrange(5)}"
        body = {"code": code, "product_name": "菠菜", "holder_name": "演示农户（虚构）", "region_code": self._town()}
        await self.inspector.attempt("POST", "/api/traceability/v1/lots", body)
        lot = await self._any("/api/traceability/v1/lots")
        assert lot is not None
        path = f"/api/traceability/v1/lots/{lot['id']}/holds"
        return self._is_done(await self.inspector.attempt("POST", path, {"reason": "演示：等待核查"}))

    async def a_hold_is_released(self) -> bool:
        hold = await self._any("/api/traceability/v1/lot-holds", state="in_force")
        if hold is None:
            return False
        path = f"/api/traceability/v1/lot-holds/{hold['id']}/release"
        return self._is_done(await self.inspector.attempt("POST", path, {"reason": "演示：复检合格"}, hold["version"]))

    def _record(self) -> dict[str, Any]:
        day = day_of(now()) - timedelta(days=self.random.choice([0, 0, 1, 20, 45, 100, 400]))
        value = self.random.choice(["3.5", "12.5", "49.9", "50", "67.5", "88", "118", "-30"])
        row = self.market.row(self.random.randrange(60), day, 检测值=value, 仪器记录号="")
        row["批号"] = self.random.choice(["", "DEMO-1", "DEMO-2", f"DEMO-{uuid4().hex[:6]}"])
        row["检测项目"] = self.random.choice(["农药残留", "农药残留", "农药残留", "没有登记的项目"])
        return as_record(row)

    def _town(self) -> str:
        return self.random.choice([TOWN, OTHER_TOWN])

    async def _any(self, path: str, **parameters: str) -> Any:
        rows = await self.inspector.all(path, region=DISTRICT, **parameters)
        return self.random.choice(rows) if rows else None

    def _is_done(self, response: Any) -> bool:
        """Refused for the field's own reasons is fine; anything else is a defect."""
        assert response.is_success or response.status_code in (409, 422), response.text
        return bool(response.is_success)
