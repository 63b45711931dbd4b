"""Time that passes only while nobody works: what waits is tested exactly, at once, and on however busy a machine."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec

Given = ParamSpec("Given")


class _NeverWaiting(selectors.DefaultSelector):
    """Where the loop would sleep until its next timer, its clock is moved there instead."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:  # there is no timer to wait for: something outside must happen
            return super().select(None)
        ready = super().select(0)
        if not ready:
            self.passed += max(timeout, 0)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop whose clock stands still while anything can run. For code without real files, sockets and threads."""

    def __init__(self) -> None:
        self._clock = _NeverWaiting()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.passed


def in_virtual_time(test: Callable[Given, Coroutine[Any, Any, None]]) -> Callable[Given, None]:
    """Run the test in a loop of its own, whose time it reads with `asyncio.get_running_loop().time()`."""

    @wraps(test)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run
