"""Who acts in the tests of publications."""

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SAMPLING)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


@pytest_asyncio.fixture
async def handler(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.CASE_HANDLER, regions=[HAISHU])


@pytest_asyncio.fixture
async def anyone(client_of: ClientOf) -> httpx.AsyncClient:
    """Somebody without a token."""
    return await client_of(Unit.SAMPLING)
