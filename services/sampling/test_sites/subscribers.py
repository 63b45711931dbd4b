"""What inspection's register tells about businesses."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.test_sites import service
from shared.contracts.inspection import BusinessFacts, BusinessMerged


async def on_business(session: AsyncSession, event: BusinessFacts) -> None:
    """A business was registered, changed, merged into another or parted from it: keep its newest state."""
    await service.keep_business(
        session,
        business_id=event.business_id,
        uscc=event.uscc,
        name=event.name,
        kind=event.kind.value,
        region_code=event.region_code,
        status=event.status.value,
        merged_into=event.merged_into if isinstance(event, BusinessMerged) else None,
        version=event.version,
    )
