"""Entering what businesses have in place."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import get_business
from services.inspection.facilities import repository
from services.inspection.facilities.counting import begins_to_keep, count_county, count_facilities
from services.inspection.facilities.models import Facility
from services.inspection.facilities.problems import FacilityStepRefused, UnknownFacility
from services.inspection.facilities.rules import may_have, shares_of
from services.inspection.facilities.schemas import FacilityCreate, FacilityEnd
from services.inspection.grid.cells.problems import wrong
from services.inspection.grid.coverage.repository import county_of
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


async def enter(session: AsyncSession, actor: Actor, body: FacilityCreate) -> Facility:
    """A business has something from a day on. The first entry of a kind in a county begins to count all of its like.

    Raises `InvalidRequest` for a business that is none, or of a kind that is not asked for this; `FacilityStepRefused`
    where it is entered already.
    """
    business = await get_business(session, body.business_id, for_update=True)
    if business is None or not business.counts:
        raise wrong("/business_id", "没有这个主体，或已注销，请核对编号", "business")
    await ensure_in_scope(session, actor, business.region_code)
    if not may_have(body.kind, business.kind):
        asked = "；".join(share.whom for _, share in shares_of(body.kind))
        raise wrong("/kind", f"{body.kind.label}只登记{asked}，这一户是{business.kind.label}", "kind")
    if body.since > day_of(now()):
        raise wrong("/since", f"{body.since} 在今天以后，请在有了以后登记", "since")
    if await repository.standing_facility(session, business.id, body.kind) is not None:
        raise FacilityStepRefused(f"这一户的{body.kind.label}已经登记；没有了的请先结束")
    county = await county_of(session, business.region_code)
    assert county is not None  # a business lies in a county or below
    begins = await begins_to_keep(session, county, body.kind)
    facility = Facility(
        id=uuid7(),
        version=1,
        region_code=business.region_code,
        recorded_by=actor.id,
        recorded_by_name=actor.name,
        ending_reason="",
        **dict(body),
    )
    session.add(facility)
    await session.flush()
    await (count_county(session, county, body.kind) if begins else count_facilities(session, [business.id]))
    await session.refresh(facility)
    return facility


async def end(session: AsyncSession, actor: Actor, facility_id: UUID, body: FacilityEnd, expected: int) -> Facility:
    """The business has it no more."""
    facility = await repository.visible_facility(session, facility_id, actor)
    if facility is None:
        raise UnknownFacility("请核对编号；只能查看、办理辖区内的")
    ensure_version(facility, expected)
    if body.on > day_of(now()):
        raise wrong("/on", f"{body.on} 在今天以后，请在没有了以后登记", "on")
    facility.end(body.on, body.reason)
    await session.flush()
    await count_facilities(session, [facility.business_id])
    return facility
