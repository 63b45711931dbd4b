"""Handing a cell over: no day between the two persons, no day with both, and nothing undone goes unmentioned."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.cells.problems import wrong
from services.inspection.grid.cells.service import cell_for
from services.inspection.grid.handovers import repository
from services.inspection.grid.handovers.codes import OpenItemKind, Side
from services.inspection.grid.handovers.models import Handover
from services.inspection.grid.handovers.problems import HandoverStepRefused, UnknownHandover
from services.inspection.grid.handovers.schemas import Confirmation, HandoverCreate, OpenItem
from services.inspection.grid.posts.models import GridPost
from services.inspection.grid.posts.schemas import PostCreate
from services.inspection.grid.posts.service import appoint, post_for
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Forbidden
from shared.ids import uuid7
from shared.times import day_of, now

LINKS = {
    OpenItemKind.VISIT: "/v1/visits/",
    OpenItemKind.CORRECTION: "/v1/corrections/",
    OpenItemKind.CLUE: "/v1/clues/",
}


async def open_items_of(session: AsyncSession, actor: Actor, cell_code: str, on: date) -> list[OpenItem]:
    """What lies undone in a cell."""
    cell = await cell_for(session, actor, cell_code)
    rows = await repository.open_items(session, cell, on)
    return [
        OpenItem(
            kind=(kind := OpenItemKind(row.kind)),
            id=row.id,
            title=row.title,
            since=row.since,
            due_at=row.due_at,
            link=f"{LINKS[kind]}{row.id}",
        )
        for row in rows
    ]


async def handover_for(session: AsyncSession, handover_id: UUID, actor: Actor, *, lock: bool = False) -> Handover:
    """A hand-over. Raises `UnknownHandover`."""
    handover = await repository.visible_handover(session, handover_id, actor, lock=lock)
    if handover is None:
        raise UnknownHandover("请核对编号；只能查看辖区内的，或自己交接的")
    return handover


async def propose(session: AsyncSession, actor: Actor, body: HandoverCreate) -> Handover:
    """Propose that a post goes to another person. Until both confirm, the holder stays responsible."""
    post = await post_for(session, body.post_id, actor, lock=True)
    if post.until is not None:
        raise HandoverStepRefused(f"这项任职定于 {post.until} 结束，不必交接；请直接登记接任人自那天起的任职")
    if body.taker_id == post.user_id:
        raise wrong("/taker_id", "接任人就是现任，请核对", "taker")
    if body.planned_on <= post.since:
        raise wrong("/planned_on", f"任职自 {post.since} 起，交接的日期应在其后，现为 {body.planned_on}", "planned_on")
    if await repository.proposed_for(session, post.id) is not None:
        raise HandoverStepRefused("这项任职已有一次待确认的交接，请先确认或撤回")
    handover = Handover(
        id=uuid7(),
        version=1,
        cell_code=post.cell_code,
        region_code=post.region_code,
        giver_id=post.user_id,
        giver_name=post.user_name,
        open_items=await _listed(session, actor, post.cell_code),
        proposed_by=actor.id,
        **dict(body),
    )
    session.add(handover)
    await session.flush()
    await session.refresh(handover)
    return handover


async def confirm(
    session: AsyncSession, actor: Actor, handover_id: UUID, body: Confirmation, expected: int
) -> Handover:
    """One side confirms; with the second the cell changes hands, on the planned day or, if that is past, today.

    The food-safety office may confirm for a giver who cannot, and says why.
    """
    handover = await handover_for(session, handover_id, actor, lock=True)
    ensure_version(handover, expected)
    _ensure_side(handover, actor, body)
    handover.confirm(body.side, actor.id, body.note, now())
    await session.flush()
    if handover.confirmed:
        await _effect(session, actor, handover)
    return handover


async def withdraw(session: AsyncSession, actor: Actor, handover_id: UUID, reason: str, expected: int) -> Handover:
    """Take the proposal back; the holder stays."""
    handover = await handover_for(session, handover_id, actor, lock=True)
    ensure_version(handover, expected)
    handover.withdraw(reason)
    await session.flush()
    return handover


async def _effect(session: AsyncSession, actor: Actor, handover: Handover) -> None:
    on = max(handover.planned_on, day_of(now()))
    # A side may be confirming from outside the cell's regions; the hand-over itself is what entitles it.
    there = _in_regions_of(actor, handover)
    post: GridPost = await post_for(session, handover.post_id, there, lock=True)
    post.end(on, f"交接给{handover.taker_name}", actor.id, handover.id)
    await session.flush()
    following = PostCreate(
        cell_code=post.cell_code,
        role=post.role,
        responsible=post.responsible,
        user_id=handover.taker_id,
        user_name=handover.taker_name,
        since=on,
        basis=f"{handover.giver_name}交接",
    )
    new = await appoint(session, there, following)
    handover.effect(on, new.id, await _listed(session, there, post.cell_code))
    await session.flush()


async def _listed(session: AsyncSession, actor: Actor, cell_code: str) -> list[dict[str, Any]]:
    items = await open_items_of(session, actor, cell_code, day_of(now()))
    return [item.model_dump(mode="json") for item in items]


def _ensure_side(handover: Handover, actor: Actor, body: Confirmation) -> None:
    if actor.id == (handover.giver_id if body.side is Side.GIVER else handover.taker_id):
        return
    if body.side is Side.TAKER:
        raise Forbidden(f"接任须由{handover.taker_name}本人确认")
    if not actor.has(Role.FOOD_SAFETY_OFFICE):
        raise Forbidden(f"移交由{handover.giver_name}本人确认；不能亲自确认的，由食安办代为确认")
    if not body.note:
        raise wrong("/note", "代移交人确认，请写明他不能亲自确认的理由", "missing")


def _in_regions_of(actor: Actor, handover: Handover) -> Actor:
    return replace(actor, regions=(handover.region_code,))
