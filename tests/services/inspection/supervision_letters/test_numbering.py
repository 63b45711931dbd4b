"""Letters signed at the same moment: each gets a number and a place of its own, none is left out."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.settings import Settings
from services.inspection.supervision_letters import administration, chain, service
from services.inspection.supervision_letters.schemas import IssuerCreate, LetterWrite
from shared.contracts.codes import Role
from shared.database import create_engine
from shared.http.auth import Actor
from shared.ids import uuid7
from tests.services.inspection.factories import HAISHU
from tests.services.inspection.supervision_letters.making import letter

AT_ONCE = 6


def person(role: Role) -> Actor:
    return Actor(
        id=uuid7(),
        name="演示人员（虚构）",
        kind="user",
        roles=frozenset({role}),
        regions=(HAISHU,),
        organisation_id=None,
        business_id=None,
        scopes=frozenset(),
    )


async def test_letters_signed_at_once_are_numbered_without_gaps_and_linked(fresh_database: str) -> None:
    engine = create_engine(Settings(database_url=fresh_database))
    office, leader = person(Role.FOOD_SAFETY_OFFICE), person(Role.LEADER)

    async def submitted(issuer_id: UUID) -> UUID:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            draft = await service.draft(session, LetterWrite.model_validate(letter(str(issuer_id))), office)
            return (await service.submit(session, draft.id, "", draft.version, office)).id

    async def sign(letter_id: UUID) -> str:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            return (await service.issue(session, letter_id, "", 2, leader)).number or ""

    try:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            asked = IssuerCreate(region_code=HAISHU, name="演示机关（虚构）", abbreviation="演")
            issuer = await administration.add_issuer(session, asked, leader)
        ids = [await submitted(issuer.id) for _ in range(AT_ONCE)]
        numbers = await asyncio.gather(*(sign(letter_id) for letter_id in ids))
        assert sorted(number[-2:] for number in numbers) == [f"{place}号" for place in range(1, AT_ONCE + 1)]
        async with AsyncSession(engine) as session:
            found = await chain.verify(session, issuer.id, leader)
        assert (found.letters, found.intact) == (AT_ONCE, True)
    finally:
        await engine.dispose()
