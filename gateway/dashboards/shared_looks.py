"""One look for all who ask the same in the same instant: a wall of screens costs the services what one caller does."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any

from gateway.dashboards.schemas import Dashboard


@dataclass
class SharedLooks:
    """The looks under way, by what they are of. Nothing is kept once a look is done: who asks after that is shown what
    is known after that.
    """

    _under_way: dict[Hashable, asyncio.Task[Dashboard]] = field(default_factory=dict)

    async def take(self, key: Hashable, look: Callable[[], Coroutine[Any, Any, Dashboard]]) -> Dashboard:
        """What `look` sees, or what the look under way for the same `key` sees; what it raises is raised to all.

        The figures say themselves as of when they are. A caller who leaves ends nobody else's look.
        """
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(look())
            task.add_done_callback(lambda _: self._under_way.pop(key))
        return await asyncio.shield(task)
