"""A gateway whose five units share one event loop with the tests. What a page may really wait is tested elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from deploy.all_in_one import AllInOne
from gateway.clients import Caller, Services
from gateway.dashboards import registered
from shared.contracts.codes import Unit
from tests.waiting import PATIENCE


@contextmanager
def patient(platform: AllInOne) -> Iterator[None]:
    """This platform's gateway waits for its services as long as it takes; others keep their budgets."""
    send = Services.send
    settings = platform.settings[Unit.GATEWAY]

    async def send_patiently(
        self: Services, unit: Unit, method: str, path: str, caller: Caller, budget: float, **request: Any
    ) -> httpx.Response:
        longest = max(budget, PATIENCE) if self.settings is settings else budget
        return await send(self, unit, method, path, caller, longest, **request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Services, "send", send_patiently)
        patch.setattr(registered, "BUDGET_SECONDS", PATIENCE)  # it reckons for all its pages together
        yield
