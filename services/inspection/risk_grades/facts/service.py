"""Recording what grades depend on: facts told by services, facts established by officers, inspections, profiles."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import get_survivor
from services.inspection.businesses.service import UnknownBusiness, read_business
from services.inspection.case_requests.repository import party_on_file
from services.inspection.risk_grades.codes import FactKind, FactState
from services.inspection.risk_grades.content import ChoiceFactor, Content
from services.inspection.risk_grades.facts import repository
from services.inspection.risk_grades.facts.models import RiskFact, RiskProfile
from services.inspection.risk_grades.facts.problems import FactToldByService, NoScheme, UnknownFact
from services.inspection.risk_grades.facts.schemas import FactCorrection, FactCreate, ProfileWrite
from services.inspection.risk_grades.inputs import Check
from services.inspection.risk_grades.schemes.models import RiskScheme
from services.inspection.risk_grades.schemes.repository import schemes_of_day
from services.inspection.risk_grades.standing.service import follow
from shared.http.auth import Actor
from shared.http.problems import FieldError, InvalidRequest, PreconditionFailed, PreconditionRequired
from shared.ids import uuid7
from shared.regions.scope import OutsideRegion
from shared.times import day_of, now


async def record_told(
    session: AsyncSession,
    *,
    kind: FactKind,
    source_id: UUID,
    source_version: int,
    state: FactState,
    occurred_on: date,
    summary: str,
    business_id: UUID | None,
    uscc: str | None,
    business_name: str,
    region_code: str,
) -> None:
    """Record what a service says of a business, once, however often and in whatever order it is told."""
    business = await party_on_file(session, business_id, uscc)
    values = {
        "id": uuid7(),
        "kind": kind,
        "source_id": source_id,
        "source_version": source_version,
        "business_id": business.id if business else None,
        "business_name": business.name if business else business_name,
        "region_code": business.region_code if business else region_code,
        "state": state,
        "occurred_on": occurred_on,
        "summary": summary,
        "evidence": "",
        "recorded_by": None,
    }
    await repository.add_fact(session, values)


async def record_check(session: AsyncSession, business_id: UUID, check: Check, source_version: int) -> None:
    """Record the result of an inspection, once; a greater version of its record replaces it. The business is on file.

    This is the one way in for inspections: grades, coverage and the frequency planner read nothing else of them.
    """
    business = await get_survivor(session, business_id)
    assert business is not None
    values = check.model_dump(exclude={"on", "full"}) | {
        "id": uuid7(),
        "business_id": business.id,
        "source_version": source_version,
        "checked_on": check.on,
        "full_items": check.full,
    }
    if await repository.add_check(session, values):
        for told_of in sorted(await repository.businesses_of_check(session, check.source_id)):
            await follow(session, told_of)


async def establish(session: AsyncSession, actor: Actor, body: FactCreate) -> RiskFact:
    """Record a fact that an officer has established. Raises `UnknownBusiness`, `OutsideRegion`, `InvalidRequest`."""
    business = await read_business(session, actor, body.business_id)
    if body.occurred_on > day_of(now()):
        raise _refused("/occurred_on", "发生之日不能在将来，请核对")
    fact = RiskFact(
        **body.model_dump(),
        id=uuid7(),
        source_id=uuid7(),
        source_version=1,
        business_name=business.name,
        region_code=business.region_code,
        state=FactState.CONFIRMED,
        recorded_by=actor.id,
        recorded_at=now(),
    )
    session.add(fact)
    await session.flush()
    return fact


async def correct(
    session: AsyncSession, actor: Actor, kind: FactKind, source_id: UUID, body: FactCorrection, expected: int
) -> RiskFact:
    """Append what became of a fact. Raises `UnknownFact`, `FactToldByService`, `PreconditionFailed`."""
    known = await repository.latest_fact(session, actor, kind, source_id)
    if known is None:
        raise UnknownFact("请核对种类与编号；只能更正辖区内的")
    if kind.told_by_service:
        raise FactToldByService(f"「{kind.label}」随业务记录的结论更新")
    if known.source_version != expected:
        raise PreconditionFailed(f"您依据的是第 {expected} 版，现在是第 {known.source_version} 版，请重新读取后再改")
    same = ("kind", "source_id", "business_id", "business_name", "region_code", "occurred_on", "summary")
    fact = RiskFact(
        **{name: getattr(known, name) for name in same},
        id=uuid7(),
        source_version=known.source_version + 1,
        state=body.state,
        evidence=body.evidence,
        recorded_by=actor.id,
        recorded_at=now(),
    )
    session.add(fact)
    await session.flush()
    return fact


async def profile_of(session: AsyncSession, actor: Actor, business_id: UUID) -> RiskProfile:
    """The profile that holds; an empty one with number 0 before the first. Raises `UnknownBusiness`."""
    try:
        await read_business(session, actor, business_id)
    except OutsideRegion:
        raise UnknownBusiness("请核对主体编号；只能查看辖区内的") from None
    found = (await repository.latest_profiles(session, [business_id])).get(business_id)
    return found or RiskProfile(business_id=business_id, number=0, variant=None, answers={}, recorded_at=now())


async def write_profile(
    session: AsyncSession, actor: Actor, business_id: UUID, body: ProfileWrite, expected: int | None
) -> RiskProfile:
    """Append a profile; the same content again appends nothing. Answers are held against the scheme of today.

    Raises `UnknownBusiness`, `OutsideRegion`, `NoScheme`, `InvalidRequest` with every wrong answer,
    `PreconditionRequired`, `PreconditionFailed`.
    """
    business = await read_business(session, actor, business_id)
    schemes = await schemes_of_day(session, [business.region_code], day_of(now()))
    scheme = schemes.scheme_for(business.kind, body.variant, business.region_code)
    content = _content_of(scheme, business.kind.label)
    if errors := _wrong_answers(content, body, variant=scheme.variant if scheme else None):
        raise InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors)
    present = await repository.lock_profile(session, business_id)
    answers = body.model_dump(mode="json")["answers"]
    if present is not None:
        if (present.variant, present.answers) == (body.variant, answers):
            return present
        if expected is None:
            raise PreconditionRequired("已有档案；请先读取，把答复中的 ETag 放进 If-Match")
        if expected != present.number:
            raise PreconditionFailed(f"您依据的是第 {expected} 份，现在是第 {present.number} 份，请重新读取后再改")
    number = present.number + 1 if present else 1
    profile = RiskProfile(
        id=uuid7(),
        business_id=business_id,
        number=number,
        variant=body.variant,
        answers=answers,
        recorded_at=now(),
        recorded_by=actor.id,
    )
    session.add(profile)
    await session.flush()
    return profile


def _content_of(scheme: RiskScheme | None, kind: str) -> Content:
    if scheme is None:
        raise NoScheme(f"{kind}在今天没有已发布的方案，请先发布（GET /v1/risk-schemes 查看草稿）")
    return scheme.content


def _wrong_answers(content: Content, body: ProfileWrite, *, variant: str | None) -> list[FieldError]:
    factors = {factor.code: factor for factor in content.factors}
    errors = []
    if body.variant != variant:
        errors.append(FieldError(pointer="/variant", message=f"没有类别 {body.variant} 的方案", code="variant"))
    for code, answer in body.answers.items():
        place, factor = f"/answers/{code}", factors.get(code)
        if factor is None:
            message = f"适用的方案没有这个因素；有：{'、'.join(factors)}"
        elif isinstance(factor, ChoiceFactor) and isinstance(answer, tuple):
            choices = [choice.code for choice in factor.choices]
            wrong = [chosen for chosen in answer if chosen not in choices]
            message = f"没有选项 {'、'.join(wrong)}；有：{'、'.join(choices)}" if wrong else ""
        elif isinstance(factor, ChoiceFactor):
            message = f"「{factor.label}」应填选项代码的列表"
        else:
            message = "" if not isinstance(answer, tuple) else f"「{factor.label}」应填数值（{factor.unit}）"
        if message:
            errors.append(FieldError(pointer=place, message=message, code="answer"))
    return errors


def _refused(pointer: str, message: str) -> InvalidRequest:
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code="date")])
