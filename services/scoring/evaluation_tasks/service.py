"""What becomes of a task: reported, looked at, sent back, reminded of, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation_tasks import repository
from services.scoring.evaluation_tasks.models import EvaluationTask
from services.scoring.evaluation_tasks.problems import TaskNotFound
from services.scoring.evaluation_tasks.reminders import is_due
from services.scoring.evaluation_tasks.schemas import (
    TaskEntryRead,
    TaskNote,
    TaskRead,
    TaskReason,
    TaskSummary,
    TaskUnitRead,
)
from services.scoring.figures.counting import task_ended
from shared.calendar.repository import load_calendar
from shared.clocks.reading import show_clock
from shared.clocks.service import cancel_clock, meet_clock
from shared.contracts.evaluations import TaskState
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.times import in_words, now


async def task_for(session: AsyncSession, task_id: UUID, actor: Actor) -> EvaluationTask:
    """The task, if the actor may see it. Raises TaskNotFound."""
    return await _found(session, task_id, actor, lock=False)


async def report(session: AsyncSession, task_id: UUID, body: TaskNote, expected: int, actor: Actor) -> EvaluationTask:
    task = await _held(session, task_id, expected, actor)
    task.report(body.note, actor, now())
    return await _finished(session, task)


async def accept(session: AsyncSession, task_id: UUID, body: TaskNote, expected: int, actor: Actor) -> EvaluationTask:
    """It is done: the clock is met as of the report, for the office may look later."""
    task = await _held(session, task_id, expected, actor)
    reported_at = max((entry.at for entry in task.entries if entry.kind == "reported"), default=now())
    task.accept(body.note, actor, now())
    clock = (await repository.clocks_by_task(session, [task.id])).get(task.id)
    if clock is not None and clock.is_open:
        await meet_clock(session, clock.id, actor=actor, at=reported_at, evidence=body.note)
    await task_ended(session, task)
    return await _finished(session, task)


async def send_back(
    session: AsyncSession, task_id: UUID, body: TaskReason, expected: int, actor: Actor
) -> EvaluationTask:
    task = await _held(session, task_id, expected, actor)
    task.send_back(body.reason, actor, now())
    return await _finished(session, task)


async def remind(session: AsyncSession, task_id: UUID, body: TaskNote, expected: int, actor: Actor) -> EvaluationTask:
    task = await _held(session, task_id, expected, actor)
    task.remind(body.note, actor, now())
    return await _finished(session, task)


async def remind_if_due(session: AsyncSession, task_id: UUID, at: datetime) -> bool:
    """Enter a reminder where one is due and the task is still open; False where not."""
    task = await repository.held_task(session, task_id)
    clock = (await repository.clocks_by_task(session, [task_id])).get(task_id)
    if task is None or clock is None or not clock.is_open or task.state is not TaskState.OPEN:
        return False
    last = max((entry.at for entry in task.entries if entry.kind == "reminded"), default=None)
    if not is_due(clock.due_at, last, at):
        return False
    past = "已超期" if clock.due_at <= at else "将到期"
    task.remind_by_clock(f"{past}：{in_words(clock.due_at)}，还没有上报", at)
    await _finished(session, task)
    return True


async def withdraw(
    session: AsyncSession, task_id: UUID, body: TaskReason, expected: int, actor: Actor
) -> EvaluationTask:
    task = await _held(session, task_id, expected, actor)
    task.withdraw(body.reason, actor, now())
    clock = (await repository.clocks_by_task(session, [task.id])).get(task.id)
    if clock is not None and clock.is_open:
        await cancel_clock(session, clock.id, reason=body.reason, actor=actor)
    await task_ended(session, task)
    return await _finished(session, task)


async def show_summaries(session: AsyncSession, tasks: Sequence[EvaluationTask]) -> list[TaskSummary]:
    """Tasks with their clocks (units must be loaded)."""
    clocks = await repository.clocks_by_task(session, [task.id for task in tasks])
    calendar, moment = await load_calendar(session), now()
    own = [name for name in TaskSummary.model_fields if name not in ("units", "clock")]
    return [
        TaskSummary(
            **{name: getattr(task, name) for name in own},
            units=[TaskUnitRead(name=unit.name, part=unit.part) for unit in task.units],
            clock=show_clock(clocks[task.id], calendar, moment) if task.id in clocks else None,
        )
        for task in tasks
    ]


async def show_task(session: AsyncSession, task: EvaluationTask) -> TaskRead:
    """A task with its history (it must be loaded)."""
    [summary] = await show_summaries(session, [task])
    entries = [TaskEntryRead.model_validate(entry) for entry in task.entries]
    return TaskRead(**dict(summary), quote=task.quote, source=task.source, entries=entries)


async def _held(session: AsyncSession, task_id: UUID, expected: int, actor: Actor) -> EvaluationTask:
    task = await _found(session, task_id, actor, lock=True)
    ensure_version(task, expected)
    return task


async def _found(session: AsyncSession, task_id: UUID, actor: Actor, *, lock: bool) -> EvaluationTask:
    task = await repository.visible_task(session, task_id, actor, lock=lock)
    if task is None:
        raise TaskNotFound("请核对编号；只能查看辖区内的创建任务")
    return task


async def _finished(session: AsyncSession, task: EvaluationTask) -> EvaluationTask:
    task.advance()
    await session.flush()
    return task
