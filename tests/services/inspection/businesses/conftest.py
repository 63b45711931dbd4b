"""Somebody who keeps the files, and how he enters one."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.inspection.factories import HAISHU, business

Enter = Callable[..., Awaitable[dict[str, Any]]]


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    """An inspector of 海曙区."""
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])


@pytest.fixture
def enter(officer: httpx.AsyncClient) -> Enter:
    """Enters an invented business and returns its file."""

    async def entered(**change: Any) -> dict[str, Any]:
        answer = await officer.post(
            "/v1/businesses", json=business(**change), headers={"Idempotency-Key": str(uuid4())}
        )
        assert answer.status_code == 201, answer.text
        file: dict[str, Any] = answer.json()
        return file

    return entered
