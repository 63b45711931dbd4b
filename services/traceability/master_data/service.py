"""Master data stated and corrected: a new statement ends the holder's earlier one and leaves it on record."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_events.formats import write_json
from services.traceability.epcis_events.keys import key_of
from services.traceability.epcis_events.repository import Capturer
from services.traceability.epcis_events.service import capturer_of
from services.traceability.master_data import repository
from services.traceability.master_data.models import LocationChild, MasterDataAttribute, MasterDataElement
from services.traceability.master_data.reading import ReadElement, attribute_values, element_faults
from services.traceability.master_data.schemas import MasterDataCreate
from shared.http.auth import Actor
from shared.http.problems import FieldError, InvalidRequest, NotFound
from shared.ids import uuid7
from shared.times import now


def holder_of(actor_id: UUID, capturer: Capturer) -> dict[str, Any]:
    """Who states something: his business, else his organisation, else he himself."""
    if capturer.business_id is not None:
        key = f"business:{capturer.business_id}"
    elif capturer.organisation_id is not None:
        key = f"organisation:{capturer.organisation_id}"
    else:
        key = f"actor:{actor_id}"
    return {"holder_key": key, "actor_id": actor_id, **asdict(capturer)}


async def state(
    session: AsyncSession,
    elements: Sequence[ReadElement],
    holder: Mapping[str, Any],
    *,
    capture_id: UUID | None = None,
    reason: str | None = None,
    valid_from: datetime | None = None,
) -> int:
    """Put on record what the holder says of each element; nothing where he says the same already.

    Of two statements about one identifier the later in the sequence counts. Returns how many are new.
    """
    if not elements:
        return 0
    moment = now()
    await repository.lock_holder(session, holder["holder_key"])
    wanted = {(element.vocabulary, element.key): element for element in elements}
    present = await repository.in_force(session, holder["holder_key"], {key for _, key in wanted})
    standing = {(element.vocabulary, element.key): element for element in present}
    ended: list[UUID] = []
    rows: list[dict[str, Any]] = []
    fresh: list[ReadElement] = []
    for place, element in wanted.items():
        attributes, children = write_json(element.attributes), write_json(element.children)
        earlier = standing.get(place)
        if earlier is not None and (earlier.attributes, earlier.children) == (attributes, children):
            continue
        if earlier is not None:
            ended.append(earlier.id)
        fresh.append(element)
        rows.append(
            {
                "id": uuid7(),
                "vocabulary": element.vocabulary,
                "key": element.key,
                "uri": element.uri,
                "attributes": attributes,
                "children": children,
                "capture_id": capture_id,
                "reason": reason,
                "valid_from": valid_from or moment,
                "recorded_at": moment,
                **holder,
            }
        )
    await repository.supersede(session, ended, moment)
    await repository.add(session, MasterDataElement, rows)
    await _index(session, [(row["id"], element) for row, element in zip(rows, fresh, strict=True)])
    return len(rows)


async def _index(session: AsyncSession, elements: Sequence[tuple[UUID, ReadElement]]) -> None:
    """What queries look for: attributes by name, children by parent."""
    attributes = [
        {"element_id": own, "number": n, "key": element.key, "name": name, "value_text": text, "value_number": number}
        for own, element in elements
        for n, (name, text, number) in enumerate(attribute_values(element.attributes))
    ]
    children = [
        {"element_id": own, "number": number, "parent_key": element.key, "child_key": key_of(child)}
        for own, element in elements
        for number, child in enumerate(element.children)
    ]
    await repository.add(session, MasterDataAttribute, attributes)
    await repository.add(session, LocationChild, children)


async def correct(session: AsyncSession, wanted: MasterDataCreate, actor: Actor) -> MasterDataElement:
    """State one element by hand, with a reason. Raises `InvalidRequest`, also when nothing would change."""
    faults = list(element_faults(wanted.attributes, wanted.children))
    if faults:
        errors = [FieldError(pointer=fault.pointer, message=fault.message, code=fault.code) for fault in faults]
        raise InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors)
    element = ReadElement(wanted.vocabulary, wanted.id, wanted.attributes, wanted.children)
    holder = holder_of(actor.id, capturer_of(actor))
    stated = await state(session, [element], holder, reason=wanted.reason, valid_from=wanted.valid_from)
    if not stated:
        raise InvalidRequest("与现在的记录相同，没有需要更正的")
    rows = await repository.in_force(session, holder["holder_key"], [element.key])
    return next(row for row in rows if row.vocabulary == wanted.vocabulary)


class UnknownMasterData(NotFound):
    slug, title = "unknown-master-data", "没有这条主数据"


async def read(session: AsyncSession, element_id: UUID, actor: Actor) -> MasterDataElement:
    """One statement that the actor may see. Raises `UnknownMasterData`."""
    found = await repository.find(session, element_id, actor)
    if found is None:
        raise UnknownMasterData
    return found
