"""Draws and sites as callers see them, by what they may know."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.formulas.values import decimal_of
from services.scoring.site_checks import repository
from services.scoring.site_checks.access import Seen, may_score, plan_for, visit_for
from services.scoring.site_checks.content import VisitKind
from services.scoring.site_checks.drawing import agrees, draw
from services.scoring.site_checks.models import SiteScoring, SiteVisit
from services.scoring.site_checks.problems import SitePlanNotFound
from services.scoring.site_checks.rules import aggregated, rates_by_clause, score_of
from services.scoring.site_checks.schemas import (
    ClauseResult,
    FormResult,
    ShortRead,
    SitePlanRead,
    SiteResults,
    SiteScoringRead,
    SiteVerification,
    SiteVisitRead,
    SiteVisitWhole,
)
from services.scoring.site_checks.service import sites_scored
from shared.http.auth import Actor


async def show_plan(session: AsyncSession, seen: Seen) -> SitePlanRead:
    """A plan (its visits must be loaded)."""
    plan = seen.plan
    visits = [visit for visit in plan.visits if seen.shows(visit)]
    scorings = await repository.scorings_named(session, [one.scoring_id for one in visits if one.scoring_id])
    result = draw(plan.frame, bytes.fromhex(plan.seed))
    kinds = tuple(VisitKind) if seen.whole else (VisitKind.OPEN,)
    return SitePlanRead(
        id=plan.id,
        evaluation_id=plan.evaluation_id,
        algorithm=plan.algorithm,
        frame_sha256=plan.frame_sha256,
        frame=plan.frame if seen.whole else None,
        seed=plan.seed if seen.whole else None,
        towns={kind: list(result.towns[kind]) for kind in kinds},
        short=[ShortRead(**one._asdict()) for one in result.short if one.kind in kinds],
        forms=list(plan.forms.values()),
        aggregate=plan.way,
        drawn_at=plan.drawn_at,
        drawn_by_name=plan.drawn_by_name,
        closed_at=plan.closed_at,
        complete=seen.whole,
        visits=[_visit(visit, scorings, whole=seen.whole) for visit in visits],
        results=_results(seen, scorings) if seen.whole else None,
        version=plan.version,
    )


async def show_visit(session: AsyncSession, visit_id: UUID, actor: Actor) -> tuple[SiteVisitWhole, SiteVisit]:
    """One site with its form; what was found there only for who may know it."""
    seen, visit = await visit_for(session, visit_id, actor)
    scorings = await repository.scorings_of(session, visit.id) if seen.whole else []
    summary = _visit(visit, {one.id: one for one in scorings}, whole=seen.whole)
    whole = SiteVisitWhole(
        **summary.model_dump(),
        evaluation_id=seen.plan.evaluation_id,
        content=seen.plan.forms[visit.form],
        standing=visit.scoring_id if seen.whole else None,
        scorings=[show_scoring(one) for one in scorings],
        closed=seen.plan.closed_at is not None,
        may_score=seen.plan.closed_at is None and await may_score(session, seen, actor),
        version=visit.version,
    )
    return whole, visit


async def verify(session: AsyncSession, evaluation_id: UUID, actor: Actor) -> SiteVerification:
    """Reckon the draw anew. Raises SitePlanNotFound for whom the hidden visits are still hidden."""
    seen = await plan_for(session, evaluation_id, actor)
    if not seen.whole:
        raise SitePlanNotFound("暗访公开以后才能核验；现在可以先记下名单的指纹（frame_sha256）")
    plan = seen.plan
    return SiteVerification(
        agrees=agrees(
            algorithm=plan.algorithm,
            seed=bytes.fromhex(plan.seed),
            frame=plan.frame,
            digest=plan.frame_sha256,
            sites=[(visit.kind, visit.form, visit.unit_code) for visit in plan.visits],
        ),
        algorithm=plan.algorithm,
        seed=plan.seed,
        frame_sha256=plan.frame_sha256,
    )


def show_scoring(scoring: SiteScoring) -> SiteScoringRead:
    return SiteScoringRead(
        id=scoring.id,
        visit_id=scoring.visit_id,
        replaces=scoring.replaces,
        content=scoring.said,
        sha256=scoring.sha256,
        points=scoring.points,
        maximum=scoring.maximum,
        visited_at=scoring.visited_at,
        recorded_at=scoring.recorded_at,
        recorded_by_name=scoring.recorded_by_name,
    )


def _visit(visit: SiteVisit, scorings: dict[UUID, SiteScoring], *, whole: bool) -> SiteVisitRead:
    scoring = scorings.get(visit.scoring_id) if visit.scoring_id is not None and whole else None
    return SiteVisitRead(
        id=visit.id,
        number=visit.number,
        kind=visit.kind,
        form=visit.form,
        town_code=visit.town_code,
        town_name=visit.town_name,
        unit_code=visit.unit_code,
        unit_name=visit.unit_name,
        scored=visit.scoring_id is not None if whole else None,
        points=None if scoring is None else scoring.points,
        maximum=None if scoring is None else scoring.maximum,
    )


def _results(seen: Seen, scorings: dict[UUID, SiteScoring]) -> SiteResults:
    way, forms = seen.plan.way, seen.plan.forms
    scored = sites_scored(seen.plan.visits, scorings)
    rates = rates_by_clause((forms[visit.form], scoring.said) for visit, scoring in scored)
    found = []
    for form in forms.values():
        scores = (score_of(form.items, one.said.marks) for visit, one in scored if visit.form == form.code)
        own = [score.rate for score in scores if score.rate is not None]
        rate = aggregated(own, way)
        shown = None if rate is None else decimal_of(rate)
        found.append(FormResult(form=form.code, label=form.label, sites=len(own), rate=shown))
    clauses = [
        ClauseResult(clause=clause, sites=len(own), rate=decimal_of(rate))
        for clause, own in sorted(rates.items())
        if (rate := aggregated(own, way)) is not None
    ]
    return SiteResults(how=way.how, forms=found, clauses=clauses)
