"""合理缺项 as callers see it: with what the scheme makes of an approval."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluations.models import Evaluation
from services.scoring.evaluations.repository import scheme_of
from services.scoring.evidence.models import InapplicabilityClaim
from services.scoring.evidence.schemas import ClaimRead
from services.scoring.evidence.service import clause_of
from services.scoring.scheme_language.content import SchemeContent


async def show_claims(
    session: AsyncSession, evaluation: Evaluation, claims: Iterable[InapplicabilityClaim]
) -> list[ClaimRead]:
    content = (await scheme_of(session, evaluation)).content
    return [_shown(content, claim) for claim in claims]


async def show_claim(session: AsyncSession, claim: InapplicabilityClaim) -> ClaimRead:
    evaluation = await session.get_one(Evaluation, claim.evaluation_id)
    return (await show_claims(session, evaluation, [claim]))[0]


def _shown(content: SchemeContent, claim: InapplicabilityClaim) -> ClaimRead:
    clause = clause_of(content, claim.clause_code)
    assert clause is not None and clause.not_applicable is not None  # a published version never changes
    fields = {name: getattr(claim, name) for name in ClaimRead.model_fields if name != "effect"}
    return ClaimRead(**fields, effect=clause.not_applicable.effect)
