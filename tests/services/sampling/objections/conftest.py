"""Who acts in the tests of objections and re-tests."""

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.disposals.making import HAISHU


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SAMPLING)


@pytest_asyncio.fixture
async def handler(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.CASE_HANDLER, regions=[HAISHU])
