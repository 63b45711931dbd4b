"""Recomputing the chain of an issuer."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.supervision_letters import repository
from services.inspection.supervision_letters.problems import IssuerNotFound
from services.inspection.supervision_letters.rules import BEGINNING, chain_faults, digest, link
from services.inspection.supervision_letters.schemas import ChainFault, ChainRead
from shared.http.auth import Actor


async def verify(session: AsyncSession, issuer_id: UUID, actor: Actor) -> ChainRead:
    """Every letter of an issuer against the hashes it was issued with. Raises IssuerNotFound."""
    issuer = await repository.visible_issuer(session, issuer_id, actor)
    if issuer is None:
        raise IssuerNotFound("请核对编号；只能核对辖区内的发文机关")
    letters = [letter.as_issued() for letter in await repository.issued_letters(session, issuer.id)]
    faults = chain_faults(letters, issuer.issued_count, issuer.head)
    head = BEGINNING
    for position, letter in enumerate(letters, 1):
        head = link(head, position, digest(letter.content))
    return ChainRead(
        issuer_id=issuer.id,
        letters=len(letters),
        head=head,
        intact=not faults,
        faults=[ChainFault(number=fault.pointer, message=fault.message) for fault in faults],
    )
