"""Proposing grades, deciding on them, and telling a business what would lift its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.risk_grades.codes import Grade, ProposalState
from services.inspection.risk_grades.content import Content
from services.inspection.risk_grades.facts.problems import NoScheme
from services.inspection.risk_grades.facts.repository import inputs_of, latest_profiles
from services.inspection.risk_grades.grades import repository
from services.inspection.risk_grades.grades.models import RiskGrade, RiskProposal
from services.inspection.risk_grades.grades.problems import (
    GradeNotKnown,
    ProposalOutdated,
    TooManyBusinesses,
    UnknownProposal,
)
from services.inspection.risk_grades.grades.schemas import (
    MOST_BUSINESSES,
    AssessmentRead,
    BusinessGrades,
    Confirmation,
    GradeRead,
    ProjectionRead,
    ProposalRequest,
    ProposalRun,
    WayRead,
)
from services.inspection.risk_grades.grades.telling import tell_grade
from services.inspection.risk_grades.inputs import CREDIT_CLASS, Inputs, with_credit
from services.inspection.risk_grades.projection import ways_up
from services.inspection.risk_grades.rules import Assessment, assess, fingerprint
from services.inspection.risk_grades.schemes.models import RiskScheme
from services.inspection.risk_grades.schemes.repository import schemes_of_day
from services.inspection.risk_grades.standing.service import follow
from shared.calendar.rules import ONE_DAY
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError, InvalidRequest
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


@dataclass(frozen=True, slots=True)
class Graded:
    """A business with all that its grade depends on."""

    business: Business
    variant: str | None
    scheme: RiskScheme | None
    inputs: Inputs

    def sha256(self, as_of: date) -> str:
        """The hash of scheme, day and inputs: whoever has them gets the same grade."""
        scheme = self.scheme.sha256 if self.scheme else None
        known = self.inputs.model_dump(mode="json")
        return fingerprint({"scheme": scheme, "as_of": as_of.isoformat(), "inputs": known})


A_YEAR = 366 * ONE_DAY


async def gather(session: AsyncSession, businesses: Sequence[Business], on: date) -> list[Graded]:
    """What the grades of businesses depend on, by the schemes that grade on a day."""
    profiles = await latest_profiles(session, [business.id for business in businesses])
    inputs = await inputs_of(session, businesses, profiles)
    schemes = await schemes_of_day(session, {business.region_code for business in businesses}, on)
    asks_credit: dict[UUID, bool] = {}
    found = []
    for business in businesses:
        profile = profiles.get(business.id)
        variant = profile.variant if profile else None
        scheme = schemes.scheme_for(business.kind, variant, business.region_code)
        known = inputs[business.id]
        if scheme is not None and business.credit_grade is not None:
            if scheme.id not in asks_credit:
                asks_credit[scheme.id] = any(factor.code == CREDIT_CLASS for factor in scheme.content.factors)
            known = with_credit(known, business.credit_grade) if asks_credit[scheme.id] else known
        found.append(Graded(business, variant, scheme, known))
    return found


async def propose(session: AsyncSession, actor: Actor, asked: ProposalRequest) -> ProposalRun:
    """Work out grades of the businesses on file in a region and put them up for decision.

    An undecided proposal for the same day is replaced when its grounds have changed, and kept otherwise. Raises
    `OutsideRegion`, `InvalidRequest` for impossible days, `TooManyBusinesses`.
    """
    await ensure_in_scope(session, actor, asked.region_code)
    today = day_of(now())
    as_of = asked.as_of or today
    _ensure_days(asked.valid_from, as_of, today)
    businesses = await repository.businesses_on_file(
        session,
        region_code=asked.region_code,
        kinds=asked.kinds,
        business_ids=asked.business_ids,
        limit=MOST_BUSINESSES + 1,
    )
    if len(businesses) > MOST_BUSINESSES:
        raise TooManyBusinesses(f"区划内超过 {MOST_BUSINESSES} 户，请按镇街或业态分批提出")
    ids = [business.id for business in businesses]
    present = await repository.grades_on(session, ids, asked.valid_from - ONE_DAY)
    waiting = {old.business_id: old for old in await repository.open_proposals(session, ids, asked.valid_from)}
    contents: dict[UUID, Content] = {}
    made: list[RiskProposal] = []
    without, unchanged = [], 0
    for graded in await gather(session, businesses, asked.valid_from):
        if graded.scheme is None:
            without.append(graded.business.id)
            continue
        old = waiting.get(graded.business.id)
        if old is not None and (old.as_of, old.inputs_sha256) == (as_of, graded.sha256(as_of)):
            unchanged += 1
            continue
        if old is not None:
            old.replace()
        content = contents.setdefault(graded.scheme.id, graded.scheme.content)
        made.append(_proposal(graded, graded.scheme, content, asked.valid_from, as_of, present, actor))
    await session.flush()  # replaced before the new ones stand: one undecided proposal a business and day
    session.add_all(made)
    await session.flush()
    return ProposalRun(
        proposed=len(made),
        unchanged=unchanged,
        differing=sum(proposal.differs for proposal in made),
        by_grade=dict(sorted(Counter(proposal.grade for proposal in made).items())),
        without_scheme=without,
    )


async def proposal_for(session: AsyncSession, actor: Actor, proposal_id: UUID, *, lock: bool = False) -> RiskProposal:
    """A proposal of the actor's regions. Raises `UnknownProposal`."""
    proposal = await repository.visible_proposal(session, actor, proposal_id, lock=lock)
    if proposal is None:
        raise UnknownProposal("请核对编号；只能查看辖区内的")
    return proposal


async def confirm(
    session: AsyncSession, actor: Actor, proposal_id: UUID, decided: Confirmation, expected: int
) -> RiskProposal:
    """Let a grade be in force from the proposal's day on.

    Raises `UnknownProposal`, `PreconditionFailed`, `ProposalDecided`, and `ProposalOutdated` when anything it was
    worked out from has changed: nobody confirms what is no longer so.
    """
    proposal = await proposal_for(session, actor, proposal_id, lock=True)
    ensure_version(proposal, expected)
    at = now()
    proposal.confirm(decided.grade, at=at, by=actor.id, by_name=actor.name, reason=decided.reason)
    business = await session.get_one(Business, proposal.business_id)
    [graded] = await gather(session, [business], proposal.valid_from)
    if graded.sha256(proposal.as_of) != proposal.inputs_sha256:
        raise ProposalOutdated("提出建议以后，方案、事实、检查或档案有了变化；请重新提出建议再确认")
    session.add(
        RiskGrade(
            id=uuid7(),
            business_id=proposal.business_id,
            grade=decided.grade,
            valid_from=proposal.valid_from,
            proposal_id=proposal.id,
            score=proposal.score,
            reason=decided.reason,
            confirmed_at=at,
            confirmed_by=actor.id,
            confirmed_by_name=actor.name,
        )
    )
    await session.flush()
    await tell_grade(session, proposal, decided.grade, at, actor)
    await follow(session, proposal.business_id)
    return proposal


async def refuse(session: AsyncSession, actor: Actor, proposal_id: UUID, reason: str, expected: int) -> RiskProposal:
    """Decide that the grade in force stays. Raises as `confirm` does."""
    proposal = await proposal_for(session, actor, proposal_id, lock=True)
    ensure_version(proposal, expected)
    proposal.refuse(at=now(), by=actor.id, by_name=actor.name, reason=reason)
    await session.flush()
    return proposal


async def grades_of(session: AsyncSession, actor: Actor, business_id: UUID) -> BusinessGrades:
    """The grade in force today and its history. Raises `GradeNotKnown` for a business that the actor may not see."""
    await _seen(session, actor, business_id)
    today = day_of(now())
    history = await repository.history_of(session, business_id)
    ends = [later.valid_from - ONE_DAY for later in history[1:]]
    shown = [
        GradeRead.model_validate(
            {name: getattr(row, name) for name in GradeRead.model_fields if name != "valid_to"} | {"valid_to": end}
        )
        for row, end in zip_longest(history, ends)
    ]
    present = next((row.grade for row in reversed(history) if row.valid_from <= today), None)
    return BusinessGrades(
        business_id=business_id,
        on=today,
        grade=present,
        words=present.label if present else "未评定（不等于低风险）",
        history=shown[::-1],
    )


async def explanation_of(session: AsyncSession, actor: Actor, business_id: UUID) -> RiskProposal:
    """Why the grade in force is what it is: the proposal that was confirmed. Raises `GradeNotKnown`."""
    await _seen(session, actor, business_id)
    today = day_of(now())
    rows = [row for row in await repository.history_of(session, business_id) if row.valid_from <= today]
    proposal = await repository.get_proposal(session, rows[-1].proposal_id) if rows else None
    if proposal is None or proposal.state is not ProposalState.CONFIRMED:
        raise GradeNotKnown("还没有现行的等级；未评定不等于低风险")
    return proposal


async def assessment_of(session: AsyncSession, actor: Actor, business_id: UUID) -> AssessmentRead:
    """What the grade would be by all that is known today. Raises `GradeNotKnown`, `NoScheme`."""
    _, _, result = await _live(session, actor, business_id)
    return AssessmentRead.model_validate(shown(result))


async def projection_of(session: AsyncSession, actor: Actor, business_id: UUID) -> ProjectionRead:
    """What would lift the grade.

    For officers from all that is known today. For the business itself from what its grade in force was decided on:
    what has not been told to it yet cannot be read off its prospects. Raises `GradeNotKnown`, `NoScheme`.
    """
    today = day_of(now())
    if actor.business_id is not None:
        confirmed = await explanation_of(session, actor, business_id)
        content = (await session.get_one(RiskScheme, confirmed.scheme_id)).content  # published: it never changes
        inputs = confirmed.read_inputs
        result = assess(content, inputs, today)
        note = f"以 {confirmed.as_of} 确认等级时的依据推算"
    else:
        content, inputs, result = await _live(session, actor, business_id)
        note = "以今天已知的全部事实推算"
    ways = ways_up(content, inputs, today)
    if not ways:
        note += "；已是最低风险" if result.grade is Grade.A else "；三项以内的改变都不能提高等级"
    return ProjectionRead(
        business_id=business_id,
        on=today,
        grade=result.grade,
        score=result.score,
        ways=[WayRead.model_validate(asdict(way)) for way in ways],
        note=note,
    )


def shown(result: Assessment) -> dict[str, Any]:
    """An assessment as JSON keeps it: numbers as text."""
    return AssessmentRead.model_validate(asdict(result)).model_dump(mode="json")


async def _live(session: AsyncSession, actor: Actor, business_id: UUID) -> tuple[Content, Inputs, Assessment]:
    business = await _seen(session, actor, business_id)
    today = day_of(now())
    [graded] = await gather(session, [business], today)
    if graded.scheme is None:
        raise NoScheme(f"{business.kind.label}在今天没有已发布的方案，请先发布（GET /v1/risk-schemes 查看草稿）")
    content = graded.scheme.content
    return content, graded.inputs, assess(content, graded.inputs, today)


async def _seen(session: AsyncSession, actor: Actor, business_id: UUID) -> Business:
    business = await repository.visible_business(session, actor, business_id)
    if business is None:
        raise GradeNotKnown("请核对主体编号；只能查看辖区内的或自己的")
    return business


def _proposal(
    graded: Graded,
    scheme: RiskScheme,
    content: Content,
    valid_from: date,
    as_of: date,
    present: Mapping[UUID, Grade],
    actor: Actor,
) -> RiskProposal:
    result = assess(content, graded.inputs, as_of)
    business = graded.business
    return RiskProposal(
        id=uuid7(),
        version=1,
        business_id=business.id,
        business_name=business.name,
        region_code=business.region_code,
        valid_from=valid_from,
        as_of=as_of,
        scheme_id=scheme.id,
        scheme_sha256=scheme.sha256,
        inputs=graded.inputs.model_dump(mode="json"),
        inputs_sha256=graded.sha256(as_of),
        score=Decimal(result.score),
        by_score=result.by_score,
        grade=result.grade,
        present=present.get(business.id),
        result=shown(result),
        proposed_at=now(),
        proposed_by=actor.id,
        state=ProposalState.PROPOSED,
    )


def _ensure_days(valid_from: date, as_of: date, today: date) -> None:
    errors = []
    if valid_from < today:
        message = "等级不能追溯适用，应为今天或以后"
        errors.append(FieldError(pointer="/valid_from", message=message, code="date"))
    if valid_from > today + 2 * A_YEAR:
        errors.append(FieldError(pointer="/valid_from", message="最多提前两年，请核对年份", code="date"))
    if as_of > today:
        errors.append(FieldError(pointer="/as_of", message="还没有发生的事看不到，应为今天或以前", code="date"))
    if errors:
        raise InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors)
