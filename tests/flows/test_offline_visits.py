"""Terminals that were offline for days deliver what they have, in any order, twice, through each other's hands.

The model: whatever the order, everybody ends with one state, and nothing that was sent is lost.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.attachments.models import Attachment
from services.inspection.attachments.service import append
from services.inspection.quarantine.models import QuarantinedDelivery, QuarantineState
from services.inspection.visit_records.kinds import RecordState
from services.inspection.visit_records.merging import Side, Version, settle, shown
from services.inspection.visit_records.models import VisitJudgement, VisitRecord, VisitVersion
from services.inspection.visit_records.service import deliver
from shared.app import create_app
from shared.clocks.models import ClockRow
from shared.contracts.codes import Role, Unit
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import now
from tests.conftest import SessionOf, service_of, settings_of
from tests.services.inspection.factories import HAISHU
from tests.services.inspection.visit_records.contents import (
    ANNA,
    BERT,
    NAMES,
    SIGNATURES,
    canonical_sha256,
    edited,
    photo,
    pinned,
    published_checklist,
    saved,
    send,
    upload,
    visit,
)
from tests.tokens import TestKeys

EVENTS = 1_000
OFFICERS = {
    user: Actor(user, name, "user", frozenset({Role.INSPECTOR}), (HAISHU,), None, None, frozenset())
    for user, name in NAMES.items()
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that reaches the platform: a content or bytes under a record's id, or a file."""

    by: UUID
    record_id: UUID | None
    body: bytes
    sha256: str


@dataclass(slots=True)
class World:
    """What several devices did while they were offline: every event in the order in which it was done."""

    events: list[Event] = field(default_factory=list)
    ready: list[Event] = field(default_factory=list)
    """The pictures of signatures, which all visits name; they are there before."""

    def deliver(self, by: UUID, record_id: UUID, document: Any) -> None:
        body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
        sha256 = "" if isinstance(document, bytes) else canonical_sha256(document)
        self.events.append(Event(by, record_id, body, sha256))

    def upload(self, by: UUID, content: bytes, sha256: str) -> None:
        self.events.append(Event(by, None, content, sha256))

    def shuffled(self, chance: random.Random) -> list[Event]:
        """Every event, some of them twice, in any order."""
        events = self.events + chance.choices(self.events, k=len(self.events) // 20)
        chance.shuffle(events)
        return events

    def counting(self) -> dict[UUID, list[Version]]:
        """The versions of each record that somebody handed in who had saved them himself."""
        found: dict[UUID, dict[str, Version]] = {}
        for event in self.events:
            if event.record_id is None or not event.sha256:
                continue
            document = json.loads(event.body)
            told = document.pop("saved")
            versions = found.setdefault(event.record_id, {})
            if told["by"] == str(event.by):
                side = Side(document, event.by, told["device"], _true_time(told))
                versions[event.sha256] = Version(event.sha256, tuple(sorted(told["base"])), side)
        return {record_id: list(versions.values()) for record_id, versions in found.items() if versions}

    def documents(self) -> Iterator[tuple[UUID, dict[str, Any]]]:
        for event in self.events:
            if event.record_id is not None and event.sha256:
                yield event.record_id, json.loads(event.body)


def imagine(chance: random.Random, count: int, checklist: dict[str, Any]) -> World:
    """So many events: visits begun, changed by two inspectors who did not know of each other, brought together, sent
    through a colleague's hands; photos that are equal; devices whose clocks are wrong; bytes that nobody can read.
    """
    world = World()
    start = now() - timedelta(days=5)
    skews = {f"demo-{number}": timedelta(minutes=chance.choice([0, 0, -7, 95])) for number in range(4)}
    world.ready += [Event(ANNA, None, content, sha256) for content, sha256 in SIGNATURES.values()]
    while len(world.events) < count:
        _one_visit(world, chance, checklist, start + timedelta(minutes=chance.randrange(4_000)), skews)
    del world.events[count:]
    return world


def _one_visit(
    world: World, chance: random.Random, checklist: dict[str, Any], began: datetime, skews: dict[str, timedelta]
) -> None:
    record_id, device = UUID(int=uuid7(began).int ^ chance.getrandbits(40)), chance.choice(sorted(skews))
    content, sha256 = photo(chance.randrange(30))
    first = visit(checklist, saved=_saved(ANNA, device, began, [], skews), began_at=_by(device, began, skews))
    first["ended_at"] = _by(device, began + timedelta(hours=1), skews)
    first["answers"]["1"]["photos"] = [sha256]
    world.deliver(ANNA, record_id, first)
    world.upload(chance.choice([ANNA, BERT]), content, sha256)
    made = [first]
    for step in range(chance.randrange(5)):
        by, at = chance.choice([ANNA, BERT]), began + timedelta(minutes=2 + step)
        parents = chance.sample(made, k=min(len(made), chance.choice([1, 1, 1, 2])))
        base = [canonical_sha256(parent) for parent in parents]
        number, finding = chance.choice("1234"), chance.choice(["passed", "failed", "unknown"])
        later = edited(parents[0], by, base=base, found={number: finding}, notes=f"第 {step} 次修改（演示）")
        later["saved"] = _saved(by, chance.choice(sorted(skews)), at, base, skews)
        made.append(later)
        hands = by if chance.random() < 0.9 else (BERT if by == ANNA else ANNA)
        world.deliver(hands, record_id, later)
        if hands != by and chance.random() < 0.5:
            world.deliver(by, record_id, later)
    if chance.random() < 0.05:
        again = visit(
            checklist, notes="另起（演示）", saved=_saved(ANNA, device, began + timedelta(minutes=9), [], skews)
        )
        world.deliver(ANNA, record_id, again)
    if chance.random() < 0.05:
        world.deliver(ANNA, record_id, b"{ broken " + str(record_id).encode())


def _saved(by: UUID, device: str, at: datetime, base: list[str], skews: dict[str, timedelta]) -> dict[str, Any]:
    """Saved on a device that has spoken with the platform the day before."""
    before = at - timedelta(days=1)
    contact = {
        "sent_at": _by(device, before, skews),
        "received_at": (before + timedelta(seconds=1)).isoformat(),
        "answered_at": (before + timedelta(seconds=1)).isoformat(),
        "got_at": _by(device, before + timedelta(seconds=2), skews),
    }
    return saved(by, base=base, device=device, at=_by(device, at, skews), contacts=[contact])


def _true_time(told: dict[str, Any]) -> datetime:
    """When something was saved, from what the device says of an exchange a second long on either way."""
    [contact] = told["contacts"]
    heard = datetime.fromisoformat(contact["received_at"])
    return (
        datetime.fromisoformat(told["at"]) + (heard - datetime.fromisoformat(contact["sent_at"])) - timedelta(seconds=1)
    )


def _by(device: str, moment: datetime, skews: dict[str, timedelta]) -> str:
    return (moment + skews[device]).isoformat()


async def play(session: AsyncSession, events: list[Event], folder: Path) -> None:
    """Let every event reach the real service."""

    async def whole(content: bytes) -> AsyncIterator[bytes]:
        yield content

    for position, event in enumerate(events):
        actor = OFFICERS[event.by]
        if event.record_id is None:
            await append(session, event.sha256, 0, len(event.body), whole(event.body), folder, actor)
        else:
            await deliver(session, event.record_id, event.body, announced=event.sha256, sent_at=None, actor=actor)
        if position % 100 == 99:
            session.expunge_all()


def formed(record: VisitRecord) -> bool:
    """Whether its verdict stands; one that was reckoned on the way to something incomplete does not."""
    return record.state is RecordState.COMPLETE


async def state(session: AsyncSession) -> dict[str, Any]:
    """Everything that must not depend on the order. When something arrived, and what it was taken for then, may."""
    session.expunge_all()
    judged = {
        judgement.id: judgement.judgement
        for judgement in await session.scalars(
            select(VisitJudgement).where(VisitJudgement.id.in_(select(VisitRecord.judgement_id)))
        )
    }
    columns = ("region_code", "business_id", "kind", "state", "content", "heads", "aside", "waiting", "disputes")
    more = ("faults", "missing_files", "began_at", "ended_at", "created_by")
    records = {
        record.id: {name: getattr(record, name) for name in columns + more}
        | {"judgement": judged[record.judgement_id] if formed(record) and record.judgement_id else None}
        for record in await session.scalars(select(VisitRecord))
    }
    versions = {
        (version.record_id, version.sha256): (version.content, version.author_id, version.saved_at, version.admitted)
        for version in await session.scalars(select(VisitVersion))
    }
    kept = {
        (kept.record_id, kept.sha256): (kept.body, kept.reasons, kept.region_code)
        for kept in await session.scalars(
            select(QuarantinedDelivery).where(QuarantinedDelivery.state == QuarantineState.OPEN)
        )
    }
    files = set(await session.scalars(select(Attachment.sha256)))
    return {"records": records, "versions": versions, "kept": kept, "files": files}


@asynccontextmanager
async def undone(session: AsyncSession) -> AsyncIterator[None]:
    """What happens within is as if it had not happened."""
    savepoint = await session.begin_nested()
    yield
    session.expunge_all()
    await savepoint.rollback()


async def _nothing_is_lost(session: AsyncSession, world: World, end: dict[str, Any]) -> None:
    for record_id, document in world.documents():
        content, *_, admitted = end["versions"][record_id, canonical_sha256(document)]
        assert content == document
        assert admitted or (record_id, canonical_sha256(document)) in end["kept"], "counted, or waiting for an office"
    bodies = {body for body, *_ in end["kept"].values()}
    assert {event.body for event in world.events if event.record_id and not event.sha256} <= bodies
    assert {event.sha256 for event in world.ready + world.events if event.record_id is None} == end["files"]
    complete = {record_id for record_id, found in end["records"].items() if found["state"] is RecordState.COMPLETE}
    clocks = await session.scalars(select(ClockRow.object_id).where(ClockRow.object_type == "visit_record"))
    assert complete <= set(clocks), "each complete visit has its clock"
    assert complete


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_deliveries_end_alike_in_any_order(session: AsyncSession, tmp_path: Path, seed: int) -> None:
    """Both as they were done, and shuffled with repetitions, through the service; everything it stores is compared."""
    chance = random.Random(seed)
    world = imagine(chance, 60, pinned(await published_checklist(session)))
    ends = []
    for number, events in enumerate((world.events, world.shuffled(chance))):
        async with undone(session):
            await play(session, world.ready + events, tmp_path / str(number))
            ends.append(await state(session))
    for part, as_done in ends[0].items():
        assert ends[1][part] == as_done, part


async def test_a_thousand_shuffled_deliveries_end_as_the_model_says_and_lose_nothing(
    session: AsyncSession, tmp_path: Path
) -> None:
    """The model settles what was saved in the order in which it was saved, and knows nothing of deliveries."""
    chance = random.Random(20260724)
    world = imagine(chance, EVENTS, pinned(await published_checklist(session)))
    assert len(world.events) == EVENTS
    await play(session, world.ready + world.shuffled(chance), tmp_path)
    end = await state(session)
    await _nothing_is_lost(session, world, end)
    for record_id, versions in world.counting().items():
        record, settled = end["records"][record_id], settle(versions)
        if settled is None:
            assert (record["state"], record["waiting"]) == (RecordState.WAITING, sorted(one.sha256 for one in versions))
            continue
        assert record["content"] == settled.record
        assert record["heads"] == list(settled.heads)
        assert record["aside"] == list(settled.aside)
        assert record["waiting"] == list(settled.waiting)
        told = [(one["pointer"], one["winner"]["value"], len(one["claims"]), one["why"]) for one in record["disputes"]]
        assert told == [
            (dispute.pointer, shown(dispute.winner.value), len(dispute.claims), dispute.why)
            for dispute in settled.disputes
        ]


@dataclass(frozen=True, slots=True)
class Platform:
    """The inspection service with a database of its own, and two officers who know its address."""

    terminals: dict[UUID, httpx.AsyncClient]


@pytest_asyncio.fixture
async def platform(fresh_database: str, keys: TestKeys, tmp_path: Path) -> AsyncIterator[Platform]:
    app = create_app(service_of(Unit.INSPECTION), settings_of(Unit.INSPECTION, fresh_database, data_dir=tmp_path))
    async with app.router.lifespan_context(app):
        app.state.token_verifier = keys.verifier
        terminals = {
            user: httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://test",
                headers={"Authorization": f"Bearer {keys.token(Role.INSPECTOR, regions=[HAISHU], actor_id=user)}"},
                timeout=60,
            )
            for user in OFFICERS
        }
        yield Platform(terminals)
        for terminal in terminals.values():
            await terminal.aclose()


async def test_fifty_parallel_deliveries_of_one_visit_are_one_row(platform: Platform) -> None:
    anna, record_id, document = platform.terminals[ANNA], uuid7(), visit()
    answers = await asyncio.gather(*(send(anna, record_id, document) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert {answer.json()["sha256"] for answer in answers} == {canonical_sha256(document)}
    listed = (await anna.get("/v1/visit-records")).json()["items"]
    assert [item["id"] for item in listed] == [str(record_id)]
    record = (await anna.get(f"/v1/visit-records/{record_id}")).json()
    assert (len(record["versions"]), len(record["entries"])) == (1, 1)


async def test_the_last_file_and_the_visit_that_names_it_may_come_at_the_same_moment(platform: Platform) -> None:
    """Whichever is first, neither misses the other."""
    anna = platform.terminals[ANNA]
    for content, _ in SIGNATURES.values():
        await upload(anna, content)
    pairs = [(uuid7(), photo(number)) for number in range(12)]
    await asyncio.gather(
        *(send(anna, record_id, _with_photo(sha256)) for record_id, (_, sha256) in pairs),
        *(upload(anna, content) for _, (content, _) in pairs),
    )
    states = [(await anna.get(f"/v1/visit-records/{record_id}")).json()["missing_files"] for record_id, _ in pairs]
    assert states == [[]] * len(pairs)


async def test_the_same_last_bytes_sent_side_by_side_complete_the_file_for_all(platform: Platform) -> None:
    """A terminal that heard no answer sends them again while the first is still being kept."""
    anna = platform.terminals[ANNA]
    for number in range(5):
        content, sha256 = photo(200 + number)
        size = {"Upload-Length": str(len(content)), "Content-Type": "application/octet-stream"}
        chunks = f"/v1/attachments/{sha256}/chunks"
        assert (await anna.put(f"{chunks}/0", content=content[:10], headers=size)).status_code == 200
        answers = await asyncio.gather(
            *(anna.put(f"{chunks}/10", content=content[10:], headers=size) for _ in range(6))
        )
        assert [(answer.status_code, answer.json()["complete"]) for answer in answers] == [(200, True)] * 6


def _with_photo(sha256: str) -> dict[str, Any]:
    document = visit()
    document["answers"]["1"]["photos"] = [sha256]
    return document


async def test_equal_photos_under_shuffled_names_are_one_and_every_visit_has_its_own(platform: Platform) -> None:
    chance = random.Random(7)
    anna = platform.terminals[ANNA]
    gallery = {f"IMG_{number:04}.jpg": photo(number % 5) for number in range(20)}
    names = list(gallery)
    visits = {uuid7(): gallery[name] for name in names}
    for record_id, (_, sha256) in visits.items():
        await send(anna, record_id, _with_photo(sha256))
    chance.shuffle(names)
    for name in names:
        await upload(anna, gallery[name][0])
        await upload(platform.terminals[BERT], gallery[name][0])
    for record_id, (content, sha256) in visits.items():
        assert (await anna.get(f"/v1/attachments/{sha256}/content")).content == content
        missing = (await anna.get(f"/v1/visit-records/{record_id}")).json()["missing_files"]
        assert sha256 not in missing
