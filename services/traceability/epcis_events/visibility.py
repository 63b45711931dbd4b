"""Who sees which event: one clause in SQL that every read of events goes through.

Two degrees:

- `concerned(actor)`: the event is the actor's own business. For an enterprise: it captured the event, or is named in it
  as source, destination or place (by a GLN that an office has registered to it). For an office: one of these lies in
  its regions.
- `linked(actor)`: one step up or down. For an enterprise: another enterprise's event about a thing which that same
  enterprise has told it had from, or gave to, this one. What the other has said itself opens its events, never what one
  says of the other: else anybody could look into anybody's events by a made-up delivery. For an office: any event about
  a thing that also occurs in an event that concerns it.
  Of these it sees what happened to the shared things, not the other's dealings: see `redaction`. Events of
  transformation (a recipe) and transaction (a contract) are not shown so, as nothing valid would be left of them.
  They are shown to who names the event or asks for a thing; to look through all events of everybody for things that
  also occur in one's own would be a trawl, not a trace.

Nothing else is seen, and nothing tells that it exists. Whoever acts for a business is a party, whatever other roles he
has; an external system without a business sees the regions it was given, and what its own organisation captured.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from services.traceability.epcis_events.holders import held_by, held_within
from services.traceability.epcis_events.models import EpcisEvent, EpcisEventParty, EpcisEventThing
from services.traceability.epcis_events.redaction import NEVER_REDACTED_TYPES
from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor
from shared.regions.repository import codes_within

CHILD_ROLES = ("child", "child_class")

Only = Callable[[InstrumentedAttribute[str]], ColumnElement[bool]]
"""Narrows the keys that are looked at."""


def concerned(actor: Actor, event_id: ColumnElement[UUID] = EpcisEvent.id.expression) -> ColumnElement[bool]:
    """The events (by their row id) that concern the actor."""
    party = aliased(EpcisEventParty)
    if actor.business_id is None:
        return event_id.in_(select(party.event_pk).where(_in_office(actor, party)))
    captured = select(party.event_pk).where(party.business_id == actor.business_id)
    return event_id.in_(union_all(captured, _naming(actor.business_id)))


def linked(actor: Actor) -> ColumnElement[bool]:
    """Of `EpcisEvent`, those that do not concern the actor but are one step away from one that does."""
    if not _sees_anything(actor):
        return false()
    thing = aliased(EpcisEventThing)
    shared = select(thing.event_pk).where(thing.event_pk == EpcisEvent.id, _occurs_at_actor(actor, thing))
    return and_(exists(shared), linkable(actor))


def linkable(actor: Actor) -> ColumnElement[bool]:
    """Of `EpcisEvent`, those that are linked if one of their things is `shown`."""
    party = aliased(EpcisEventParty)
    if actor.business_id is None:
        concerns = _in_office(actor, party)
    else:
        concerns = or_(party.business_id == actor.business_id, party.gln_key.in_(held_by(actor.business_id)))
    concerned_by = select(party.event_pk).where(party.event_pk == EpcisEvent.id, concerns).correlate(EpcisEvent)
    return and_(EpcisEvent.event_type.not_in(NEVER_REDACTED_TYPES), ~concerned_by.exists())


def shown(actor: Actor, thing: type[EpcisEventThing], only: Only | None = None) -> ColumnElement[bool]:
    """Of the things of `linkable` events, those that are shown: the shared ones, and all that lies in a shared parent.

    `only` says which keys are asked for anyway; then the keys that the actor has to do with are looked up once, and
    not for each event of a thing that occurs in thousands.
    """
    parent = aliased(EpcisEventThing)
    in_shared_parent = exists().where(
        parent.event_pk == thing.event_pk, parent.role == "parent", _occurs_at_actor(actor, parent)
    )
    return or_(_occurs_at_actor(actor, thing, only), and_(thing.role.in_(CHILD_ROLES), in_shared_parent))


def _occurs_at_actor(actor: Actor, thing: type[EpcisEventThing], only: Only | None = None) -> ColumnElement[bool]:
    """The thing of `EpcisEvent` also occurs in an event that concerns the actor; for an enterprise, in one in which the
    capturer of `EpcisEvent` has named it. (It is another event: `linkable` ones do not concern the actor.)
    """
    other = aliased(EpcisEventThing)
    if actor.business_id is not None:
        told = aliased(EpcisEvent)
        meeting = select(other.key, told.business_id).join(told, told.id == other.event_pk)
        meeting = meeting.where(other.event_pk.in_(_naming(actor.business_id)))
        if only is not None:
            return tuple_(thing.key, EpcisEvent.business_id).in_(meeting.where(only(other.key)))
        meeting = meeting.where(told.business_id == EpcisEvent.business_id)
        return meeting.where(other.key == thing.key).correlate(thing, EpcisEvent).exists()
    keys = select(other.key).where(concerned(actor, other.event_pk.expression))
    if only is not None:
        return thing.key.in_(keys.where(only(other.key)))
    return keys.where(other.key == thing.key).correlate(thing, EpcisEvent).exists()


def _naming(business_id: UUID) -> Select[UUID]:
    """The events that name a place of the business."""
    party = aliased(EpcisEventParty)
    return select(party.event_pk).where(party.gln_key.in_(held_by(business_id)))


def _in_office(actor: Actor, party: type[EpcisEventParty]) -> ColumnElement[bool]:
    by_right: list[ColumnElement[bool]] = []
    if actor.has(*OFFICIALS, Role.EXTERNAL_SYSTEM) and actor.regions:
        by_right += [
            party.region_code.in_(codes_within(actor.regions)),
            party.gln_key.in_(held_within(actor.regions)),
        ]
    if actor.has(Role.EXTERNAL_SYSTEM) and actor.organisation_id is not None:
        by_right.append(party.organisation_id == actor.organisation_id)
    return or_(*by_right) if by_right else false()


def _sees_anything(actor: Actor) -> bool:
    return actor.business_id is not None or actor.has(*OFFICIALS, Role.EXTERNAL_SYSTEM)
