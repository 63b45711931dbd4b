"""How the other units follow the gateway's tree."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.regions import RegionChanged, RegionPopulationStated
from shared.events import Subscriber
from shared.regions import service


async def on_region_changed(session: AsyncSession, region: RegionChanged) -> None:
    """Renew the local copy of a region."""
    await service.follow_region(session, region)


async def on_population_stated(session: AsyncSession, population: RegionPopulationStated) -> None:
    """Renew the local copy of a population."""
    await service.follow_population(session, population)


SUBSCRIBERS: Mapping[str, Subscriber] = {
    RegionChanged.type: on_region_changed,
    RegionPopulationStated.type: on_population_stated,
}
"""For `Service.subscribers` of every unit but the gateway."""
