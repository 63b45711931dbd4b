"""Where a sampling task stands. Pure."""

from enum import StrEnum


class SamplingTaskState(StrEnum):
    """Read off the task and its samples, never stored."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {"open": "待抽样", "done": "已抽足", "cancelled": "已撤销"}[self]


def state_of(*, cancelled: bool, taken: int, quantity: int) -> SamplingTaskState:
    """A cancelled task stays cancelled, whatever was taken for it."""
    if cancelled:
        return SamplingTaskState.CANCELLED
    return SamplingTaskState.DONE if taken >= quantity else SamplingTaskState.OPEN
