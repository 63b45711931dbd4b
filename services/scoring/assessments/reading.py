"""Rounds as callers see them: places as they stand while a round is open, as they were published afterwards."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.assessments import repository, service
from services.scoring.assessments.models import AssessmentRound
from services.scoring.assessments.problems import UnknownAssessment, refused_at
from services.scoring.assessments.rules import over_months, ranked
from services.scoring.assessments.schemas import (
    AssessedRead,
    AssessedWhole,
    AssessmentRead,
    AssessmentSummary,
    QuarterPlace,
    QuarterRead,
)
from shared.contracts.figures import Period, PeriodKind
from shared.http.auth import Actor

SIX_PLACES = Decimal("1e-6")
"""A mean of three months rarely ends; it is cut off outwards, so that what it was made of still lies between."""


async def show_round(session: AsyncSession, round_: AssessmentRound) -> AssessmentRead:
    """A round (everybody in it must be loaded), the first place first."""
    before = await service.places_before(session, round_)
    subjects = [
        AssessedRead(
            code=one.code,
            name=one.name,
            low=one.low,
            high=one.high,
            maximum=one.maximum,
            grade=one.grade,
            vetoed=one.vetoed,
            vetoes=one.vetoes,
            best_place=place.best,
            worst_place=place.worst,
            place_before=before.get(one.code),
            talk=one.talk,
            talk_held_on=one.talk_held_on,
            talk_demands=one.talk_demands,
            talk_until=one.talk_until,
        )
        for one, place in zip(round_.subjects, ranked([one.standing for one in round_.subjects]), strict=True)
    ]
    subjects.sort(key=lambda one: (one.best_place, one.worst_place, one.code))
    return AssessmentRead(**AssessmentSummary.model_validate(round_).model_dump(), subjects=subjects)


async def show_subject(session: AsyncSession, round_id: UUID, code: str, actor: Actor) -> AssessedWhole:
    """One assessed, with the arithmetic."""
    subject = (await service.round_for(session, round_id, actor)).subject(code)
    if subject is None:
        raise UnknownAssessment(f"这次考核没有对象 {code}")
    return AssessedWhole.model_validate(subject)


async def show_quarter(session: AsyncSession, round_id: UUID, actor: Actor) -> QuarterRead:
    """The quarter in which a month lies, from its published months. Raises InvalidRequest for a round by quarter."""
    month = await service.round_for(session, round_id, actor)
    period = Period.parse(month.period)
    if period.kind is not PeriodKind.MONTH:
        raise refused_at("#path/round_id", "按季考核的一次本身就是全季，不另汇总", "period")
    quarter = Period.containing(period.first, PeriodKind.QUARTER)
    wanted = service.months_of(quarter)
    rounds = {one.period: one for one in await repository.published_rounds(session, month, wanted)}
    names = {one.code: one.name for found in rounds.values() for one in found.subjects}
    most = max((one.maximum for found in rounds.values() for one in found.subjects), default=None)
    standings = (
        {}
        if most is None
        else over_months(
            [{one.code: one.standing for one in rounds[name].subjects} if name in rounds else {} for name in wanted],
            most,
        )
    )
    subjects = [
        QuarterPlace(
            code=code,
            name=names[code],
            low=one.low.quantize(SIX_PLACES, ROUND_FLOOR),
            high=one.high.quantize(SIX_PLACES, ROUND_CEILING),
            vetoed=one.vetoed,
            best_place=place.best,
            worst_place=place.worst,
        )
        for (code, one), place in zip(standings.items(), ranked(list(standings.values())), strict=True)
        if one.low is not None and one.high is not None
    ]
    subjects.sort(key=lambda one: (one.best_place, one.worst_place, one.code))
    return QuarterRead(period=str(quarter), missing=[name for name in wanted if name not in rounds], subjects=subjects)
