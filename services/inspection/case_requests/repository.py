"""Every query on case requests."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.repository import get_survivor
from services.inspection.case_requests.models import CaseRequest
from shared.contracts.inspection import BusinessStatus, CaseRequestState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def request_of_case(session: AsyncSession, case_id: UUID) -> CaseRequest | None:
    """The request of a disposal case. Later calls with the same case wait for this transaction to end."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(case_id), 0))))
    statement = select(CaseRequest).where(CaseRequest.case_id == case_id).with_for_update()
    found: CaseRequest | None = await session.scalar(statement.execution_options(populate_existing=True))
    return found


async def party_on_file(session: AsyncSession, business_id: UUID | None, uscc: str | None) -> Business | None:
    """The business that the party can only be: by id, or the only open file under its USCC."""
    if business_id is not None and (business := await get_survivor(session, business_id)) is not None:
        return business
    if not uscc:
        return None
    with_code = select(Business).where(Business.uscc == uscc, Business.status != BusinessStatus.CLOSED).limit(2)
    found = (await session.scalars(with_code)).all()
    return found[0] if len(found) == 1 else None


async def visible_request(
    session: AsyncSession, request_id: UUID, actor: Actor, *, lock: bool = False
) -> CaseRequest | None:
    """One request, if it lies in the actor's regions; `lock` holds it for a change."""
    statement = within_scope(select(CaseRequest), CaseRequest.region_code, actor).where(CaseRequest.id == request_id)
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=CaseRequest) if lock else statement)


async def list_requests(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    state: CaseRequestState | None,
    region_code: str | None,
    business_id: UUID | None,
) -> tuple[list[CaseRequest], str | None]:
    """One page of the requests in the actor's regions, the newest first."""
    statement = within_scope(select(CaseRequest), CaseRequest.region_code, actor)
    if state is not None:
        statement = statement.where(CaseRequest.state == state)
    if region_code is not None:
        statement = statement.where(CaseRequest.region_code.in_(codes_within([region_code])))
    if business_id is not None:
        statement = statement.where(CaseRequest.business_id == business_id)
    return await paginate(session, statement, page, order_by=[CaseRequest.id], descending=True)
