"""Who may be named as sampler on a form, and in whose name the visitor samples."""

from collections.abc import Collection, Mapping
from typing import Any

from gateway.identity.organisations.repository import get_organisation
from gateway.identity.users.repository import colleagues_of
from gateway.web.sampling.sample_form_fields import Colleague
from gateway.web.visitors import SAMPLE_TAKERS, Visitor
from shared.contracts.codes import Role
from shared.database import Session


async def colleagues(session: Session, visitor: Visitor, task: Mapping[str, Any] | None) -> list[Colleague]:
    """Those whom the task was given to; where nobody was named, the visitor and whoever samples for the same body."""
    if task and task["samplers"]:
        return [Colleague(each["user_id"], each["user_name"]) for each in task["samplers"]]
    return await people_with(session, visitor, SAMPLE_TAKERS)


async def people_with(session: Session, visitor: Visitor, roles: Collection[Role]) -> list[Colleague]:
    """The visitor first, if one of the roles is theirs, and whoever has one of them in the same body."""
    found = [Colleague(str(visitor.actor.id), visitor.name)] if visitor.actor.has(*roles) else []
    users = await colleagues_of(session, visitor.actor, roles)
    return found + [Colleague(str(user.id), user.display_name) for user in users if user.id != visitor.actor.id]


async def organisation_name(session: Session, visitor: Visitor) -> str:
    """The body for which the visitor samples; empty where the account names none."""
    if visitor.actor.organisation_id is None:
        return ""
    organisation = await get_organisation(session, visitor.actor.organisation_id, visitor.actor)
    return organisation.name if organisation else ""
