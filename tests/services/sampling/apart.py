"""Invented samples, laboratories and people of different houses, for tests of who may see and do what."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.laboratories.models import Laboratory
from services.sampling.laboratory_assignments.models import LaboratoryAssignment
from services.sampling.samplers.models import Sampler
from services.sampling.samples.blind_codes import new_blind_code
from services.sampling.samples.models import Sample
from services.sampling.sampling_tasks.models import SamplingTask
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Link, SampleState, Stream
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.sampling.factories import HAISHU, STREET
from tests.tokens import TestKeys

PHOTO = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"


def today() -> date:
    return day_of(now())


def person(role: Role, *, house: UUID | None = None, user_id: UUID | None = None) -> Actor:
    """A person of one role, of a house of his own unless said otherwise."""
    return Actor(
        id=user_id or uuid4(),
        name="演示人员（虚构）",
        kind="user",
        roles=frozenset({role}),
        regions=(HAISHU,),
        organisation_id=house or uuid4(),
        business_id=None,
        scopes=frozenset(),
    )


async def signed_in(client_of: ClientOf, keys: TestKeys, actor: Actor) -> httpx.AsyncClient:
    """The sampling service as this person calls it."""
    client = await client_of(Unit.SAMPLING)
    house = str(actor.organisation_id) if actor.organisation_id else None
    token = keys.token(*actor.roles, regions=list(actor.regions), actor_id=actor.id, org=house)
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def laboratory_body(**change: Any) -> dict[str, Any]:
    return {
        "name": "演示检验所（虚构）",
        "region_code": HAISHU,
        "cma_number": "演示-CMA-001",
        "cma_valid_from": "2024-01-01",
        "cma_valid_to": "2099-12-31",
        "scope": [{"category_code": None, "items": None}],
        "serves": [HAISHU],
        "on_retest_roster": False,
        "contact_name": "演示联系人",
        "contact_phone": "0574-00000000",
        "active": True,
    } | change


def sampler_body(**change: Any) -> dict[str, Any]:
    return {
        "name": "演示抽样员（虚构）",
        "organisation_id": str(uuid4()),
        "organisation_name": "演示抽样队（虚构）",
        "region_code": HAISHU,
        "valid_from": "2024-01-01",
        "valid_to": "2099-12-31",
        "leaves": [],
        "active": True,
    } | change


async def stored_laboratory(session: AsyncSession, **change: Any) -> Laboratory:
    fields = laboratory_body() | {"id": uuid7()} | change
    for name in ("cma_valid_from", "cma_valid_to"):
        fields[name] = date.fromisoformat(str(fields[name]))
    laboratory = Laboratory(**fields)
    session.add(laboratory)
    await session.flush()
    return laboratory


async def stored_sampler(session: AsyncSession, **change: Any) -> Sampler:
    fields = sampler_body() | {"id": uuid7(), "organisation_id": uuid4()} | change
    for name in ("valid_from", "valid_to"):
        fields[name] = date.fromisoformat(str(fields[name]))
    sampler = Sampler(**fields)
    session.add(sampler)
    await session.flush()
    return sampler


async def stored_task(session: AsyncSession, **change: Any) -> SamplingTask:
    fields: dict[str, Any] = {
        "number": f"演示-{uuid4().hex}",
        "stream": Stream.SUPERVISION,
        "link": Link.CIRCULATION,
        "task_source": "（演示）区级监督抽检",
        "region_code": STREET,
        "bureau_code": HAISHU,
        "quantity": 3,
    }
    task = SamplingTask(**fields | change)
    session.add(task)
    await session.flush()
    return task


async def taken_sample(session: AsyncSession, **change: Any) -> Sample:
    """An invented sample that was taken yesterday, with its history so far."""
    moment = now() - timedelta(days=1)
    fields: dict[str, Any] = {
        "id": uuid7(),
        "number": f"XBJ{uuid4().int % 10**17:017d}",
        "blind_code": new_blind_code(),
        "stream": Stream.SUPERVISION,
        "link": Link.CIRCULATION,
        "task_source": "（演示）区级监督抽检",
        "region_code": STREET,
        "bureau_code": HAISHU,
        "category_code": None,
        "food_name": "草鱼",
        "sampled_party_name": "演示水产摊（虚构）",
        "producer_name": None,
        "lot_code": None,
        "production_date": None,
        "sampled_on": day_of(moment),
        "form": {"goods": {"name": "草鱼", "quantity": "3.0", "backup_quantity": "1.5", "quantity_unit": "kg"}},
        "state": SampleState.TAKEN,
        "taken_at": moment,
        "entries": [],
    }
    sample = Sample(**fields | change)
    session.add(sample)
    await session.flush()
    return sample


async def sent(session: AsyncSession, sample: Sample, laboratory: Laboratory, items: tuple[str, ...] = ()) -> Sample:
    """The sample goes to this laboratory."""
    assignment = LaboratoryAssignment(
        sample_id=sample.id,
        number=1,
        laboratory_id=laboratory.id,
        items=list(items),
        reason="",
        assigned_at=now(),
        assigned_by=uuid4(),
        assigned_by_name="演示人员（虚构）",
    )
    session.add(assignment)
    await session.flush()
    return sample


def reception(**change: Any) -> dict[str, Any]:
    return {"seal_intact": True, "contents_match": True, "photos": [PHOTO], "note": "冷藏送达"} | change


def rejection(**change: Any) -> dict[str, Any]:
    return {"seal_intact": False, "contents_match": True, "photos": [PHOTO], "reason": "封条破损"} | change
