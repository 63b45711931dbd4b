"""Parts are kept apart also when they are taken at the same moment."""

import asyncio
from uuid import uuid4

import pytest

from services.sampling.separation.service import NotApart, ensure_house_is_apart, take_part
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Duty
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from tests.conftest import SessionOf, settings_of
from tests.services.sampling.apart import person, taken_sample

DUTIES = [(one, other) for one in Duty for other in Duty if one is not other]


@pytest.mark.parametrize(("first", "second"), DUTIES)
async def test_the_same_person_has_one_duty_only(session_of: SessionOf, first: Duty, second: Duty) -> None:
    session, actor = await session_of(Unit.SAMPLING), person(Role.INSPECTOR)
    sample = await taken_sample(session)
    await take_part(session, sample.id, first, actor)
    await take_part(session, sample.id, first, actor)
    with pytest.raises(NotApart, match=first.label):
        await take_part(session, sample.id, second, actor)
    await take_part(session, sample.id, second, person(Role.INSPECTOR))


@pytest.mark.parametrize(("first", "second"), DUTIES)
async def test_a_laboratory_is_no_house_that_does_anything_else(
    session_of: SessionOf, first: Duty, second: Duty
) -> None:
    session, house = await session_of(Unit.SAMPLING), uuid4()
    sample = await taken_sample(session)
    await take_part(session, sample.id, first, person(Role.INSPECTOR, house=house))
    if Duty.LABORATORY in (first, second):
        with pytest.raises(NotApart):
            await take_part(session, sample.id, second, person(Role.INSPECTOR, house=house))
        with pytest.raises(NotApart):
            await ensure_house_is_apart(session, sample.id, second, house)
    else:
        await take_part(session, sample.id, second, person(Role.INSPECTOR, house=house))


async def test_what_is_one_persons_duty_for_one_sample_is_free_for_another(session_of: SessionOf) -> None:
    session, actor = await session_of(Unit.SAMPLING), person(Role.INSPECTOR)
    await take_part(session, (await taken_sample(session)).id, Duty.SAMPLER, actor)
    await take_part(session, (await taken_sample(session)).id, Duty.CASE_HANDLER, actor)


@pytest.mark.parametrize("same", ["person", "house"])
async def test_two_parts_taken_at_once_see_each_other(fresh_database: str, same: str) -> None:
    engine = create_engine(settings_of(Unit.SAMPLING, fresh_database))
    sessions = create_sessions(engine)
    sampler = person(Role.SAMPLER)
    tester = (
        person(Role.LABORATORY, user_id=sampler.id)
        if same == "person"
        else person(Role.LABORATORY, house=sampler.organisation_id)
    )
    try:
        async with sessions() as session, session.begin():
            sample = await taken_sample(session)

        async def take(duty: Duty, actor: Actor) -> bool:
            async with sessions() as session, session.begin():
                try:
                    await take_part(session, sample.id, duty, actor)
                except NotApart:
                    return False
                await asyncio.sleep(0.2)  # keep the transaction open, so that the other has to wait for it
                return True

        taken = await asyncio.gather(take(Duty.SAMPLER, sampler), take(Duty.LABORATORY, tester))
        assert sorted(taken) == [False, True]
    finally:
        await engine.dispose()
