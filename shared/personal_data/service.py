"""Showing personal data whole, which is always put on record."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.http.auth import Actor
from shared.ids import uuid7
from shared.personal_data.models import Disclosure
from shared.personal_data.schemas import DisclosedField, DisclosureRead
from shared.times import now


async def disclose(
    session: AsyncSession, actor: Actor, target: str, purpose: str, fields: Sequence[DisclosedField]
) -> DisclosureRead:
    """Show these fields of the record `target` to the actor, who may see it and has said why. In one transaction with
    its record: who is not on record has not seen it.
    """
    look = Disclosure(
        id=uuid7(),
        at=now(),
        actor_id=actor.id,
        actor_name=actor.name,
        regions=list(actor.regions),
        target=target,
        fields=[field.pointer for field in fields],
        purpose=purpose,
    )
    session.add(look)
    await session.flush()
    return DisclosureRead(id=look.id, at=look.at, target=target, fields=list(fields))


def told(pointer: str, label: str, value: str | None) -> list[DisclosedField]:
    """The field, or none where nothing is kept."""
    return [DisclosedField(pointer=pointer, label=label, value=value)] if value else []
