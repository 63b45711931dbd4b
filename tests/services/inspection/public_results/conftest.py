"""An officer who visits, an office that publishes, and somebody in the street."""

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU
from tests.services.inspection.public_results.publishing import Bureau
from tests.services.inspection.visit_records.contents import ANNA, pinned, published_checklist


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def bureau(session: AsyncSession, client_of: ClientOf) -> Bureau:
    return Bureau(
        session=session,
        officer=await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU], actor_id=ANNA),
        office=await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU]),
        checklist=pinned(await published_checklist(session)),
    )


@pytest_asyncio.fixture
async def public(client_of: ClientOf) -> httpx.AsyncClient:
    """Somebody without a token."""
    return await client_of(Unit.INSPECTION)
