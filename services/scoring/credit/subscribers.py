"""What scoring does when sampling tells of a suspect positive or of what a laboratory found, or the register of a
business.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.credit import service
from services.scoring.credit.grades.service import follow_register
from shared.contracts.inspection import BusinessFacts
from shared.contracts.sampling import RapidTestFailed, WhistleClosed
from shared.contracts.statutory_sampling import DisposalClosed, SampleConcluded


async def on_business(session: AsyncSession, data: BusinessFacts) -> None:
    await follow_register(session, data)


async def on_rapid_test_failed(session: AsyncSession, data: RapidTestFailed) -> None:
    await service.record_suspect_positive(session, data)


async def on_whistle_closed(session: AsyncSession, data: WhistleClosed) -> None:
    await service.settle_suspect_positive(session, data)


async def on_sample_concluded(session: AsyncSession, data: SampleConcluded) -> None:
    await service.record_conclusion(session, data)


async def on_disposal_closed(session: AsyncSession, data: DisposalClosed) -> None:
    await service.settle_failed_sample(session, data)
