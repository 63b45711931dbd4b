"""Writing the events of everyday acts, in the transaction of the act."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_events.formats import write_json
from services.traceability.epcis_events.models import RECORD
from services.traceability.epcis_events.problems import refused
from services.traceability.epcis_events.reading import read_event
from services.traceability.epcis_events.repository import Capturer
from services.traceability.epcis_events.service import store
from services.traceability.everyday_events.rules import Event
from shared.http.problems import Conflict


class ActIdReused(Conflict):
    slug, title = "act-id-reused", "这个编号已用于另一件事"


async def record(session: AsyncSession, business_id: UUID, region_code: str, events: Sequence[Event]) -> list[str]:
    """Store the events as told by that business's record; returns their ids. Told again, they are there already.
    They are corrected through the record alone, see `epcis_events.standing`.

    Raises `ActIdReused` when an id stands for something else, `ValidationException` for what is no valid event.
    """
    read = []
    for value in events:
        event, faults = read_event(value, write_json(value))
        if event is None:
            raise refused(faults)
        read.append(event)
    outcome = await store(session, read, Capturer(business_id, None, region_code, RECORD))
    if outcome.conflicts:
        raise ActIdReused("编号由终端生成，每件事一个；内容变了就请换一个编号")
    return [event.event_id for event in read]
