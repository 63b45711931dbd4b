"""What waits of evaluations on the home page, by role: lines as in `home_tasks`, told by the scoring service."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.web.home_tasks import Kind, Line
from gateway.web.inspection.inspection import due_badge
from gateway.web.scoring import evaluation_views
from shared.contracts.codes import Role, Unit
from shared.contracts.evaluations import TaskState


def _task(task: Mapping[str, Any], now: datetime) -> Line:
    shown = evaluation_views.task_shown(task, now)
    due = due_badge(task["clock"], now)
    badges = [shown["badge"], *([due] if due[0] in ("danger", "warning") else [])]
    return Line(shown["title"], f"/evaluation-tasks/{task['id']}", f"牵头：{shown['lead'] or '没有写明'}", badges, due)


KINDS = (
    Kind(
        "待核对的创建任务",
        (Role.FOOD_SAFETY_OFFICE,),
        f"/evaluation-tasks?state={TaskState.REPORTED}",
        "/v1/evaluation-tasks",
        _task,
        {"state": TaskState.REPORTED.value},
        unit=Unit.SCORING,
    ),
    Kind(
        "30日内到期的创建任务",
        (Role.FOOD_SAFETY_OFFICE, Role.REVIEWER),
        f"/evaluation-tasks?state={TaskState.OPEN}&due=30",
        "/v1/evaluation-tasks",
        _task,
        {"state": TaskState.OPEN.value, "due_within_days": "30"},
        "30日内没有到期的创建任务",
        "评价创建的任务快到期时会出现在这里。",
        "看全部任务",
        unit=Unit.SCORING,
        name="快到期的创建任务",
    ),
)
"""Every kind, in the order of the page."""
