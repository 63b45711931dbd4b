"""Putting together the way up: what clauses lack, the evidence behind them, the tasks for them."""

import asyncio
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation.inputs import EvaluationInput
from services.scoring.evaluation.tree import Evaluation as Calculation
from services.scoring.evaluation_scores.service import input_of
from services.scoring.evaluation_tasks.models import EvaluationTask
from services.scoring.evaluation_tasks.repository import clocks_by_task, standing_tasks
from services.scoring.evaluations.access import evaluation_for, stages_shown
from services.scoring.evaluations.repository import scheme_of
from services.scoring.evidence.models import EvidenceFile
from services.scoring.evidence.service import files_shown
from services.scoring.formulas.values import Number, decimal_of
from services.scoring.improvements.rules import Lacking, lacking_clauses, threatening_vetoes, why_out_of_reach
from services.scoring.improvements.schemas import ImprovementRead, ImprovementsRead, TaskAtHand, VetoAtRisk
from services.scoring.scheme_language.content import Node, SchemeContent
from shared.contracts.evaluations import EvidenceState, TaskState, UnitPart
from shared.http.auth import Actor
from shared.times import day_of, now


async def way_up(session: AsyncSession, evaluation_id: UUID, before: date, actor: Actor) -> ImprovementsRead:
    """What raises the score most, by what the actor may know: the latest stage whose marks are shown to him."""
    evaluation = await evaluation_for(session, evaluation_id, actor)
    shown = await stages_shown(session, evaluation, actor)
    stage = [one.stage for one in evaluation.stages if one.opened_at is not None and one.stage in shown][-1]
    scheme = (await scheme_of(session, evaluation)).content
    given = await input_of(session, evaluation, scheme, stage)
    lacking, vetoes, (total, maximum) = await asyncio.to_thread(_calculate, scheme, given)
    files = await files_shown(session, evaluation.id, actor)
    tasks = {task.clause_code: task for task in await standing_tasks(session, evaluation.id) if task.clause_code}
    clocks = await clocks_by_task(session, [task.id for task in tasks.values()])
    over = evaluation.span.end <= day_of(now())

    def shown_clause(one: Lacking) -> ImprovementRead:
        code = one.standing.node.code
        task = tasks.get(code)
        clock = clocks.get(task.id) if task is not None else None
        due_on = day_of(clock.due_at) if clock is not None else None
        done = task is None or task.state is TaskState.DONE
        why_not = why_out_of_reach(
            one.inputs, scheme.inputs, period_is_over=over, before=before, due_on=None if done else due_on
        )
        return _clause(
            one, [file for file in files if file.clause_code == code], None if done else task, due_on, why_not
        )

    return ImprovementsRead(
        stage=stage,
        before=before,
        low=decimal_of(total.low),
        high=decimal_of(total.high),
        maximum=decimal_of(maximum),
        vetoes=[
            VetoAtRisk(code=node.code, title=node.title, broken=broken, step=step) for node, step, broken in vetoes
        ],
        clauses=[shown_clause(one) for one in lacking],
    )


def _calculate(
    scheme: SchemeContent, given: EvaluationInput
) -> tuple[list[Lacking], list[tuple[Node, str, bool]], tuple[Number, Fraction]]:
    return lacking_clauses(scheme, given), threatening_vetoes(scheme, given), Calculation(scheme, given).total


def _clause(
    one: Lacking, files: Sequence[EvidenceFile], task: EvaluationTask | None, due_on: date | None, why_not: str
) -> ImprovementRead:
    node, outcome = one.standing.node, one.standing.outcome
    there = {file.requirement for file in files if file.state is not EvidenceState.RETURNED}
    returned = [file for file in files if file.state is EvidenceState.RETURNED]
    return ImprovementRead(
        code=node.code,
        title=node.title,
        node_class=node.node_class,
        low=decimal_of(outcome.low),
        high=decimal_of(outcome.high),
        maximum=decimal_of(one.standing.maximum),
        gain=decimal_of(one.gain),
        total_then=decimal_of(one.total_then),
        reachable=not why_not,
        why_not=why_not,
        unknown=sorted(outcome.reasons),
        evidence_missing=[label for label in node.evidence if label not in there],
        evidence_returned=sum(file.requirement is None or file.requirement not in there for file in returned),
        task=task
        and TaskAtHand(
            id=task.id,
            state=task.state,
            lead=[unit.name for unit in task.units if unit.part is UnitPart.LEAD],
            due_on=due_on,
        ),
    )
