"""A laboratory with two people and a bureau's officer, in the test's rolled-back session."""

import pytest_asyncio

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.apart import person, signed_in, stored_laboratory
from tests.services.sampling.reports.making import Bench
from tests.tokens import TestKeys


@pytest_asyncio.fixture
async def bench(session_of: SessionOf, client_of: ClientOf, keys: TestKeys) -> Bench:
    session = await session_of(Unit.SAMPLING)
    laboratory = await stored_laboratory(session)
    tester, signatory = (person(Role.LABORATORY, house=laboratory.id) for _ in range(2))
    return Bench(
        session,
        laboratory,
        await signed_in(client_of, keys, tester),
        await signed_in(client_of, keys, signatory),
        await signed_in(client_of, keys, person(Role.INSPECTOR)),
    )
