"""What the register of businesses tells of relations: here those of stalls to their market count."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.market_stalls import repository
from shared.contracts.inspection import BusinessRelated, RelationKind


async def on_business_related(session: AsyncSession, related: BusinessRelated) -> None:
    """A stall was put into a market or left it; told anew, or late, it changes nothing."""
    if related.kind is RelationKind.STALL_OF:
        stall = {
            "relation_id": related.relation_id,
            "version": related.version,
            "business_id": related.business_id,
            "market_business_id": related.other_id,
            "valid_from": related.valid_from,
            "valid_to": related.valid_to,
        }
        await repository.keep(session, stall)
