"""Every query on recall requests."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.traceability.lots.models import LotHold
from services.traceability.recall_requests.models import RecallRequest, SampleOutcome
from shared.contracts.statutory_sampling import SampleConcluded
from shared.contracts.traceability import RecallRequestState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def enter(session: AsyncSession, values: dict[str, Any]) -> tuple[RecallRequest, bool]:
    """The request of that case, held until the end of the transaction, and whether it is new."""
    inserted = await session.scalar(
        insert(RecallRequest)
        .values(values)
        .on_conflict_do_nothing(index_elements=["case_id"])
        .returning(RecallRequest.id)
    )
    statement = _whole().where(RecallRequest.case_id == values["case_id"]).execution_options(populate_existing=True)
    found = (await session.scalars(statement.with_for_update(of=RecallRequest))).one()
    return found, inserted is not None


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


async def standing_requests(session: AsyncSession, sample_id: UUID) -> Sequence[RecallRequest]:
    """The requests about a sample that were not withdrawn, held for a change."""
    statement = _whole().where(
        RecallRequest.sample_id == sample_id, RecallRequest.state != RecallRequestState.WITHDRAWN
    )
    statement = statement.order_by(RecallRequest.id).execution_options(populate_existing=True)
    return (await session.scalars(statement.with_for_update(of=RecallRequest))).all()


async def visible_request(
    session: AsyncSession, request_id: UUID, actor: Actor, *, lock: bool = False
) -> RecallRequest | None:
    """One request with its hold and lot, if it lies in the actor's regions; `lock` holds it for a change."""
    statement = within_scope(_whole(), RecallRequest.region_code, actor).where(RecallRequest.id == request_id)
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=RecallRequest) if lock else statement)


async def list_requests(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    state: RecallRequestState | None,
    region_code: str | None,
    sample_id: UUID | None,
) -> tuple[list[RecallRequest], str | None]:
    """One page of the requests in the actor's regions, the newest first."""
    statement = within_scope(_whole(), RecallRequest.region_code, actor)
    if state is not None:
        statement = statement.where(RecallRequest.state == state)
    if region_code is not None:
        statement = statement.where(RecallRequest.region_code.in_(codes_within([region_code])))
    if sample_id is not None:
        statement = statement.where(RecallRequest.sample_id == sample_id)
    return await paginate(session, statement, page, order_by=[RecallRequest.id], descending=True)


def _whole() -> Select[RecallRequest]:
    return select(RecallRequest).options(selectinload(RecallRequest.hold).selectinload(LotHold.lot))
