"""Replaying a scheme on the facts of a region."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.risk_grades.consistency import reasons_against
from services.inspection.risk_grades.grades.problems import TooManyBusinesses
from services.inspection.risk_grades.grades.repository import businesses_on_file, grades_on
from services.inspection.risk_grades.grades.schemas import MOST_BUSINESSES
from services.inspection.risk_grades.grades.service import gather
from services.inspection.risk_grades.replays import repository
from services.inspection.risk_grades.replays.models import RiskReplay
from services.inspection.risk_grades.replays.rules import Subject, replay
from services.inspection.risk_grades.replays.schemas import OutcomeRead, ReplayRequest
from services.inspection.risk_grades.rules import fingerprint
from services.inspection.risk_grades.schemes.problems import inconsistent
from services.inspection.risk_grades.schemes.service import version_of
from shared.contracts.moments import EARLIEST_DAY
from shared.http.auth import Actor
from shared.http.problems import FieldError, InvalidRequest, NotFound
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


class UnknownReplay(NotFound):
    slug, title = "unknown-risk-replay", "没有这次推演"


async def run(session: AsyncSession, actor: Actor, asked: ReplayRequest) -> RiskReplay:
    """Grade the businesses of a region by a version as of a day, beside the grades that were in force.

    Only those are graded whom the scheme is for. Raises `OutsideRegion`, `UnknownScheme`, `SchemeInconsistent`,
    `InvalidRequest`, `TooManyBusinesses`.
    """
    await ensure_in_scope(session, actor, asked.region_code)
    scheme = await version_of(session, asked.scheme_code, asked.scheme_number)
    header, content = scheme.header, scheme.content
    if reasons := reasons_against(header, content):
        raise inconsistent(reasons)
    today = day_of(now())
    if not EARLIEST_DAY <= asked.on <= today:
        error = FieldError(pointer="/on", message=f"没有事实可看的日子，应为 {EARLIEST_DAY} 至今天", code="date")
        raise InvalidRequest("有 1 处需要改正", errors=[error])
    businesses = await businesses_on_file(
        session, region_code=asked.region_code, kinds=header.kinds, business_ids=(), limit=MOST_BUSINESSES + 1
    )
    if len(businesses) > MOST_BUSINESSES:
        raise TooManyBusinesses(f"区划内超过 {MOST_BUSINESSES} 户，请按镇街分批推演")
    before = await grades_on(session, [business.id for business in businesses], asked.on)
    subjects = [
        Subject(graded.business.id, graded.business.name, before.get(graded.business.id), graded.inputs)
        for graded in await gather(session, businesses, today)
        if graded.variant == header.variant
    ]
    outcome = OutcomeRead.model_validate(asdict(replay(content, subjects, asked.on))).model_dump(mode="json")
    inputs = {
        "scheme_sha256": scheme.sha256,
        "on": asked.on.isoformat(),
        "subjects": [
            {
                "business_id": str(subject.business_id),
                "name": subject.name,
                "before": subject.before,
                "inputs": subject.inputs.model_dump(mode="json"),
            }
            for subject in sorted(subjects, key=lambda one: one.business_id)
        ],
    }
    made = RiskReplay(
        id=uuid7(),
        region_code=asked.region_code,
        on=asked.on,
        scheme_id=scheme.id,
        scheme_code=scheme.code,
        scheme_number=scheme.number,
        inputs=inputs,
        inputs_sha256=fingerprint(inputs),
        result=outcome,
        result_sha256=fingerprint(outcome),
        created_at=now(),
        created_by=actor.id,
    )
    session.add(made)
    await session.flush()
    return made


async def replay_for(session: AsyncSession, actor: Actor, replay_id: UUID) -> RiskReplay:
    """A replay of the actor's regions. Raises `UnknownReplay`."""
    found = await repository.visible_replay(session, actor, replay_id)
    if found is None:
        raise UnknownReplay("请核对编号；只能查看辖区内的")
    return found
