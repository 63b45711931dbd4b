"""The log of a running unit: every write stands in it, and what a database administrator does to it is found."""

import hashlib
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.scoring.settings import Settings
from shared import times
from shared.audit import service
from shared.audit.__main__ import export
from shared.audit.verifier import sm3_by_steps, verify_consistency, verify_inclusion, verify_log
from shared.contracts.codes import Role, Unit
from shared.database import create_engine, create_sessions
from shared.http.audit import AuditRecord
from tests.conftest import ClientOf, SessionOf

HAISHU, NANHAI = "330203000000", "440605000000"
NOTICE = {
    "source": "（虚构）2027 年放假通知",
    "days": [{"day": "2027-10-01", "working": False, "name": "国庆节"}],
}


@dataclass
class Ledger:
    """The log of scoring in a database of the test's own, with what an administrator of that database can do."""

    url: str
    sessions: async_sessionmaker[AsyncSession]

    async def write(self, many: int) -> None:
        async with self.sessions() as session, session.begin():
            session.add_all(
                AuditRecord(
                    at=times.now(),
                    actor_id=uuid4(),
                    regions=[HAISHU],
                    action="POST /v1/demo",
                    target=f"/v1/demo/{number}",
                    request_id="",
                    status=201,
                )
                for number in range(many)
            )

    async def seal(self) -> dict[str, Any] | None:
        """Seal what was written and publish; returns the head that an outsider keeps."""
        async with self.sessions() as session, session.begin():
            while await service.seal(session, Unit.SCORING):
                pass
            head = await service.publish_head(session, Unit.SCORING)
        return None if head is None else service.head_document(Unit.SCORING, head)

    async def tamper(self, *statements: str) -> None:
        """As the superuser, with the triggers switched off."""
        connection = await asyncpg.connect(self.url)
        await connection.execute("SET session_replication_role = replica; SET search_path = scoring")
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    async def exported(self) -> list[dict[str, Any]]:
        out = io.StringIO()
        await export(Settings(database_url=self.url), out)
        return [json.loads(line) for line in out.getvalue().splitlines()]

    async def differences(self, *heads: dict[str, Any]) -> list[str]:
        return [str(found) for found in verify_log(await self.exported(), heads)]


@pytest_asyncio.fixture
async def ledger(fresh_database: str) -> AsyncIterator[Ledger]:
    engine = create_engine(Settings(database_url=fresh_database))
    yield Ledger(fresh_database, create_sessions(engine))
    await engine.dispose()


@pytest.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SCORING)


async def test_a_write_leaves_who_what_which_and_the_hash_of_its_content(
    session: AsyncSession, client_of: ClientOf
) -> None:
    actor = uuid4()
    office = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU], actor_id=actor)
    body = json.dumps(NOTICE).encode()
    answer = await office.put(
        "/v1/calendar/2027", content=body, headers={"Content-Type": "application/json", "If-Match": '"0"'}
    )
    assert answer.status_code == 200, answer.text
    (record,) = (await session.scalars(select(AuditRecord))).all()
    assert (record.actor_id, record.regions, record.status) == (actor, [HAISHU], 200)
    assert (record.action, record.target) == ("PUT /v1/calendar/{year}", "/v1/calendar/2027")
    assert record.request_id == answer.headers["X-Request-Id"]
    assert record.content_salt
    assert record.content_bytes == len(body)
    assert record.content_sha256 == hashlib.sha256(record.content_salt + body).digest()
    assert record.content_sm3 == sm3_by_steps(record.content_salt + body)
    assert "国庆节" not in json.dumps(service.leaf_of(Unit.SCORING, record), ensure_ascii=False)


async def test_what_is_read_or_refused_leaves_no_record(session: AsyncSession, client_of: ClientOf) -> None:
    office = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    assert (await office.get("/v1/calendar/2027")).status_code == 200
    assert (await office.put("/v1/calendar/2027", json=NOTICE, headers={"If-Match": '"7"'})).status_code == 412
    assert (await office.put("/v1/calendar/2027", json={})).status_code == 422
    assert (await session.scalars(select(AuditRecord))).all() == []


async def test_sealed_records_are_neither_changed_nor_deleted(ledger: Ledger) -> None:
    await ledger.write(3)
    await ledger.seal()
    for statement in (
        "UPDATE audit_records SET action = 'x'",
        "UPDATE audit_records SET position = position + 10",
        "DELETE FROM audit_records",
        "TRUNCATE audit_records",
        "UPDATE audit_heads SET size = 9",
        "DELETE FROM audit_heads",
    ):
        with pytest.raises(DBAPIError, match="only appended"):
            async with ledger.sessions() as session, session.begin():
                await session.execute(text(statement))


async def test_a_record_that_waits_for_its_seal_keeps_its_content(ledger: Ledger) -> None:
    await ledger.write(1)
    with pytest.raises(DBAPIError, match="only appended"):
        async with ledger.sessions() as session, session.begin():
            await session.execute(text("UPDATE audit_records SET position = 0, action = 'x'"))


async def test_the_log_and_every_head_ever_published_fit(ledger: Ledger) -> None:
    heads = []
    for many in (1, 300, 255, 8):
        await ledger.write(many)
        heads.append(await ledger.seal())
    assert [head["size"] for head in heads if head] == [1, 301, 556, 564]
    assert await ledger.differences(*(head for head in heads if head)) == []
    assert await ledger.seal() is None, "nothing new, no new head"


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("UPDATE audit_records SET actor_id = gen_random_uuid() WHERE position = 4", "位置 4"),
        ("DELETE FROM audit_records WHERE position = 4", "位置 4：记录缺失"),
        ("DELETE FROM audit_records WHERE position BETWEEN 4 AND 6", "位置 4 至 6：记录缺失"),
        (
            "UPDATE audit_records SET position = CASE position WHEN 4 THEN -5 WHEN 5 THEN -4 END "
            "WHERE position IN (4, 5); UPDATE audit_records SET position = -position WHERE position < 0",
            "位置 4",
        ),
        (
            "UPDATE audit_records SET position = -position - 1 WHERE position > 3;"
            "UPDATE audit_records SET position = -position WHERE position < 0;"
            "INSERT INTO audit_records SELECT gen_random_uuid(), at, actor_id, regions, action, target, location,"
            " status, request_id, content_bytes, content_sha256, content_sm3, content_salt, 4, leaf_sha256, leaf_sm3,"
            " chain_sha256, chain_sm3 FROM audit_records WHERE position = 3",
            "位置 4",
        ),
    ],
    ids=["edited", "deleted", "several deleted", "exchanged", "inserted"],
)
async def test_what_an_administrator_does_with_the_triggers_off_is_named(ledger: Ledger, deed: str, told: str) -> None:
    await ledger.write(10)
    kept = await ledger.seal()
    assert kept is not None
    await ledger.tamper(deed)
    found = await ledger.differences(kept)
    assert told in found[0]
    assert any("树头" in difference for difference in found) or "缺失" in found[0]


async def test_a_log_sealed_anew_after_an_edit_fits_itself_but_not_the_head_that_was_kept(ledger: Ledger) -> None:
    await ledger.write(10)
    kept = await ledger.seal()
    assert kept is not None
    await ledger.tamper(
        "UPDATE audit_records SET target = '/v1/demo/other' WHERE position = 4",
        "UPDATE audit_records SET position = NULL",
        "DELETE FROM audit_heads",
    )
    forged = await ledger.seal()
    assert forged is not None
    assert await ledger.differences(forged) == []
    (found,) = await ledger.differences(kept)
    assert "位置 0 至 9 的记录与当时公布的不同" in found


async def test_a_writer_that_commits_late_is_sealed_later_and_nothing_waits_for_it(ledger: Ledger) -> None:
    async with ledger.sessions() as slow, slow.begin():
        slow.add(AuditRecord(at=times.now(), regions=[], action="POST /v1/slow", target="/v1/slow", request_id=""))
        await slow.flush()
        await ledger.write(2)
        first = await ledger.seal()
    second = await ledger.seal()
    assert first
    assert second
    assert (first["size"], second["size"]) == (2, 3)
    assert [line["leaf"]["action"] for line in await ledger.exported()][-1] == "POST /v1/slow"
    assert await ledger.differences(first, second) == []


async def test_proofs_by_the_interface_hold_for_the_verifier(session: AsyncSession, client_of: ClientOf) -> None:
    auditor = await client_of(Unit.SCORING, Role.AUDITOR, regions=[HAISHU])
    anybody = await client_of(Unit.SCORING)
    for many in (3, 600):
        session.add_all(
            AuditRecord(
                at=times.now(),
                actor_id=uuid4(),
                regions=[HAISHU],
                action="POST /v1/demo",
                target=f"/v1/demo/{number}",
                request_id="",
            )
            for number in range(many)
        )
        await session.flush()
        await service.seal(session, Unit.SCORING)
        await service.publish_head(session, Unit.SCORING)
    heads = (await anybody.get("/v1/audit/heads")).json()["items"]
    assert [head["size"] for head in heads] == [603, 3]
    proof = await anybody.get("/v1/audit/consistency?first=3&second=603")
    assert proof.status_code == 200, proof.text
    verify_consistency(proof.json())
    records = (await auditor.get("/v1/audit/records?limit=5")).json()["items"]
    assert len(records) == 5
    for record in records:
        shown = await auditor.get(f"/v1/audit/records/{record['id']}/proof")
        verify_inclusion(shown.json())
    unknown = await anybody.get("/v1/audit/consistency?first=2&second=603")
    assert unknown.status_code == 404


async def test_records_are_read_by_auditors_of_the_callers_regions_only(
    session: AsyncSession, client_of: ClientOf
) -> None:
    record = AuditRecord(at=times.now(), regions=[NANHAI], action="POST /v1/demo", target="/v1/demo", request_id="")
    session.add(record)
    await session.flush()
    elsewhere = await client_of(Unit.SCORING, Role.AUDITOR, regions=[HAISHU])
    assert (await elsewhere.get("/v1/audit/records")).json()["items"] == []
    assert (await elsewhere.get(f"/v1/audit/records/{record.id}/proof")).status_code == 404
    inspector = await client_of(Unit.SCORING, Role.INSPECTOR, regions=[NANHAI])
    assert (await inspector.get("/v1/audit/records")).status_code == 403


async def test_the_verifier_that_is_handed_out_is_the_one_that_seals(client_of: ClientOf) -> None:
    anybody = await client_of(Unit.SCORING)
    answer = await anybody.get("/v1/audit/verifier")
    assert "def verify_log" in answer.text
