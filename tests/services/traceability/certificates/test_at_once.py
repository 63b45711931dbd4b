"""Two reissues on one certificate, sent in the same instant over two connections, are not of more than it is."""

import asyncio
from uuid import UUID, uuid4

from services.traceability.certificates import service
from services.traceability.certificates.problems import CertificateRefused
from services.traceability.certificates.schemas import CertificateWrite
from services.traceability.subjects import service as subjects
from services.traceability.subjects.schemas import SubjectWrite
from shared.contracts.codes import Role, Unit
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from tests.conftest import settings_of
from tests.services.traceability.certificates.test_certificates import commitment
from tests.services.traceability.subjects.activating import HAISHU

AT_ONCE = 4
FARM = {
    "name": "演示合作社（虚构）",
    "kind": "farm",
    "region_code": HAISHU,
    "address": "演示路 8 号（虚构）",
    "contact": "0574-00000000（虚构）",
}


async def test_of_reissues_at_once_only_as_many_stand_as_the_source_has(fresh_database: str) -> None:
    business_id = uuid4()
    farm = Actor(
        id=uuid4(),
        name="演示合作社（虚构）",
        kind="user",
        roles=frozenset({Role.BUSINESS}),
        regions=(HAISHU,),
        organisation_id=None,
        business_id=business_id,
        scopes=frozenset(),
    )
    engine = create_engine(settings_of(Unit.TRACEABILITY, fresh_database))
    sessions = create_sessions(engine)

    async def issued(lot: str, quantity: str, **more: object) -> UUID:
        body = CertificateWrite.model_validate(commitment(lot, quantity, **more))
        async with sessions() as session, session.begin():
            return (await service.put_certificate(session, uuid4(), body, farm)).id

    try:
        async with sessions() as session, session.begin():
            await subjects.activate(session, business_id, SubjectWrite.model_validate(FARM), farm)
        source = await issued("QC-1", "50")
        resting = {"role": "purchaser", "sources": [{"id": str(source), "number": "QC-1"}]}
        outcomes = await asyncio.gather(
            *(issued(f"FEN-{place}", "20", **resting) for place in range(AT_ONCE)), return_exceptions=True
        )
    finally:
        await engine.dispose()
    refused = [one for one in outcomes if isinstance(one, CertificateRefused)]
    assert [one.errors[0].code for one in refused] == ["more_than_sources"] * (AT_ONCE - 2)
    assert sum(isinstance(one, UUID) for one in outcomes) == 2
