"""Opening rounds, assessing towns and departments, publishing their places, talking to those in charge."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.assessments import repository
from services.scoring.assessments.models import AssessedSubject, AssessmentRound, AssessmentRule, SubjectKind
from services.scoring.assessments.problems import (
    AssessmentStepRefused,
    NoAssessmentRule,
    UnknownAssessment,
    refused_at,
)
from services.scoring.assessments.rules import must_be_talked_to, ranked
from services.scoring.assessments.schemas import AssessedPut, AssessmentCreate, Talk
from services.scoring.evaluation.results import EvaluationResult
from services.scoring.evaluation.strays import strays_of
from services.scoring.evaluation.verdicts import evaluate
from services.scoring.evaluations.repository import published_scheme
from services.scoring.scheme_language.content import SchemeContent
from services.scoring.schemes.files import fingerprint
from services.scoring.schemes.models import ScoringScheme
from services.scoring.schemes.problems import misplaced
from shared.contracts.figures import Period
from shared.dated_rules.repository import rule_on
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.regions.repository import is_within
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now

MOST_SUBJECTS = 500


async def open_round(session: AsyncSession, body: AssessmentCreate, actor: Actor) -> AssessmentRound:
    """Open the assessment of a period.

    Raises OutsideRegion, NoAssessmentRule, InvalidRequest, AssessmentStepRefused.
    """
    await ensure_in_scope(session, actor, body.region_code)
    first = Period.parse(body.period).first
    rule = await rule_on(session, AssessmentRule, first)
    if rule is None:
        raise NoAssessmentRule(f"{first} 没有适用的规定，请先登记")
    if body.weight < rule.weight_at_least:
        least = f"{rule.weight_at_least.normalize():f}"
        raise refused_at("/weight", f"所占权重不低于 {least}（{rule.source}），现为 {body.weight:f}", "weight")
    scheme = await published_scheme(session, body.scheme_code, body.scheme_number)
    if scheme is None:
        raise refused_at("/scheme_code", "没有已发布的这一版细则，请先发布", "scheme")
    if await repository.is_opened(session, body.region_code, scheme.code, body.subject_kind, body.period):
        raise AssessmentStepRefused("这一期已经有一次考核，请在原考核中办理")
    opened = AssessmentRound(
        **body.model_dump(),
        id=uuid7(),
        scheme_id=scheme.id,
        scheme_sha256=scheme.sha256,
        official=scheme.official,
        rule_id=rule.id,
        opened_by=actor.id,
        published_at=None,
        version=1,
        subjects=[],
    )
    session.add(opened)
    await session.flush()
    return opened


async def round_for(session: AsyncSession, round_id: UUID, actor: Actor, *, lock: bool = False) -> AssessmentRound:
    found = await repository.get_round(session, round_id, actor, lock=lock)
    if found is None:
        raise UnknownAssessment("请核对编号；上级的考核通报以后才能看")
    return found


async def assess(session: AsyncSession, round_id: UUID, code: str, body: AssessedPut, actor: Actor) -> AssessedSubject:
    """Score one town (`code`: its region) or department (a code of the office's own); again: anew."""
    opened = await _held(session, round_id, actor)
    opened.ensure_open()
    if opened.subject_kind is SubjectKind.TOWN and not await is_within(session, code, [opened.region_code]):
        raise refused_at("#path/code", f"区划 {code} 不在 {opened.region_code} 之内，请改正", "town")
    known = opened.subject(code)
    if known is None and len(opened.subjects) >= MOST_SUBJECTS:
        raise AssessmentStepRefused(f"一次考核最多 {MOST_SUBJECTS} 个对象")
    scheme = (await session.get_one(ScoringScheme, opened.scheme_id)).content
    if refusal := misplaced(strays_of(scheme, body.input), under="/input"):
        raise refusal
    result = await asyncio.to_thread(evaluate, scheme, body.input)
    document = body.input.model_dump(mode="json")
    against = [f"{veto.code} {veto.title}" for veto in result.vetoes if veto.holds == "no"]
    vetoes = [*body.vetoes, *against]
    subject = known or AssessedSubject(id=uuid7(), round_id=opened.id, code=code)
    subject.name, subject.vetoes, subject.vetoed = body.name, vetoes, bool(vetoes)
    subject.input, subject.input_sha256 = document, fingerprint(document)
    subject.result = result.model_dump(mode="json")
    subject.low, subject.high, subject.maximum = result.low, result.high, result.maximum
    subject.grade = _grade(result, scheme, vetoed=bool(vetoes))
    subject.best_place = subject.worst_place = None
    subject.talk_held_on = subject.talk_demands = subject.talk_until = None
    if known is None:
        session.add(subject)
    opened.advance()
    await session.flush()
    return subject


async def publish_round(session: AsyncSession, round_id: UUID, version: int, actor: Actor) -> AssessmentRound:
    """Fix everybody's place and who is to be talked to."""
    opened = await _held(session, round_id, actor)
    ensure_version(opened, version)
    opened.publish(now())
    grades = (await repository.rule_of(session, opened)).talk_after
    for subject, place in zip(opened.subjects, ranked([one.standing for one in opened.subjects]), strict=True):
        subject.best_place, subject.worst_place = place.best, place.worst
        subject.talk = must_be_talked_to(subject.standing, grades)
    await session.flush()
    return opened


async def hold_talk(
    session: AsyncSession, round_id: UUID, code: str, version: int, body: Talk, actor: Actor
) -> AssessmentRound:
    """Those in charge of one assessed were talked to."""
    held = await _held(session, round_id, actor)
    ensure_version(held, version)
    subject = held.subject(code)
    if subject is None or held.published_at is None:
        raise UnknownAssessment("没有考核这个对象，或还没有通报")
    if not day_of(held.published_at) <= body.held_on <= day_of(now()):
        raise refused_at("/held_on", "约谈在通报之后、今天以前，请改正", "day")
    if body.until < body.held_on:
        raise refused_at("/until", "整改期限不能早于约谈之日，请改正", "day")
    subject.hold_talk(body.held_on, body.demands, body.until)
    held.advance()
    await session.flush()
    return held


async def places_before(session: AsyncSession, round_: AssessmentRound) -> dict[str, int]:
    """The certain places of the period before."""
    before = await repository.published_rounds(session, round_, [str(Period.parse(round_.period).previous)])
    return {
        one.code: one.best_place
        for other in before
        for one in other.subjects
        if one.best_place is not None and one.best_place == one.worst_place
    }


def months_of(quarter: Period) -> Sequence[str]:
    first = quarter.first
    return [f"{first.year}-{first.month + more:02}" for more in range(3)]


async def _held(session: AsyncSession, round_id: UUID, actor: Actor) -> AssessmentRound:
    """A round for a change: of the office that assesses, not of the assessed who may read it."""
    found = await round_for(session, round_id, actor, lock=True)
    await ensure_in_scope(session, actor, found.region_code)
    return found


def _grade(result: EvaluationResult, scheme: SchemeContent, *, vetoed: bool) -> str | None:
    """一票否决: the least grade of the scheme, whatever the points."""
    if vetoed and scheme.verdict.grades is not None:
        return scheme.verdict.grades.below
    return result.grade.grade if result.grade is not None else None
