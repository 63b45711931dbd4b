"""Runs as callers see them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluations.models import Evaluation
from services.scoring.evaluations.schemas import EntryRead, EvaluationRead, EvaluationSummary, StageRead
from services.scoring.evaluations.service import CLOCK_OBJECT
from shared.calendar.repository import load_calendar
from shared.clocks.reading import show_clock
from shared.clocks.service import clocks_of
from shared.times import now


async def show_evaluation(session: AsyncSession, evaluation: Evaluation) -> EvaluationRead:
    """A run with its clocks (stages and history must be loaded)."""
    calendar, moment = await load_calendar(session), now()
    clocks = await clocks_of(session, CLOCK_OBJECT, evaluation.id)
    return EvaluationRead(
        **EvaluationSummary.model_validate(evaluation).model_dump(),
        scheme_sha256=evaluation.scheme_sha256,
        publicised_at=evaluation.publicised_at,
        publicised_where=evaluation.publicised_where,
        decision_reason=evaluation.decision_reason,
        stages=[
            StageRead(
                stage=one.stage,
                label=one.stage.label,
                days=one.days,
                opened_at=one.opened_at,
                closed_at=one.closed_at,
            )
            for one in evaluation.stages
        ],
        clocks=[show_clock(clock, calendar, moment) for clock in clocks],
        entries=[EntryRead.model_validate(entry) for entry in evaluation.entries],
    )
