"""Giving tasks: one by one, for every clause of the scheme, or for every list of units in a plan's text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation.tree import walk
from services.scoring.evaluation_tasks import repository
from services.scoring.evaluation_tasks.models import EvaluationTask, TaskUnit
from services.scoring.evaluation_tasks.problems import TaskStepRefused, UnreadableResponsibilities
from services.scoring.evaluation_tasks.responsibilities import MAX_BLOCKS, Responsibility, read_responsibilities
from services.scoring.evaluation_tasks.schemas import TasksCreate, TasksFromScheme, TasksFromText
from services.scoring.evaluations.access import evaluation_for
from services.scoring.evaluations.models import Evaluation
from services.scoring.evaluations.problems import refused_at
from services.scoring.evaluations.repository import scheme_of
from services.scoring.figures.counting import tasks_given
from shared.clocks.service import Opening, open_clocks
from shared.contracts.evaluations import TaskState, UnitPart
from shared.http.auth import Actor
from shared.http.problems import FieldError
from shared.ids import uuid7
from shared.times import now

TASK_CLOCK = "evaluation_task"
MAX_TASKS = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task to be given."""

    title: str
    lead: Sequence[str]
    join: Sequence[str]
    days: int
    clause_code: str | None = None
    quote: str = ""


async def give(session: AsyncSession, evaluation_id: UUID, body: TasksCreate, actor: Actor) -> list[EvaluationTask]:
    """Give tasks one by one. Raises InvalidRequest for a clause that the scheme has not."""
    evaluation = await _open_run(session, evaluation_id, actor)
    known = {node.code for node, _ in walk((await scheme_of(session, evaluation)).content.nodes)}
    taken = await _clauses_with_task(session, evaluation)
    for index, one in enumerate(body.tasks):
        if one.clause_code is not None and one.clause_code not in known:
            raise refused_at(f"/tasks/{index}/clause_code", f"细则里没有编号为 {one.clause_code} 的条款", "clause")
        if one.clause_code is not None and one.clause_code in taken:
            raise refused_at(f"/tasks/{index}/clause_code", f"条款 {one.clause_code} 已有任务", "clause")
        taken |= {one.clause_code} - {None}
    wanted = [Wanted(one.title, one.lead, one.join, one.days, one.clause_code) for one in body.tasks]
    return await _give(session, evaluation, wanted, body.source, actor)


async def give_by_scheme(
    session: AsyncSession, evaluation_id: UUID, body: TasksFromScheme, actor: Actor
) -> list[EvaluationTask]:
    """A task for every clause with units that has none yet; none where all have."""
    evaluation = await _open_run(session, evaluation_id, actor)
    content = (await scheme_of(session, evaluation)).content
    taken = await _clauses_with_task(session, evaluation)
    wanted = [
        Wanted(node.title[:200], node.lead, node.join, body.days, node.code, node.clause or "")
        for node, _ in walk(content.nodes)
        if node.rule is not None and node.lead and node.code not in taken
    ]
    return await _give(session, evaluation, wanted, content.title, actor)


async def give_by_text(
    session: AsyncSession, evaluation_id: UUID, body: TasksFromText, actor: Actor
) -> list[EvaluationTask]:
    """A task for every list of units in a plan. Raises UnreadableResponsibilities with every line; nothing is given."""
    evaluation = await _open_run(session, evaluation_id, actor)
    found = readable(body.text)
    wanted = [Wanted(one.title, one.lead, one.join, body.days, quote=one.quote) for one in found]
    return await _give(session, evaluation, wanted, body.source, actor)


def readable(text: str) -> list[Responsibility]:
    """The lists of a text that can be read to the last. Raises UnreadableResponsibilities."""
    found, unreadable = read_responsibilities(text)
    errors = [
        FieldError(pointer="/text", message=fault.message, code="responsibility", row=fault.line)
        for fault in unreadable
    ]
    if not found and not errors:
        message = "没有找到〔责任单位：…〕或（牵头单位：…）"
        errors = [FieldError(pointer="/text", message=message, code="responsibility")]
    if len(found) > MAX_BLOCKS:
        message = f"一次最多 {MAX_BLOCKS} 项，这里有 {len(found)} 项，请分几次"
        errors.append(FieldError(pointer="/text", message=message, code="responsibility"))
    if errors:
        raise UnreadableResponsibilities(f"有 {len(errors)} 处需要改正", errors=errors[:200])
    return found


async def _open_run(session: AsyncSession, evaluation_id: UUID, actor: Actor) -> Evaluation:
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    _ = evaluation.current
    return evaluation


async def _clauses_with_task(session: AsyncSession, evaluation: Evaluation) -> set[str | None]:
    return {task.clause_code for task in await repository.standing_tasks(session, evaluation.id)} - {None}


async def _give(
    session: AsyncSession, evaluation: Evaluation, wanted: Sequence[Wanted], source: str, actor: Actor
) -> list[EvaluationTask]:
    number = await repository.last_number(session, evaluation.id)
    if number + len(wanted) > MAX_TASKS:
        raise TaskStepRefused(f"一次评价最多 {MAX_TASKS} 项任务")
    at = now()
    tasks = [_task(evaluation, number + place, one, source, at) for place, one in enumerate(wanted, 1)]
    session.add_all(tasks)
    await session.flush()
    openings = [
        Opening(
            code=TASK_CLOCK,
            object_type=repository.CLOCK_OBJECT,
            object_id=task.id,
            region_code=task.region_code,
            triggered_at=at,
            title=task.title,
            stated_length=one.days,
        )
        for task, one in zip(tasks, wanted, strict=True)
    ]
    await open_clocks(session, openings, actor=actor, evidence=source)
    await tasks_given(session, tasks)
    return tasks


def _task(evaluation: Evaluation, number: int, wanted: Wanted, source: str, at: datetime) -> EvaluationTask:
    parts = [(name, UnitPart.LEAD) for name in wanted.lead] + [(name, UnitPart.JOIN) for name in wanted.join]
    return EvaluationTask(
        id=uuid7(),
        evaluation_id=evaluation.id,
        number=number,
        region_code=evaluation.region_code,
        clause_code=wanted.clause_code,
        title=wanted.title,
        quote=wanted.quote,
        source=source,
        state=TaskState.OPEN,
        given_at=at,
        reminders=0,
        version=1,
        units=[TaskUnit(position=place, name=name, part=part) for place, (name, part) in enumerate(parts, 1)],
        entries=[],
    )
