"""Everybody and everything that a year of statutory sampling needs, and its steps as they are done in the field.

Time is data: who writes something down later says when it was. The days lie in the spring of 2026, whose working days
are announced, so that no end of a term is provisional. All of it is invented.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from gateway.identity.demo_users import demo_business_id
from gateway.identity.keys import open_key_ring
from gateway.identity.tokens import TokenIssuer
from shared.contracts.codes import Role, Unit
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import SHANGHAI
from tests.flows.market import register_business
from tests.flows.people import DISTRICT, TOWN, Person
from tests.flows.stage import Stage
from tests.services.sampling.apart import laboratory_body, reception, sampler_body
from tests.services.sampling.samples.factory import FILES, form_of
from tests.waiting import eventually

API = "/api/sampling/v1"
TOMATO, ITEM = "33.02.01.01", "吡虫啉"
"""番茄, which may hold at most 1 mg/kg of imidacloprid (GB 2763-2026, in force since March 2026)."""

SELLER, PRODUCER = demo_business_id(DISTRICT), UUID("0199f3a0-c1d2-7c5e-8a7b-00000000e002")
SELLER_NAME, PRODUCER_NAME = "演示生鲜超市（虚构）", "演示蔬菜合作社（虚构）"
INHABITANTS = 20_000


def at(month: int, day: int, hour: int = 10) -> str:
    """A moment of 2026 in Shanghai."""
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI).isoformat()


@dataclass(frozen=True, slots=True)
class Laboratory:
    """An organisation with one who tests and one who signs."""

    id: UUID
    tester: Person
    signatory: Person


@dataclass(frozen=True, slots=True)
class Cast:
    """The platform of a flow with its laboratories, samplers and parties. The third laboratory only tests again."""

    stage: Stage
    laboratories: Mapping[UUID, Laboratory]
    samplers: Mapping[UUID, Person]
    uscc: Mapping[UUID, str]

    @property
    def office(self) -> Person:
        return self.stage.people[Role.FOOD_SAFETY_OFFICE]

    @property
    def handler(self) -> Person:
        return self.stage.people[Role.CASE_HANDLER]

    @property
    def leader(self) -> Person:
        return self.stage.people[Role.LEADER]

    async def all_heard(self) -> None:
        await eventually(self.stage.ledger.all_delivered)

    async def drawn(self, task_id: str, **body: Any) -> Any:
        """Draw samplers and a laboratory for the task, as of the day on which it is sampled."""
        return await self.office.post(f"{API}/sampling-tasks/{task_id}/assignment-draws", body)

    async def taken(self, task_id: str, draw: Any, day: tuple[int, int], **blocks: Any) -> Any:
        """The first of the samplers drawn takes tomatoes with his phone, sending everything twice as phones do."""
        first, second = map(UUID, draw["sampler_ids"])
        phone = self.samplers[first]
        for sha256, content in FILES.items():
            answer = await phone.http.put(f"{API}/sample-attachments/{sha256}", content=content)
            assert answer.is_success, answer.text
        form = form_of(first, second, **_tomatoes(day, self.uscc) | blocks)
        path = f"{API}/samples/{uuid7()}"
        for _ in range(2):
            draft = await phone.put(path, {"task_id": task_id, "form": form})
        for _ in range(2):
            sample = await phone.post(f"{path}/submission", {"revision": draft["revision"], "at": at(*day)})
        return sample

    async def received(self, sample: Any, draw: Any, day: tuple[int, int]) -> tuple[Laboratory, Any]:
        """The laboratory drawn takes the sample in by its blind code; what it sees of it."""
        laboratory = self.laboratories[UUID(draw["laboratory_id"])]
        path = f"{API}/laboratory/samples/{sample['blind_code']}/reception"
        [seal] = sample["form"]["sealing"]["test_seals"]
        seen = await laboratory.tester.post(path, reception(at=at(*day), seal_number=seal))
        return laboratory, seen

    async def issued(self, sample: Any, laboratory: Laboratory, body: Any, concluded_at: str | None = None) -> Any:
        """A report through the whole laboratory: data, conclusion, review by another, issue."""
        path = f"{API}/laboratory/reports/{sample['blind_code']}"
        report = await laboratory.tester.put(path, body)
        more = {"concluded_at": concluded_at} if concluded_at else {}
        report = await laboratory.tester.step(f"{path}/conclusion", report["version"], **more)
        report = await laboratory.signatory.step(f"{path}/review", report["version"])
        return await laboratory.signatory.step(f"{path}/issue", report["version"])

    async def case(self, sample: Any, side: str) -> Any:
        """One side's disposal case of a sample, with the path at which its steps are."""
        listed = await self.handler.one(f"{API}/disposal-cases", sample_id=sample["id"], side=side)
        path = f"{API}/disposal-cases/{listed['id']}"
        return await self.handler.get(path) | {"path": path}

    async def steps(self, path: str, steps: Sequence[tuple[str, Mapping[str, Any]]], by: Person | None = None) -> Any:
        """Steps of a record one after the other, each from the version that is read before it."""
        person, record = by or self.handler, None
        for name, body in steps:
            record = await person.step(f"{path}/{name}", (await person.get(path))["version"], **body)
        return record


@asynccontextmanager
async def cast(stage: Stage) -> AsyncIterator[Cast]:
    """Three laboratories and four samplers on the rosters, a seller and a producer on file, the population stated."""
    office = stage.people[Role.FOOD_SAFETY_OFFICE]
    issuer = TokenIssuer(open_key_ring(stage.gateway_settings), stage.gateway_settings.token_issuer)
    async with AsyncExitStack() as stack:

        async def person(role: Role, user_id: UUID, organisation_id: UUID, name: str) -> Person:
            actor = Actor(
                id=user_id,
                name=name,
                kind="user",
                roles=frozenset({role}),
                regions=(DISTRICT,),
                organisation_id=organisation_id,
                business_id=None,
                scopes=frozenset(),
            )
            client = httpx.AsyncClient(
                base_url=stage.platform.address_of(Unit.GATEWAY),
                headers={"Authorization": f"Bearer {issuer.issue(actor, timedelta(hours=1))}"},
                timeout=60,
            )
            return Person(await stack.enter_async_context(client))

        laboratories = {}
        for number in (1, 2, 3):
            house, name = uuid7(), f"演示检验所{number}（虚构）"
            serves = [] if number == 3 else [DISTRICT]
            body = laboratory_body(name=name, serves=serves, on_retest_roster=number > 1)
            await office.put(f"{API}/laboratories/{house}", body)
            people = [await person(Role.LABORATORY, uuid7(), house, f"{name}{word}") for word in ("主检", "审核")]
            laboratories[house] = Laboratory(house, *people)
        samplers, team = {}, uuid7()
        for number in (1, 2, 3, 4):
            user_id, name = uuid7(), f"演示抽样员{number}（虚构）"
            await office.put(f"{API}/samplers/{user_id}", sampler_body(name=name, organisation_id=str(team)))
            samplers[user_id] = await person(Role.SAMPLER, user_id, team, name)
        uscc = {}
        for business, name, kind in ((SELLER, SELLER_NAME, "sales"), (PRODUCER, PRODUCER_NAME, "farm")):
            uscc[business] = (await register_business(office, business, name, kind, TOWN))["uscc"]
        population = {"persons": INHABITANTS, "source": "演示公报（虚构）", "verified": False}
        administrator = stage.people[Role.ADMINISTRATOR]
        await administrator.put(f"/api/v1/regions/{DISTRICT}/populations/2026/resident", population)
        await eventually(stage.ledger.all_delivered)
        yield Cast(stage, laboratories, samplers, uscc)


def _tomatoes(day: tuple[int, int], uscc: Mapping[UUID, str]) -> dict[str, Any]:
    """The blocks of a form of packed tomatoes with their grower on the label."""
    month, number = day
    return {
        "basics": {"sampled_on": f"2026-{month:02d}-{number:02d}"},
        "sampled_party": {"name": SELLER_NAME, "business_id": str(SELLER), "licence_number": uscc[SELLER]},
        "producer": {"name": PRODUCER_NAME, "uscc": uscc[PRODUCER]},
        "goods": {
            "name": "番茄（盒装）",
            "category_code": TOMATO,
            "lot_code": "DEMO-L-008",
            "date_kind": "生产日期",
            "dated": f"2026-{month:02d}-{number - 1:02d}",
            "specification": "500 g/盒",
        },
    }


def imidacloprid(result: str, verdict: str = "qualified", **change: str) -> dict[str, str]:
    """One tested item of a report."""
    return {
        "item": ITEM,
        "result": result,
        "unit": "mg/kg",
        "requirement": "≤1",
        "requirement_unit": "mg/kg",
        "stated_verdict": verdict,
        "method": "GB 23200.121-2021",
        "basis": "GB 2763-2026",
        "lod_value": "0.01",
        "lod_unit": "mg/kg",
        "lod_kind": "quantitation",
    } | change
