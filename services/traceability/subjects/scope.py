"""Whose records a caller reads and writes: the one place for all everyday records, which name a business and a region.

A business has its own. A market's operator reads those of the businesses in its market, a market being what the
register of businesses has, or the shop itself or an officer has entered, never what the operator says. Officers and
external systems have their regions.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from services.traceability.market_stalls.repository import stalls_of
from services.traceability.subjects.models import Subject
from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor
from shared.regions.repository import codes_within
from shared.times import day_of, now


def readable(actor: Actor, business_id: Any, region_code: Any) -> ColumnElement[bool]:
    """The rows, by their two columns, that the actor may read."""
    if actor.business_id is None:
        return region_code.in_(codes_within(actor.regions))  # type: ignore[no-any-return]
    own: ColumnElement[bool] = business_id == actor.business_id
    if actor.has(Role.MARKET_OPERATOR):
        told_itself = select(Subject.id).where(Subject.market_business_id == actor.business_id)
        registered = stalls_of(actor.business_id, day_of(now()))
        return or_(own, business_id.in_(told_itself), business_id.in_(registered))
    return own


def acts_for(actor: Actor, business_id: UUID | None) -> bool:
    """Whether the actor may write as that business, as far as his token tells: itself, or for an office anybody in its
    regions. A system whose token names no business speaks for none; through a scale it does (`tickets`).
    """
    if actor.business_id is not None:
        return actor.business_id == business_id
    return not is_bare_system(actor)


def is_bare_system(actor: Actor) -> bool:
    """An external system that no business has lent its name."""
    return actor.business_id is None and actor.has(Role.EXTERNAL_SYSTEM) and not actor.has(*OFFICIALS)
