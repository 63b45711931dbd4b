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

Nothing else is seen, and nothing tells that it exists. Whoever acts for a business is a party, whatever other roles he
has; an external system without a business sees the regions it was given, and what its own organisation captured.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from services.traceability.epcis_events.holders import held_by, held_within
from services.traceability.epcis_events.models import EpcisEvent, EpcisEventParty, EpcisEventThing
from services.traceability.epcis_events.redaction import NEVER_REDACTED_TYPES
from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor
from shared.regions.repository import codes_within

CHILD_ROLES = ("child", "child_class")


def concerned(actor: Actor, event_id: ColumnElement[UUID] = EpcisEvent.id.expression) -> ColumnElement[bool]:
    """The events (by their row id) that concern the actor."""
    party = aliased(EpcisEventParty)
    return event_id.in_(select(party.event_pk).where(_is_actor(actor, party)))


def linked(actor: Actor) -> ColumnElement[bool]:
    """Of `EpcisEvent`, those that do not concern the actor but are one step away from one that does."""
    if not _sees_anything(actor):
        return false()
    thing = aliased(EpcisEventThing)
    shared = select(thing.event_pk).where(thing.event_pk == EpcisEvent.id, _occurs_at_actor(actor, thing))
    return and_(EpcisEvent.event_type.not_in(NEVER_REDACTED_TYPES), exists(shared), ~concerned(actor))


def visible(actor: Actor) -> ColumnElement[bool]:
    """Of `EpcisEvent`, all that the actor sees in one degree or the other."""
    return or_(concerned(actor), linked(actor))


def shown(actor: Actor, thing: type[EpcisEventThing]) -> ColumnElement[bool]:
    """Of the things of linked events, those that are shown: the shared ones, and all that lies in a shared parent."""
    parent = aliased(EpcisEventThing)
    in_shared_parent = exists().where(
        parent.event_pk == thing.event_pk, parent.role == "parent", _occurs_at_actor(actor, parent)
    )
    return or_(_occurs_at_actor(actor, thing), and_(thing.role.in_(CHILD_ROLES), in_shared_parent))


def acts_for_business(actor: Actor) -> bool:
    return actor.business_id is not None


def _occurs_at_actor(actor: Actor, thing: type[EpcisEventThing]) -> ColumnElement[bool]:
    """The thing of `EpcisEvent` also occurs in another event that concerns the actor; for an enterprise, in one that
    the capturer of `EpcisEvent` has captured too.
    """
    other, me = aliased(EpcisEventThing), aliased(EpcisEventParty)
    meeting = (
        select(other.event_pk)
        .join(me, me.event_pk == other.event_pk)
        .where(other.key == thing.key, other.event_pk != thing.event_pk, _is_actor(actor, me))
    )
    if acts_for_business(actor):
        told = aliased(EpcisEvent)
        meeting = meeting.join(told, told.id == other.event_pk).where(told.business_id == EpcisEvent.business_id)
    return meeting.correlate(thing, EpcisEvent).exists()


def _is_actor(actor: Actor, party: type[EpcisEventParty]) -> ColumnElement[bool]:
    if actor.business_id is not None:
        return or_(party.business_id == actor.business_id, party.gln_key.in_(held_by(actor.business_id)))
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
    return acts_for_business(actor) or actor.has(*OFFICIALS, Role.EXTERNAL_SYSTEM)


def visible_events(actor: Actor) -> Select[EpcisEvent]:
    """The events the actor sees, for a read by id."""
    return select(EpcisEvent).where(visible(actor))
