"""What traceability does when sampling tells of a suspect positive."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.lots import service
from shared.contracts.sampling import RapidTestFailed, WhistleClosed


async def on_rapid_test_failed(session: AsyncSession, data: RapidTestFailed) -> None:
    await service.hold_named_lot(session, data)


async def on_whistle_closed(session: AsyncSession, data: WhistleClosed) -> None:
    await service.settle_whistle(session, data)
