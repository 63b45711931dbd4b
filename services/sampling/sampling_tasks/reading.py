"""Sampling tasks as callers see them."""

from services.sampling.sampling_tasks.repository import Progress
from services.sampling.sampling_tasks.rules import SamplingTaskState, state_of
from services.sampling.sampling_tasks.schemas import SamplingTaskRead, TaskSamplerRead
from shared.times import day_of, now

_COMPUTED = {"state", "category_name", "taken", "overdue", "samplers"}


def show_task(progress: Progress) -> SamplingTaskRead:
    task = progress.task
    state = state_of(cancelled=task.cancelled_at is not None, taken=progress.taken, quantity=task.quantity)
    is_overdue = state is SamplingTaskState.OPEN and task.due_on is not None and task.due_on < day_of(now())
    stored = {name: getattr(task, name) for name in SamplingTaskRead.model_fields if name not in _COMPUTED}
    return SamplingTaskRead(
        **stored,
        state=state,
        category_name=progress.category_name,
        taken=progress.taken,
        overdue=is_overdue,
        samplers=[TaskSamplerRead.model_validate(sampler) for sampler in progress.samplers],
    )
