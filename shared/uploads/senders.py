"""The sender of a file as its job needs him: it acts with the rights he had when he sent it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.contracts.codes import Role
from shared.http.auth import Actor


def packed(actor: Actor) -> dict[str, Any]:
    """The sender as a column of JSON."""
    return {
        "id": str(actor.id),
        "name": actor.name,
        "kind": actor.kind,
        "roles": sorted(role.value for role in actor.roles),
        "regions": list(actor.regions),
        "organisation_id": str(actor.organisation_id) if actor.organisation_id else None,
        "business_id": str(actor.business_id) if actor.business_id else None,
    }


def unpacked(sender: Mapping[str, Any]) -> Actor:
    organisation_id, business_id = sender.get("organisation_id"), sender.get("business_id")
    return Actor(
        id=UUID(sender["id"]),
        name=sender["name"],
        kind=sender["kind"],
        roles=frozenset(map(Role, sender["roles"])),
        regions=tuple(sender["regions"]),
        organisation_id=UUID(organisation_id) if organisation_id else None,
        business_id=UUID(business_id) if business_id else None,
        scopes=frozenset(),
    )
