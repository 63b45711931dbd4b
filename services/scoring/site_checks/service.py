"""Drawing the sites of an evaluation, taking what visits found, and bringing it to the site stage."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation.inputs import Site
from services.scoring.evaluation.tree import walk
from services.scoring.evaluation_scores.schemas import MarkGiven, Statements
from services.scoring.evaluation_scores.service import state
from services.scoring.evaluations.access import ensure_organiser, evaluation_for
from services.scoring.evaluations.problems import NotYourSide
from services.scoring.evaluations.repository import scheme_of
from services.scoring.formulas.values import decimal_of
from services.scoring.scheme_language.content import Node, SchemeContent
from services.scoring.scheme_language.rule_kinds import SiteCount, SiteMean, SiteWorst
from services.scoring.scheme_language.rule_kinds import Stage as StageRule
from services.scoring.schemes.files import fingerprint
from services.scoring.site_checks import repository
from services.scoring.site_checks.access import Seen, may_score, plan_for, visit_for
from services.scoring.site_checks.content import SiteForm
from services.scoring.site_checks.differences import differences
from services.scoring.site_checks.drawing import ALGORITHM, SEED_BYTES, digest_of, draw
from services.scoring.site_checks.framing import MOST_ERRORS, frame_of
from services.scoring.site_checks.models import SitePlan, SiteScoring, SiteVisit
from services.scoring.site_checks.problems import (
    SiteDrawRefused,
    SitePlanUnfinished,
    SiteScoringDiffers,
    refused_at,
)
from services.scoring.site_checks.register import UnitRegister, read_units
from services.scoring.site_checks.rules import aggregated, faults_in, rates_by_clause, score_of
from services.scoring.site_checks.schemas import SitePlanCreate, SiteScoringPut
from shared.contracts.evaluations import Stage
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError, InvalidRequest
from shared.ids import uuid7
from shared.times import day_of, in_words, now

PLACES = Decimal("0.000001")


async def draw_sites(
    session: AsyncSession, evaluation_id: UUID, body: SitePlanCreate, register: UnitRegister, actor: Actor
) -> Seen:
    """Draw once and for all: nobody may draw again until he likes what comes.

    The frame is complete and hashed before the seed is made. Raises NotYourSide, SiteDrawRefused, InvalidRequest,
    RegisterUnavailable.
    """
    evaluation = await evaluation_for(session, evaluation_id, actor)
    await ensure_organiser(session, evaluation, actor)
    listed = await read_units(register, evaluation.region_code, body.from_register)
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    if Stage.SITE not in {one.stage for one in evaluation.stages}:
        raise SiteDrawRefused("这次评价没有设明查暗访阶段")
    if evaluation.stage is None or evaluation.is_closed(Stage.SITE):
        raise SiteDrawRefused("明查暗访阶段已经结束")
    if await repository.plan_of(session, evaluation.id) is not None:
        raise SiteDrawRefused("已经抽取过，一次评价只抽一次；抽取的依据可以核验")
    _check_clauses((await scheme_of(session, evaluation)).content, body.forms)
    frame = await frame_of(session, evaluation.region_code, body, listed)
    digest, seed = digest_of(frame), secrets.token_bytes(SEED_BYTES)
    plan = SitePlan(
        id=uuid7(),
        evaluation_id=evaluation.id,
        algorithm=ALGORITHM,
        frame=frame,
        frame_sha256=digest,
        seed=seed.hex(),
        form_list=[form.model_dump(mode="json") for form in body.forms],
        aggregate=body.aggregate.model_dump(mode="json"),
        drawn_by=actor.id,
        drawn_by_name=actor.name,
        closed_at=None,
        version=1,
        visits=_visits(frame, seed),
    )
    session.add(plan)
    await session.flush()
    return await plan_for(session, evaluation.id, actor)


async def score_visit(
    session: AsyncSession, visit_id: UUID, scoring_id: UUID, body: SiteScoringPut, actor: Actor
) -> SiteScoring:
    """Keep what a visit found. The same sent again is the same, even after the closing.

    Raises SiteScoringDiffers with both sides where another result counts already, InvalidRequest with every place,
    NotYourSide, SitePlanClosed.
    """
    seen, visit = await visit_for(session, visit_id, actor)
    if not await may_score(session, seen, actor):
        raise NotYourSide("现场核查由组织评价的食安办或评审专家评分")
    await repository.hold_plan(session, seen.plan)
    visit = await repository.held_visit(session, visit.id)
    sha256 = fingerprint(body.model_dump(mode="json"))
    known = await repository.get_scoring(session, scoring_id)
    if known is not None:
        if (known.visit_id, known.sha256) != (visit.id, sha256):
            raise _both_sides(seen.plan.forms[visit.form], known if known.visit_id == visit.id else None, body)
        return known
    seen.plan.ensure_open()
    form = seen.plan.forms[visit.form]
    if body.replaces != visit.scoring_id:
        standing = None if visit.scoring_id is None else await repository.get_scoring(session, visit.scoring_id)
        raise _both_sides(form, standing, body)
    _check(form, body, seen.plan.drawn_at)
    score = None if body.content.unreachable else score_of(form.items, body.content.marks)
    scoring = SiteScoring(
        id=scoring_id,
        visit_id=visit.id,
        replaces=body.replaces,
        content=body.content.model_dump(mode="json"),
        sha256=sha256,
        points=None if score is None else decimal_of(score.points),
        maximum=None if score is None else decimal_of(score.maximum),
        visited_at=body.visited_at,
        recorded_by=actor.id,
        recorded_by_name=actor.name,
    )
    session.add(scoring)
    visit.scoring_id = scoring_id
    visit.advance()
    await session.flush()
    return scoring


async def close_plan(session: AsyncSession, evaluation_id: UUID, version: int, actor: Actor) -> Seen:
    """State at the open site stage what every site got, and for clauses with a mark of each stage the site mark.

    Raises SitePlanUnfinished while a site has no result or another stage is open, NotYourSide, PreconditionFailed.
    """
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    await ensure_organiser(session, evaluation, actor)
    seen = await plan_for(session, evaluation_id, actor)
    plan = seen.plan
    await repository.hold_plan(session, plan)
    ensure_version(plan, version)
    plan.ensure_open()
    if evaluation.stage is not Stage.SITE:
        raise SitePlanUnfinished("到了明查暗访阶段才能汇总")
    if open_visits := [visit for visit in plan.visits if visit.scoring_id is None]:
        names = "、".join(visit.unit_name for visit in open_visits[:5])
        raise SitePlanUnfinished(f"还有 {len(open_visits)} 个点位没有结果：{names}；未能检查的请写明原因")
    scheme = (await scheme_of(session, evaluation)).content
    statements = await _statements(session, plan, scheme)
    if statements is not None:
        await state(session, evaluation_id, statements, actor)
    plan.close(now())
    await session.flush()
    return seen


def sites_scored(
    visits: Iterable[SiteVisit], scorings: Mapping[UUID, SiteScoring]
) -> list[tuple[SiteVisit, SiteScoring]]:
    """The visits that have points, with the result that counts."""
    found = [(visit, scorings[visit.scoring_id]) for visit in visits if visit.scoring_id is not None]
    return [(visit, scoring) for visit, scoring in found if scoring.points is not None]


def _visits(frame: Mapping[str, Any], seed: bytes) -> list[SiteVisit]:
    units = {unit["code"]: unit for unit in frame["units"]}
    towns = {town["code"]: town["name"] for town in frame["towns"]}
    return [
        SiteVisit(
            id=uuid7(),
            number=number,
            kind=site.kind,
            form=site.form,
            town_code=units[site.unit]["town"],
            town_name=towns[units[site.unit]["town"]],
            unit_code=site.unit,
            unit_name=units[site.unit]["name"],
            scoring_id=None,
            version=1,
        )
        for number, site in enumerate(draw(frame, seed).sites, 1)
    ]


def _check_clauses(scheme: SchemeContent, forms: Iterable[SiteForm]) -> None:
    clauses = {node.code for node, _ in walk(scheme.nodes)}
    errors = [
        FieldError(
            pointer=f"/forms/{place}/items/{line}/clause",
            message=f"这次评价的细则没有条款 {item.clause}，请改正",
            code="clause",
        )
        for place, form in enumerate(forms)
        for line, item in enumerate(form.items)
        if item.clause not in clauses
    ]
    if errors:
        raise InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors[:MOST_ERRORS])


def _check(form: SiteForm, body: SiteScoringPut, drawn_at: datetime) -> None:
    if body.visited_at > now():
        raise refused_at("/visited_at", f"不能晚于现在，现为 {in_words(body.visited_at)}", "future")
    if day_of(body.visited_at) < day_of(drawn_at):  # the clock of a phone may be some minutes behind
        raise refused_at("/visited_at", f"早于抽取之日 {day_of(drawn_at)}，那时还没有抽到这个点位", "before_draw")
    errors = [
        FieldError(
            pointer=f"/content/marks/{fault.item}" if fault.item else "/content", message=fault.message, code="mark"
        )
        for fault in faults_in(form, body.content)
    ]
    if errors:
        raise InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors[:MOST_ERRORS])


def _both_sides(form: SiteForm, stored: SiteScoring | None, body: SiteScoringPut) -> SiteScoringDiffers:
    """Both sides of a conflict. What stands under the same id at another visit is not shown."""
    if stored is None:
        return SiteScoringDiffers("编号已用于别的点位，或所更正的那一份不在；请换一个编号，replaces 写 null")
    told = {
        "id": str(stored.id),
        "content": stored.content,
        "visited_at": stored.visited_at.isoformat(),
        "recorded_by_name": stored.recorded_by_name,
    }
    return SiteScoringDiffers(
        f"{stored.recorded_by_name}已评过；以您的为准的，replaces 写 {stored.id}，换一个编号再发",
        errors=[
            FieldError(pointer=one.pointer, message=f"平台上：{one.stored}；您填的：{one.sent}", code="differs")
            for one in differences(form, stored.said, body.content)
        ],
        stored=told,
        sent=body.model_dump(mode="json"),
    )


async def _statements(session: AsyncSession, plan: SitePlan, scheme: SchemeContent) -> Statements | None:
    """What the sites bring: points of the forms that the scheme asks for, marks of clauses that compare stages."""
    named = await repository.scorings_named(session, [one.scoring_id for one in plan.visits if one.scoring_id])
    scored, forms = sites_scored(plan.visits, named), plan.forms
    clauses = [node for node, _ in walk(scheme.nodes) if node.rule is not None]
    asked = {
        form for node in clauses if isinstance(node.rule, SiteMean | SiteCount | SiteWorst) for form in node.rule.forms
    }
    sites = tuple(
        Site(
            form=visit.form,
            name=f"{visit.unit_name}（{visit.unit_code}）",
            points=scoring.points or Decimal(0),
            maximum=scoring.maximum or Decimal(0),
        )
        for visit, scoring in scored
        if visit.form in asked
    )
    rates = rates_by_clause((forms[visit.form], scoring.said) for visit, scoring in scored)
    marks = {
        node.code: _mark(node, rate, len(rates[node.code]))
        for node in clauses
        if isinstance(node.rule, StageRule) and Stage.SITE.value in node.rule.order
        if (rate := aggregated(rates.get(node.code, ()), plan.way)) is not None
    }
    if not sites and not marks:
        return None
    return Statements(sites=sites, marks=marks, reason="现场核查汇总")


def _mark(node: Node, rate: Fraction, number: int) -> MarkGiven:
    points = decimal_of(Fraction(node.points or 0) * rate).quantize(PLACES)
    return MarkGiven(points=points, reason=f"现场核查 {number} 个点位汇总")
