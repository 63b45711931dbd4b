"""The resources by which events can be browsed: event types, things, steps, places, dispositions."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import QueryParams

from services.traceability.epcis_events.headers import EpcFormat
from services.traceability.epcis_events.problems import NoSuchResourceException
from services.traceability.epcis_events.vocabularies import BIZ_STEP, DISPOSITION, short
from services.traceability.epcis_queries import occurring, repository
from services.traceability.epcis_queries.asking import bad_parameter, page_asked
from services.traceability.epcis_queries.conditions import EventQuery
from services.traceability.epcis_queries.pages import write_token
from services.traceability.epcis_queries.rules import read_query
from services.traceability.epcis_queries.service import patience
from services.traceability.epcis_queries.values import EVENT_TYPES, BadParameter, Given
from services.traceability.identifiers import NotTranslatable, to_urn
from shared.http.auth import Actor
from shared.times import now


class Resource(StrEnum):
    EVENT_TYPES = "eventTypes"
    EPCS = "epcs"
    BIZ_STEPS = "bizSteps"
    BIZ_LOCATIONS = "bizLocations"
    READ_POINTS = "readPoints"
    DISPOSITIONS = "dispositions"

    @property
    def parameter(self) -> str:
        """The query parameter that asks for one of its values."""
        return _DETAILS[self][0]

    @property
    def label(self) -> str:
        return _DETAILS[self][1]

    @property
    def example(self) -> str:
        return _DETAILS[self][2]


_DETAILS = {
    Resource.EVENT_TYPES: ("eventType", "事件类型", "ObjectEvent"),
    Resource.EPCS: ("MATCH_anyEPC", "物", "urn:epc:id:sgtin:6901234.056789.A1"),
    Resource.BIZ_STEPS: ("EQ_bizStep", "业务步骤", "shipping"),
    Resource.BIZ_LOCATIONS: ("EQ_bizLocation", "业务地点", "urn:epc:id:sgln:6901234.56789.0"),
    Resource.READ_POINTS: ("EQ_readPoint", "读取点", "urn:epc:id:sgln:6901234.56789.0"),
    Resource.DISPOSITIONS: ("EQ_disposition", "处置状态", "in_transit"),
}


@dataclass(frozen=True, slots=True)
class Values:
    items: Sequence[str]
    next_token: str | None


async def list_values(
    session: AsyncSession, actor: Actor, resource: Resource, query: QueryParams, wanted: EpcFormat
) -> Values:
    """One page of the values that occur in events which concern the actor; all event types that there are."""
    subject = f"values of {resource}"
    page = await page_asked(session, query, subject, (str,))
    if others := [name for name in query if name not in ("perPage", "nextPageToken")]:
        raise bad_parameter(BadParameter(others[0], "这里只接受 perPage 和 nextPageToken"))
    after = None if page.after is None else str(page.after[0])
    if resource is Resource.EVENT_TYPES:
        found = [name for name in sorted(EVENT_TYPES) if after is None or name > after][: page.size + 1]
    else:
        async with patience(session):
            found = await occurring.list_values(session, actor, resource.value, limit=page.size + 1, after=after)
    items = found[: page.size]
    token = write_token(subject, (items[-1],), None, now()) if len(found) > page.size else None
    return Values([_shown(resource, item, wanted) for item in items], token)


async def ensure_known(session: AsyncSession, actor: Actor, resource: Resource, value: str) -> None:
    """Raise `NoSuchResourceException` unless an event that the actor sees names the value."""
    if resource is Resource.EVENT_TYPES and value in EVENT_TYPES:
        return
    try:
        query: EventQuery = read_query([Given(resource.parameter, (value,))], {})
    except BadParameter:
        query = EventQuery()
    async with patience(session):
        is_known = query.conditions and (await repository.find_events(session, actor, query, limit=1)).events
    if not is_known:
        raise NoSuchResourceException("没有找到；只列您能看到的事件中出现过的")


def _shown(resource: Resource, item: str, wanted: EpcFormat) -> str:
    if resource is Resource.BIZ_STEPS:
        return short(BIZ_STEP, item) or item
    if resource is Resource.DISPOSITIONS:
        return short(DISPOSITION, item) or item
    if wanted is EpcFormat.URN and resource in (Resource.EPCS, Resource.BIZ_LOCATIONS, Resource.READ_POINTS):
        try:
            return to_urn(item)
        except NotTranslatable:
            return item
    return item
