"""Writing down what is known of a business, here and elsewhere: once, with the way to the record."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.timeline import repository
from shared.contracts.inspection import TimelineKind
from shared.ids import uuid7


async def note(
    session: AsyncSession,
    *,
    kind: TimelineKind,
    source: str,
    business_id: UUID | None,
    uscc: str | None,
    summary: str,
    details: dict[str, Any],
    happened_at: datetime,
    link: str,
) -> None:
    """Note one thing under the business it is about; of somebody not on file, under his USCC; of nobody, not at all.

    `source` is the record, its state and whose side of it: the same told again changes nothing.
    """
    concerned = await repository.concerned(session, business_id, uscc)
    if concerned is None and uscc is None:
        return
    await repository.add_once(
        session,
        {
            "id": uuid7(),
            "business_id": concerned,
            "uscc": uscc,
            "kind": kind,
            "summary": summary,
            "details": details,
            "happened_at": happened_at,
            "link": link,
            "source": source,
        },
    )


async def tell(
    session: AsyncSession,
    *,
    kind: TimelineKind,
    source: str,
    business_id: UUID | None,
    summary: str,
    details: dict[str, Any],
    happened_at: datetime,
    link: str,
    actor_id: UUID | None,
) -> None:
    """Note a step of a record of this service under the file that the record names; without a file, nowhere.

    A merged file keeps its entries, so that they go back with it when the merge is undone.
    """
    if business_id is None:
        return
    await repository.add_once(
        session,
        {
            "id": uuid7(),
            "business_id": business_id,
            "kind": kind,
            "summary": summary,
            "details": details,
            "happened_at": happened_at,
            "actor_id": actor_id,
            "link": link,
            "source": source,
        },
    )
