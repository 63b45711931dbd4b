"""How complete the files are: what each kind needs is data, and the rate follows every change."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.completeness import repository, service
from services.inspection.businesses.completeness.models import FileRequirement
from services.inspection.businesses.completeness.rules import FIRST_REQUIREMENTS, FileField
from services.inspection.businesses.models import Business, Licence, Movement
from services.inspection.businesses.persons.models import BusinessPerson
from services.inspection.figures.definitions import COMPLETENESS, FIGURES
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period, PeriodKind
from shared.contracts.inspection import BusinessKind, BusinessStatus, LicenceKind, PersonRole
from shared.figures.repository import counts_from_rows, current_counts
from shared.ids import uuid7
from shared.jobs.models import Job
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.businesses.conftest import Enter
from tests.services.inspection.factories import HAISHU, STREET, business

CODE = COMPLETENESS.definition.code
WHOLE: dict[str, Any] = {
    "phone": "13800001234",
    "scope": "食品销售（演示）",
    "position": {"longitude": "121.543", "latitude": "29.862", "coordinate_system": "gcj02"},
    "licences": [{"kind": "jy", "number": "JY13302030000013", "valid_to": "2098-12-31"}],
}


async def rate(session: AsyncSession) -> tuple[int, int]:
    """Complete files and files on file; the same from the rows and from the rollups."""
    month = Period.containing(day_of(now()), PeriodKind.MONTH)
    from_rows = (await counts_from_rows(session, FIGURES, [HAISHU], month))[CODE, HAISHU]
    assert (await current_counts(session, FIGURES, [HAISHU], month))[CODE, HAISHU] == from_rows
    return int(from_rows[0]), int(from_rows[1])


async def add_person(officer: httpx.AsyncClient, file: dict[str, Any], role: str) -> None:
    path = f"/v1/businesses/{file['id']}/persons/{uuid4()}"
    assert (await officer.put(path, json={"role": role, "name": "演示甲（虚构）"})).status_code == 201


async def test_a_file_becomes_complete_with_its_last_part_and_incomplete_again(
    officer: httpx.AsyncClient, enter: Enter, session_of: SessionOf
) -> None:
    session = await session_of(Unit.INSPECTION)
    file = await enter(**WHOLE)
    (listed,) = (await officer.get("/v1/incomplete-files")).json()["items"]
    assert [missing["field"] for missing in listed["missing"]] == ["legal_representative", "safety_officer"]
    assert (await officer.get(f"/v1/businesses/{file['id']}/completeness")).json() == listed
    await add_person(officer, file, "legal_representative")
    assert await rate(session) == (0, 1)
    await add_person(officer, file, "safety_officer")
    assert await rate(session) == (1, 1)
    assert (await officer.get(f"/v1/businesses/{file['id']}/completeness")).json()["complete"] is True
    assert (await officer.get("/v1/incomplete-files")).json()["items"] == []
    body = business(**WHOLE | {"phone": None})
    await officer.put(f"/v1/businesses/{file['id']}", json=body, headers={"If-Match": '"1"'})
    assert await rate(session) == (0, 1)
    gone = business(**WHOLE | {"status": "closed"})
    await officer.put(f"/v1/businesses/{file['id']}", json=gone, headers={"If-Match": '"2"'})
    assert await rate(session) == (0, 0)


async def test_what_a_file_needs_is_decided_by_the_office_and_its_files_are_counted_anew(
    officer: httpx.AsyncClient, enter: Enter, session_of: SessionOf, client_of: ClientOf
) -> None:
    session = await session_of(Unit.INSPECTION)
    file = await enter()
    body = {"fields": ["uscc"], "source": "本局建档要求（演示）", "verified": True}
    assert (await officer.put("/v1/file-requirements/sales", json=body)).status_code == 403
    office = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    assert (await office.put("/v1/file-requirements/sales", json=body)).status_code == 200
    assert await session.scalar(select(Job.kind).where(Job.kind == service.JOB)) == service.JOB
    for _ in range(2):
        await service.count_anew(session, await repository.ids_of_kind(session, BusinessKind.SALES, None, 10))
    assert await rate(session) == (1, 1)
    listed = {row["kind"]: row["fields"] for row in (await officer.get("/v1/file-requirements")).json()}
    assert listed["sales"] == ["uscc"]
    assert set(listed) == set(BusinessKind)
    movements = await session.scalars(select(Movement.completed).where(Movement.business_id == UUID(file["id"])))
    assert sorted(movements) == [0, 1]


def test_every_kind_has_requirements_to_begin_with() -> None:
    assert set(FIRST_REQUIREMENTS) == set(BusinessKind)


@pytest.fixture
def given_files(session_of: SessionOf) -> SessionOf:
    return session_of


PARTS = (FileField.USCC, FileField.PHONE, FileField.SCOPE, FileField.LICENCE, FileField.SAFETY_OFFICER)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.sets(st.sampled_from(PARTS)), min_size=1, max_size=6), needed=st.sets(st.sampled_from(PARTS)))
async def test_missing_is_what_is_needed_and_not_there(
    given_files: SessionOf, files: list[set[FileField]], needed: set[FileField]
) -> None:
    session = await given_files(Unit.INSPECTION)
    async with session.begin_nested() as nested:
        await session.execute(delete(FileRequirement))
        session.add_all(
            FileRequirement(kind=BusinessKind.SALES, field=field, source="演示", verified=False) for field in needed
        )
        ids = [_stored(session, number, parts) for number, parts in enumerate(files)]
        await session.flush()
        missing = await repository.missing_of(session, ids)
        for business_id, parts in zip(ids, files, strict=True):
            assert set(missing.get(business_id, [])) == needed - parts
        await service.count_anew(session, ids, are_new=True)
        counted = await session.scalars(select(Movement.completed).where(Movement.business_id.in_(ids)))
        assert sum(counted) == sum(needed <= parts for parts in files)
        await nested.rollback()


def _stored(session: AsyncSession, number: int, parts: set[FileField]) -> UUID:
    row = Business(
        id=uuid7(),
        uscc=f"演示{number}" if FileField.USCC in parts else None,
        kind=BusinessKind.SALES,
        status=BusinessStatus.ACTIVE,
        region_code=STREET,
        phone="13800000000" if FileField.PHONE in parts else None,
        scope="演示" if FileField.SCOPE in parts else None,
        registered_at=now(),
        version=1,
        licence_records=[Licence(kind=LicenceKind.JY, number="演示", items=[])] if FileField.LICENCE in parts else [],
    )
    row.call(f"演示{number}", "演示路")
    session.add(row)
    if FileField.SAFETY_OFFICER in parts:
        session.add(
            BusinessPerson(
                id=uuid7(), business_id=row.id, role=PersonRole.SAFETY_OFFICER, name="演示甲（虚构）", version=1
            )
        )
    return row.id
