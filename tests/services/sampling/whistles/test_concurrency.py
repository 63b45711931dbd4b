"""The same positive reported twice at once, on a database that commits."""

import asyncio

from sqlalchemy import func, select

from services.sampling.whistles.blowing import blow
from services.sampling.whistles.models import Whistle
from shared.clocks.models import ClockRow
from shared.contracts.codes import Unit
from shared.database import create_engine, create_sessions
from shared.events.models import OutboxEvent
from tests.conftest import settings_of
from tests.services.sampling.factories import rapid_test, stored_site


async def test_a_positive_reported_by_two_uploads_at_once_is_one_whistle(fresh_database: str) -> None:
    engine = create_engine(settings_of(Unit.SAMPLING, fresh_database))
    sessions = create_sessions(engine)
    try:
        async with sessions() as session, session.begin():
            site = await stored_site(session)
        tests = [rapid_test(site, stall_number=f"A-{number}") for number in range(5)]

        async def upload() -> int:
            async with sessions() as session, session.begin():
                opened = await blow(session, tests)
                await asyncio.sleep(0.2)  # keep the transaction open, so that the other has to wait for it
                return opened

        assert sorted(await asyncio.gather(upload(), upload())) == [0, 5]
        async with sessions() as session:
            for table, number in ((Whistle, 5), (OutboxEvent, 5), (ClockRow, 10)):
                assert await session.scalar(select(func.count()).select_from(table)) == number
    finally:
        await engine.dispose()
