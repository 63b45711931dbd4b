"""Every query on case requests."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.repository import get_survivor
from services.inspection.case_requests.models import CaseRequest, SampleOutcome
from shared.contracts.inspection import BusinessStatus, CaseRequestState
from shared.contracts.statutory_sampling import SampleConcluded
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


async def note_outcome(session: AsyncSession, concluded: SampleConcluded) -> SampleOutcome:
    """Keep the conclusion, unless a later one is known; gives the latest."""
    said = {name: getattr(concluded, name) for name in ("version", "conclusion", "report_number", "concluded_at")}
    entering = insert(SampleOutcome).values(sample_id=concluded.sample_id, **said)
    await session.execute(
        entering.on_conflict_do_update(
            index_elements=["sample_id"], set_=said, where=SampleOutcome.version < concluded.version
        )
    )
    outcome = await outcome_of(session, concluded.sample_id)
    assert outcome is not None
    return outcome


async def outcome_of(session: AsyncSession, sample_id: UUID) -> SampleOutcome | None:
    """What was concluded of the sample last, as far as it was told."""
    return await session.get(SampleOutcome, sample_id, populate_existing=True)


async def lock_sample(session: AsyncSession, sample_id: UUID) -> None:
    """Let what is told of one sample be handled one after the other: a request and what undoes it may come at once."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(sample_id), 1))))


async def standing_requests(session: AsyncSession, sample_id: UUID) -> Sequence[CaseRequest]:
    """The requests about a sample that nothing has undone yet, held for a change."""
    statement = select(CaseRequest).where(CaseRequest.sample_id == sample_id, CaseRequest.overturned_at.is_(None))
    statement = statement.order_by(CaseRequest.id).execution_options(populate_existing=True)
    return (await session.scalars(statement.with_for_update())).all()


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
    sample_id: UUID | None,
) -> tuple[list[CaseRequest], str | None]:
    """One page of the requests in the actor's regions, the newest first."""
    statement = within_scope(select(CaseRequest), CaseRequest.region_code, actor)
    if state is not None:
        statement = statement.where(CaseRequest.state == state)
    if region_code is not None:
        statement = statement.where(CaseRequest.region_code.in_(codes_within([region_code])))
    if business_id is not None:
        statement = statement.where(CaseRequest.business_id == business_id)
    if sample_id is not None:
        statement = statement.where(CaseRequest.sample_id == sample_id)
    return await paginate(session, statement, page, order_by=[CaseRequest.id], descending=True)
