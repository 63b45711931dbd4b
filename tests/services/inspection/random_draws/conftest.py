"""An invented bureau with businesses and inspectors on file."""

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.codes import Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.random_draws.ceremony import Ceremony


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def ceremony(session: AsyncSession, client_of: ClientOf) -> Ceremony:
    """Twelve businesses, five inspectors."""
    bureau = await Ceremony.begin(session, client_of)
    await bureau.on_file(12)
    await bureau.inspectors(5)
    return bureau
