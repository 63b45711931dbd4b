"""Routes of the persons of a business."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.inspection.businesses.persons import repository, service
from services.inspection.businesses.persons.schemas import PersonRead, PersonWrite
from services.inspection.businesses.router import CanKeepBusinesses, CanReadBusinesses
from services.inspection.businesses.service import read_business
from shared.contracts.inspection import PersonRole
from shared.database import Session
from shared.http.etags import IfMatchWhenPresent, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1/businesses/{business_id}/persons", tag="主体的人员")


@router.get("", summary="法定代表人、食品安全管理人员和从业人员")
async def list_business_persons(
    session: Session,
    actor: CanReadBusinesses,
    business_id: UUID,
    page: PageParameters,
    role: PersonRole | None = None,
    on: Annotated[date | None, Query(description="只列这一天在岗的")] = None,
) -> Page[PersonRead]:
    await read_business(session, actor, business_id)
    rows, next_cursor = await repository.list_persons(session, business_id, page, role=role, on=on)
    return Page(items=[PersonRead.of(row) for row in rows], next_cursor=next_cursor)


@router.put("/{person_id}", summary="以终端自编的编号登记一名人员，或变更")
async def put_business_person(
    session: Session,
    actor: CanKeepBusinesses,
    business_id: UUID,
    person_id: UUID,
    version: IfMatchWhenPresent,
    body: PersonWrite,
    response: Response,
) -> PersonRead:
    person, created = await service.put_person(session, actor, business_id, person_id, version, body)
    response.status_code = 201 if created else 200
    set_etag(response, person)
    return PersonRead.of(person)
