"""What a background job is: a named function with a bounded number of attempts, and schedules that enqueue one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.settings import UnitSettings


class JobContext(Protocol):
    """What a running job is given. It opens its own transactions, one a chunk, so a kill loses at most a chunk."""

    @property
    def id(self) -> UUID: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...
    @property
    def settings(self) -> UnitSettings: ...
    @property
    def sessions(self) -> async_sessionmaker[AsyncSession]: ...

    async def progress(self, done: int, total: int | None, **counts: int) -> None:
        """Tell how far the job is. Raises `JobCancelled` when somebody has asked it to stop."""


class JobCancelled(Exception):  # noqa: N818 (an order from outside, not an error)
    """The job was asked to stop; what it committed so far stays."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of background job. `run` returns the result that `/v1/jobs/{id}` shows; `cron` runs it on a schedule."""

    name: str
    label: str
    run: Callable[[JobContext], Awaitable[Mapping[str, Any] | None]]
    attempts: int = 5
    cron: str | None = None
