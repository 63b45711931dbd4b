"""A clue, the visit it leads to, what was found there until it is put right, the figures, and what the public reads.

Everything is done through the gateway, by the people who do it in the field; what the public reads, by nobody. All of
it is invented.
"""

import csv
import io
import re
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio

from gateway.identity.demo_users import demo_id
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period, PeriodKind
from shared.ids import uuid7
from shared.times import day_of, now
from tests.flows.people import DISTRICT, TOWN, Person
from tests.flows.stage import Stage
from tests.services.inspection.checklists.lists import file, item
from tests.services.inspection.factories import business, invented_uscc
from tests.services.inspection.visit_records.contents import photo, send, upload, visit
from tests.waiting import eventually

API = "/api/inspection/v1"
NAME = "演示<b>面馆</b>（虚构）"
VILLAGE = "330203001001"
VISITED_AT = now() - timedelta(days=20)
REASON = "后厨李某（虚构）没有健康证"
WHO = ("演示检查员甲（虚构）", "演示检查员乙（虚构）", "演示店主（虚构）")
BEFORE, AFTER = "a1" * 32, "b2" * 32


@dataclass(frozen=True, slots=True)
class Flow:
    """A business about which somebody in the grid has said something."""

    stage: Stage
    shop: dict[str, Any]
    clue: dict[str, Any]
    checklist: dict[str, Any]

    def person(self, role: Role) -> Person:
        return self.stage.people[role]

    @property
    def inspector(self) -> Person:
        return self.stage.people[Role.INSPECTOR]

    @property
    def office(self) -> Person:
        return self.stage.people[Role.FOOD_SAFETY_OFFICE]

    @asynccontextmanager
    async def terminal(self) -> AsyncIterator[httpx.AsyncClient]:
        """The inspector's device, back in the network."""
        headers = {"Authorization": self.inspector.http.headers["Authorization"]}
        address = self.stage.platform.address_of(Unit.GATEWAY) + "/api/inspection"
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as device:
            yield device

    @asynccontextmanager
    async def public(self) -> AsyncIterator[httpx.AsyncClient]:
        """Somebody in the street: no token, no cookie."""
        async with httpx.AsyncClient(base_url=self.stage.platform.address_of(Unit.GATEWAY), timeout=60) as client:
            yield client

    async def figure(self, code: str, on: date) -> tuple[int, int]:
        """A figure of the month of a day, which must be the sum of the rows that are shown for it."""
        period = str(Period.containing(on, PeriodKind.MONTH))
        asked = {"region": DISTRICT, "period": period}
        shown = await self.person(Role.LEADER).get(f"{API}/figures/{code}", **asked)
        rows = await self.person(Role.LEADER).all(f"{API}/figures/{code}/rows", **asked)
        sums = [sum(Decimal(row[part]) for row in rows) for part in ("numerator", "denominator")]
        assert Decimal(shown["numerator"] or 0) == sums[0], code
        assert shown["denominator"] is None or Decimal(shown["denominator"]) == sums[1], code
        return int(sums[0]), int(sums[1])


@pytest_asyncio.fixture
async def flow(stage: Stage) -> Flow:
    office, officer = stage.people[Role.FOOD_SAFETY_OFFICE], stage.people[Role.GRID_OFFICER]
    shop = await office.post(
        f"{API}/businesses", business(name=NAME, uscc=invented_uscc(77), region_code=TOWN, kind="small_catering")
    )
    clue = {
        "cell_code": VILLAGE,
        "business_id": shop["id"],
        "place": "演示路 8 号（虚构）",
        "what": "后厨堆放杂物（演示）",
        "found_at": (VISITED_AT - timedelta(days=1)).isoformat(),
    }
    reported = await officer.put(f"{API}/clues/{uuid7()}", clue)
    return Flow(stage, shop, reported, await _published_list(office))


async def _published_list(office: Person) -> dict[str, Any]:
    """A list of the district for small restaurants, in force for a year, as terminals pin it."""
    since = str(day_of(now()) - timedelta(days=365))
    header = {"code": "flow-demo", "kinds": ["small_catering"], "issued_on": since, "effective_on": since}
    made = file(item("1", key=True), item("2"), item("3"), header=header)
    draft = await office.post(f"{API}/checklists", made)
    body = {"applies_from": str(day_of(now()) - timedelta(days=300))}
    path = f"{API}/checklists/flow-demo/versions/{draft['number']}"
    published = await office.step(f"{path}/publication", draft["version"], **body)
    return {
        "code": "flow-demo",
        "number": published["number"],
        "version_id": published["id"],
        "sha256": published["sha256"],
    }


def visited(flow: Flow) -> dict[str, Any]:
    """What two inspectors wrote down twenty days ago, without a network."""
    signatures = [
        {
            "role": "business" if "店主" in name else "inspector",
            "name": name,
            "sha256": photo(2000 + index)[1],
            "signed_at": VISITED_AT.isoformat(),
        }
        for index, name in enumerate(WHO)
    ]
    me, colleague = demo_id(Role.INSPECTOR, DISTRICT), UUID(int=2)
    document = visit(
        flow.checklist,
        business_id=flow.shop["id"],
        unregistered_place="",
        business_kind="small_catering",
        region_code=TOWN,
        answers={"1": {"finding": "passed"}, "2": {"finding": "failed", "reason": REASON}, "3": {"finding": "passed"}},
        began_at=VISITED_AT.isoformat(),
        ended_at=(VISITED_AT + timedelta(hours=1)).isoformat(),
        inspectors=[{"user_id": str(me), "name": WHO[0]}, {"user_id": str(colleague), "name": WHO[1]}],
        signatures=signatures,
    )
    document["saved"] |= {"by": str(me), "by_name": WHO[0]}
    return document


async def delivered(flow: Flow) -> UUID:
    """The device sends the visit first and the signatures afterwards; with the last one it is complete."""
    record_id, document = uuid7(), visited(flow)
    async with flow.terminal() as device:
        first = await send(device, record_id, document)
        assert (first.status_code, first.json()["state"]) == (201, "awaiting_files"), first.text
        for index in range(len(WHO)):
            await upload(device, photo(2000 + index)[0])
        again = await send(device, record_id, document)
        assert (again.status_code, again.json()["state"]) == (200, "complete"), again.text
    return record_id


async def corrected(flow: Flow, record_id: UUID) -> dict[str, Any]:
    """The finding is ordered put right within ten days, which pass; it is overdue."""
    found = await flow.office.one(f"{API}/corrections", visit=str(record_id))
    path, at = f"{API}/corrections/{found['id']}", (VISITED_AT + timedelta(hours=2)).isoformat()
    note = {"affects_safety": False, "note": "不影响食品安全（演示）", "at": at}
    found = await flow.inspector.step(f"{path}/assessment", found["version"], **note)
    order = {"document_number": "演示责改〔2026〕77号", "demand": "十日内清理（演示）", "length": 10}
    found = await flow.inspector.step(f"{path}/orders", found["version"], **order, unit="calendar_day", at=at)
    await flow.stage.sweep_clocks()
    await eventually(flow.stage.ledger.all_delivered)
    shown: dict[str, Any] = await flow.inspector.get(path)
    return shown


async def test_from_the_clue_to_what_the_public_reads(flow: Flow) -> None:
    today = day_of(now())
    pack = await flow.inspector.get(f"{API}/task-packs/mine")
    assert flow.shop["id"] in {one["id"] for one in pack["businesses"]}, "the device takes the business along"

    record_id = await delivered(flow)
    await flow.office.step(
        f"{API}/clues/{flow.clue['id']}/referral", flow.clue["version"], kind="visit", reference=str(record_id)
    )
    assert await flow.figure("inspection.finding_rate", day_of(VISITED_AT)) == (1, 1)
    assert await flow.figure("inspection.problems_found", day_of(VISITED_AT)) == (1, 0)

    correction = await corrected(flow, record_id)
    due = datetime.fromisoformat(correction["orders"][0]["clock"]["due_at"])
    assert await flow.figure("inspection.overdue_corrections", today) == (1, 0)
    assert await flow.figure("inspection.correction_closing_rate", day_of(due)) == (0, 1)

    await recheck_and_close(flow, correction)
    assert await flow.figure("inspection.overdue_corrections", today) == (0, 0)
    assert await flow.figure("inspection.correction_closing_rate", day_of(due)) == (0, 1), "late stays late"

    await answer_clue(flow)
    await nothing_is_public(flow)
    await publish(flow, record_id)
    await everybody_reads(flow, record_id, today)
    await the_timeline_tells_it(flow)


async def recheck_and_close(flow: Flow, correction: dict[str, Any]) -> None:
    path = f"{API}/corrections/{correction['id']}"
    reported = await flow.inspector.step(
        f"{path}/completion-report", correction["version"], note="已清理（演示）", evidence_after=[BEFORE]
    )
    passed = await flow.inspector.step(
        f"{path}/rechecks", reported["version"], result="passed", note="已清理（演示）", evidence_after=[AFTER]
    )
    closed = await flow.inspector.step(f"{path}/closure", passed["version"])
    assert (closed["state"], closed["ended_because"], closed["missing"]) == ("closed", "corrected", [])


async def answer_clue(flow: Flow) -> None:
    clue = await flow.office.get(f"{API}/clues/{flow.clue['id']}")
    answered = await flow.office.step(
        f"{API}/clues/{clue['id']}/answer", clue["version"], outcome="substantiated", answer="已责令改正（演示）"
    )
    assert answered["state"] == "answered"
    assert await flow.figure("inspection.clues_answered_in_time", day_of(now())) == (1, 1)


async def nothing_is_public(flow: Flow) -> None:
    async with flow.public() as public:
        assert (await public.get(f"{API}/public-results/{flow.shop['id']}")).status_code == 404
        page = await public.get(f"/results/{flow.shop['id']}", headers={"accept": "text/html"})
        assert (page.status_code, "没有已公布的检查结果" in page.text) == (404, True)


async def publish(flow: Flow, record_id: UUID) -> None:
    record = await flow.office.get(f"{API}/visit-records/{record_id}")
    await flow.office.step(f"{API}/visit-records/{record_id}/publication", record["version"])


async def everybody_reads(flow: Flow, record_id: UUID, today: date) -> None:
    async with flow.public() as public:
        told = (await public.get(f"{API}/public-results/{flow.shop['uscc']}")).json()
        [result] = told["businesses"][0]["results"]
        assert (result["record_id"], result["verdict"]) == (str(record_id), "基本符合")
        assert [(one["number"], one["corrected_on"]) for one in result["failed"]] == [("2", today.isoformat())]
        rows = (await public.get(f"{API}/open-data/inspection-results")).json()["items"]
        assert [row["record_id"] for row in rows] == [str(record_id)]
        bundle = await public.get(f"{API}/open-data/lives/{DISTRICT}")
        with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
            [violation] = csv.DictReader(io.StringIO(archive.read("violations.csv").decode(), newline=""))
        assert (violation["business_id"], violation["code"]) == (flow.shop["id"], "2")

        page = await public.get(f"/results/{flow.shop['uscc']}")
        assert page.status_code == 200
        assert page.headers["cache-control"] == "public, max-age=300"
        assert "set-cookie" not in page.headers, "what one person's browser got may be kept for everybody"
        assert "演示&lt;b&gt;面馆&lt;/b&gt;（虚构）" in page.text
        assert "<script" not in page.text
        assert not re.search(r"<form|<input", page.text)
        for words in ("基本符合", "第 2 项（虚构）", "已整改", "哪些不公布", told["licence"]):
            assert words in page.text, words
        answers = (page.text, str(told), str(rows), bundle.content.decode("utf-8", errors="ignore"))
        for secret in (REASON, *WHO, "后厨堆放杂物"):
            assert not any(secret in answer for answer in answers), secret
        assert (await public.get(f"{API}/visit-results")).status_code == 401, "nothing else is open"


async def the_timeline_tells_it(flow: Flow) -> None:
    entries = await flow.office.all(f"{API}/businesses/{flow.shop['id']}/timeline")
    assert [entry["kind"] for entry in sorted(entries, key=lambda one: str(one["id"]))] == [
        "registered",
        "clue_reported",
        "inspected",
        "correction_opened",
        "correction_moved",
        "correction_moved",
        "correction_moved",
        "correction_closed",
        "clue_answered",
        "result_published",
    ]
