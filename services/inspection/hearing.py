"""Several features that hear one event."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events import Subscriber


def each(*subscribers: Subscriber) -> Subscriber:
    """One subscriber that lets all of these hear the event, in one transaction: either all have handled it or none."""

    async def hear(session: AsyncSession, data: Any) -> None:
        for subscriber in subscribers:
            await subscriber(session, data)

    return hear
