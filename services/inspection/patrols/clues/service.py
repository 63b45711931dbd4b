"""Clues: reported from terminals, handed on by reference, answered to whom reported them, counted when answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.timeline.service import tell
from services.inspection.figures.duties import CLUES_SUBSTANTIATED
from services.inspection.grid.cells.codes import GridLevel
from services.inspection.grid.cells.problems import wrong
from services.inspection.grid.cells.service import Cell, cell_for, find_cell
from services.inspection.grid.counts.service import CLUES_IN_TIME, Standing, settle
from services.inspection.patrols.clues import repository
from services.inspection.patrols.clues.codes import ClueEntryKind
from services.inspection.patrols.clues.models import Clue
from services.inspection.patrols.clues.problems import ClueDiffers, UnknownClue
from services.inspection.patrols.clues.schemas import ClueFacts, ClueWrite, Referral, Reply
from services.inspection.patrols.rules import changes_between, digest, is_uuid7
from shared.clocks.models import ClockRow
from shared.clocks.service import clocks_of, meet_clock, open_clock
from shared.contracts.clocks import ClockState
from shared.contracts.inspection import ClueOutcome, ClueState, ConsumerClueChanged, TimelineKind
from shared.contracts.traceability import DoubtRaised
from shared.events.outbox import publish
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.times import day_of, last_day, now

CLOCK_CODE, CLOCK_OBJECT = "grid_clue_answer", "clue"

CONSUMERS = Actor(
    id=UUID("0199f3a0-0000-7000-8000-c0de00000001"),
    name="消费者（扫码反映，不记姓名）",
    kind="public",
    roles=frozenset(),
    regions=(),
    organisation_id=None,
    business_id=None,
    scopes=frozenset(),
)
"""Who reports what consumers doubt: nobody knows who it is, and nobody signs in as this."""


@dataclass(frozen=True, slots=True)
class Report:
    """A clue as it came: its id from the terminal, where and when it was found, on which patrol if on one."""

    id: UUID
    facts: ClueFacts
    cell: Cell
    found_at: datetime
    patrol_id: UUID | None = None

    @property
    def content(self) -> dict[str, Any]:
        facts = self.facts.model_dump(mode="json", include=set(ClueFacts.model_fields))
        patrol = str(self.patrol_id) if self.patrol_id else None
        return facts | {"cell_code": self.cell.code, "found_at": self.found_at.isoformat(), "patrol_id": patrol}


async def clue_for(session: AsyncSession, clue_id: UUID, actor: Actor, *, lock: bool = False) -> Clue:
    """A clue with its history. Raises `UnknownClue`."""
    clue = await repository.visible_clue(session, clue_id, actor, lock=lock)
    if clue is None:
        raise UnknownClue("请核对编号；只能查看辖区内的，或自己上报的")
    return clue


async def put_clue(session: AsyncSession, actor: Actor, clue_id: UUID, body: ClueWrite) -> tuple[Clue, bool]:
    """Take a clue from a terminal; the flag says whether it is new. Raises as `receive` does."""
    if not is_uuid7(clue_id):
        raise wrong("#path/clue_id", "编号须是终端生成的 UUIDv7", "uuid7")
    cell = await cell_for(session, actor, body.cell_code)
    is_new = bool(await receive(session, actor, [Report(clue_id, body, cell, body.found_at)]))
    return await clue_for(session, clue_id, actor), is_new


async def receive(session: AsyncSession, actor: Actor, reports: Sequence[Report]) -> list[UUID]:
    """Enter clues, each with its clock; gives the ids of those that are new.

    The same content again changes nothing. Raises `ClueDiffers` where another content is stored under an id. Of a
    business that is not on file only the words remain.
    """
    named = {report.facts.business_id for report in reports if report.facts.business_id}
    on_file = await repository.those_on_file(session, named)
    new, present = [], now()
    for report in reports:
        clock = await _clock(session, report, present)
        values = {
            "id": report.id,
            "version": 1,
            "patrol_id": report.patrol_id,
            "cell_code": report.cell.code,
            "region_code": report.cell.region_code,
            "business_id": report.facts.business_id if report.facts.business_id in on_file else None,
            "place": report.facts.place,
            "what": report.facts.what,
            "found_at": report.found_at,
            "content": report.content,
            "sha256": digest(report.content),
            "reporter_id": actor.id,
            "reporter_name": actor.name,
            "received_at": present,
            "clock_id": clock.id,
        }
        if await repository.add_clue(session, values):
            clue = await clue_for(session, report.id, actor, lock=True)
            clue.log(ClueEntryKind.REPORTED, report.found_at, actor.id, actor.name, "")
            new.append(clue.id)
            await session.flush()
            await _tell(session, clue, TimelineKind.CLUE_REPORTED, clue.what[:60], report.found_at)
            continue
        known = await clue_for(session, report.id, actor)
        if known.sha256 != values["sha256"]:
            differences = [change._asdict() for change in changes_between(known.content, report.content)]
            raise ClueDiffers("线索一经上报不再改写；有新情况请另报一条", differences=differences)
    return new


async def refer(session: AsyncSession, actor: Actor, clue_id: UUID, body: Referral, expected: int) -> Clue:
    """Hand a clue on to a visit, a correction or a case, by reference."""
    clue = await clue_for(session, clue_id, actor, lock=True)
    ensure_version(clue, expected)
    clue.refer(body.kind, body.reference)
    note = f"{body.kind.label} {body.reference}" + (f"：{body.note}" if body.note else "")
    clue.log(ClueEntryKind.REFERRED, now(), actor.id, actor.name, note)
    clue.advance()
    await session.flush()
    await _tell_consumer(session, clue)
    return clue


async def reply(session: AsyncSession, actor: Actor, clue_id: UUID, body: Reply, expected: int) -> Clue:
    """Answer the reporter; the first answer ends the clock."""
    clue = await clue_for(session, clue_id, actor, lock=True)
    ensure_version(clue, expected)
    at = now()
    kind = clue.reply(body.outcome, body.answer, at)
    if kind is ClueEntryKind.ANSWERED:
        await meet_clock(session, clue.clock_id, evidence=body.answer[:200], actor=actor, at=at)
    await _count(session, clue)
    words = f"{clue.what[:60]}，{body.outcome.label}"
    await _tell(session, clue, TimelineKind.CLUE_ANSWERED, words, at, actor.id)
    clue.log(kind, at, actor.id, actor.name, f"{body.outcome.label}：{body.answer}")
    clue.advance()
    await session.flush()
    await _tell_consumer(session, clue)
    return clue


async def receive_doubt(session: AsyncSession, doubt: DoubtRaised) -> None:
    """Make a clue of what a consumer doubts, under the doubt's id: told again, it is the same clue."""
    cell = await find_cell(session, doubt.region_code)
    if cell is None:  # a code of a whole city: the county's office is not known, so the city's own has it
        cell = Cell(doubt.region_code, doubt.region_code, GridLevel.COUNTY, doubt.region_code, False, None, None, 0)
    facts = ClueFacts(
        business_id=doubt.business_id,
        place=doubt.place or "消费者没有写在哪里买到",
        what=f"消费者扫码反映（{doubt.product_name}，{doubt.code}）：{doubt.what}",
    )
    await receive(session, CONSUMERS, [Report(doubt.doubt_id, facts, cell, doubt.raised_at)])


async def settle_clue(session: AsyncSession, clue_id: UUID) -> None:
    """Take note of what the sweep of clocks found; the clock itself is asked, in whatever order its messages come."""
    clue = await repository.lock_clue(session, clue_id)
    if clue is not None:
        await _count(session, clue)


async def _tell_consumer(session: AsyncSession, clue: Clue) -> None:
    """A consumer is answered where he asked, by the number he was given."""
    if clue.reporter_id == CONSUMERS.id:
        changed = ConsumerClueChanged(
            clue_id=clue.id,
            version=clue.version,
            state=clue.state,
            outcome=clue.outcome,
            answer=clue.answer,
            changed_at=now(),
        )
        await publish(session, changed, clue.id)


async def _tell(
    session: AsyncSession, clue: Clue, kind: TimelineKind, words: str, at: datetime, actor_id: UUID | None = None
) -> None:
    """Note it with the business. Who reported is not told there."""
    await tell(
        session,
        kind=kind,
        source=f"clue/{clue.id}/{kind.value}/{len(clue.entries)}",
        business_id=clue.business_id,
        summary=f"{kind.label}：{words}",
        details={"clue_id": str(clue.id)},
        happened_at=at,
        link=f"/v1/clues/{clue.id}",
        actor_id=actor_id,
    )


async def _clock(session: AsyncSession, report: Report, present: datetime) -> ClockRow:
    """The clue's clock; it has one, however often the clue comes."""
    if known := await clocks_of(session, CLOCK_OBJECT, report.id):
        return known[0]
    return await open_clock(
        session,
        code=CLOCK_CODE,
        object_type=CLOCK_OBJECT,
        object_id=report.id,
        region_code=report.cell.region_code,
        triggered_at=present,
        title=f"{report.facts.place}：{report.facts.what}"[:120],
    )


async def _count(session: AsyncSession, clue: Clue) -> None:
    """Count the clue on the day it was answered in time, or on the day it became overdue; otherwise not yet."""
    [clock] = await clocks_of(session, CLOCK_OBJECT, clue.id)
    link, standing = f"/v1/clues/{clue.id}", None
    if clue.state is ClueState.ANSWERED and clue.answered_at is not None and clue.answered_at <= clock.due_at:
        standing = Standing(clue.region_code, True, clue.title, link, day_of(clue.answered_at))
    elif clue.state is ClueState.ANSWERED or clock.state is ClockState.BREACHED:
        standing = Standing(clue.region_code, False, clue.title, link, last_day(clock.due_at))
    await settle(session, CLUES_IN_TIME, str(clue.id), {str(clue.id): standing})
    truth = None
    if clue.answered_at is not None and clue.outcome is not ClueOutcome.NOT_REACHED:
        substantiated = clue.outcome is ClueOutcome.SUBSTANTIATED
        truth = Standing(clue.region_code, substantiated, clue.title, link, day_of(clue.answered_at))
    await settle(session, CLUES_SUBSTANTIATED, str(clue.id), {str(clue.id): truth})
