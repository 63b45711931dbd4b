"""Who sees what of a draw. Where somebody comes unannounced is the examiners' until their stage is closed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluations.access import evaluation_for, sides_of, stages_shown
from services.scoring.evaluations.models import Evaluation
from services.scoring.evaluations.problems import EvaluationNotFound
from services.scoring.site_checks import repository
from services.scoring.site_checks.content import VisitKind
from services.scoring.site_checks.models import SitePlan, SiteVisit
from services.scoring.site_checks.problems import SitePlanNotFound, SiteVisitNotFound
from shared.contracts.evaluations import Stage
from shared.http.auth import Actor


@dataclass(frozen=True, slots=True)
class Seen:
    """A plan and what the actor may know of it: everything, or the open visits without their results."""

    evaluation: Evaluation
    plan: SitePlan
    whole: bool

    def shows(self, visit: SiteVisit) -> bool:
        return self.whole or visit.kind is VisitKind.OPEN


async def plan_for(session: AsyncSession, evaluation_id: UUID, actor: Actor) -> Seen:
    """The draw of an evaluation. Raises EvaluationNotFound, SitePlanNotFound."""
    evaluation = await evaluation_for(session, evaluation_id, actor)
    plan = await repository.plan_of(session, evaluation_id)
    if plan is None:
        raise SitePlanNotFound("还没有抽取；由组织评价的食安办抽取")
    return Seen(evaluation, plan, Stage.SITE in await stages_shown(session, evaluation, actor))


async def visit_for(session: AsyncSession, visit_id: UUID, actor: Actor) -> tuple[Seen, SiteVisit]:
    """One drawn site. Raises SiteVisitNotFound also for one that is still hidden from the actor."""
    found = await repository.visit_and_plan(session, visit_id)
    if found is not None:
        visit, plan = found
        try:
            evaluation = await evaluation_for(session, plan.evaluation_id, actor)
        except EvaluationNotFound:
            raise SiteVisitNotFound from None
        seen = Seen(evaluation, plan, Stage.SITE in await stages_shown(session, evaluation, actor))
        if seen.shows(visit):
            return seen, visit
    raise SiteVisitNotFound


async def may_score(session: AsyncSession, seen: Seen, actor: Actor) -> bool:
    """Whether the actor examines: nobody scores the sites of his own side."""
    return "examiner" in await sides_of(session, seen.evaluation, actor)
