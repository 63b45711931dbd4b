"""Who acts in the tests of letters."""

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


@pytest_asyncio.fixture
async def leader(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])
