"""Public events come in as any unit's do, and are owed to whoever may hear them."""

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.webhooks import service
from gateway.webhooks.catalogue import CATALOGUE
from shared.contracts.event import EventData


async def tell(session: AsyncSession, data: EventData) -> None:
    await service.tell(session, data)


SUBSCRIBERS = dict.fromkeys(CATALOGUE, tell)
