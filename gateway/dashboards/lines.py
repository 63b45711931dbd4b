"""Standing in line at a service: a rush of different dashboards is answered in turn instead of not at all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from gateway.clients import ServiceSilent
from shared.contracts.codes import Unit

AT_ONCE = 4
"""So many sheets are asked of one service at a time. Asked for all at once, each would take as long as all together,
and none would come within its budget."""

Answer = TypeVar("Answer")


@dataclass
class Line:
    """The line before one service."""

    unit: Unit
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _answers: int = 0
    _silences: int = 0

    async def ask(self, question: Callable[[], Awaitable[Answer]]) -> Answer:
        """Ask when it is this question's turn; its budget runs from then on.

        When somebody's budget runs out and nobody else was answered meanwhile, the service hangs, and all who stand in
        line then are told so at once: nobody waits longer than one budget for it. Raises `ServiceSilent`, and what
        `question` raises.
        """
        silences = self._silences
        async with self._turns:
            if self._silences != silences:
                raise ServiceSilent(self.unit, "did not answer those in front")
            answers = self._answers
            try:
                answer = await question()
            except ServiceSilent as silent:
                if isinstance(silent.__cause__, TimeoutError | httpx.TimeoutException) and self._answers == answers:
                    self._silences += 1
                raise
            self._answers += 1
            return answer
