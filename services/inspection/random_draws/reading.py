"""Draws as they are shown: to officials what their part allows, to everybody what was published."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.random_draws import repository, rules
from services.inspection.random_draws.codes import PartName
from services.inspection.random_draws.models import DrawnVisit, RandomDraw
from services.inspection.random_draws.outside import is_ready
from services.inspection.random_draws.schemas import (
    Borrowed,
    DrawnVisitRead,
    DrawRead,
    DrawSummary,
    EntryRead,
    MyVisitRead,
    NotFoundRead,
    PublicChange,
    PublicDraw,
    PublicDrawSummary,
    PublicVisit,
    SentInspector,
    WitnessRead,
)
from services.inspection.random_draws.verifier import FORMAT
from shared.contracts.codes import Role
from shared.http.auth import Actor

UNTITLED = "飞行检查（名称在检查结束后公布）"


_MADE_HERE = ("inspectors", "lent", "not_found")


def hides_result(draw: RandomDraw, actor: Actor) -> bool:
    """An unannounced inspection that is not over: whom it hit is for the office and for those who are sent."""
    return draw.is_secret and not actor.has(Role.FOOD_SAFETY_OFFICE)


def show_summary(draw: RandomDraw) -> DrawSummary:
    return DrawSummary.model_validate(draw)


async def show_draw(session: AsyncSession, draw: RandomDraw, actor: Actor) -> DrawRead:
    """A draw with its ceremony. A secret or nonce is shown with the draw, never before."""
    openers = await repository.openers_of(session, draw.id)
    hidden = hides_result(draw, actor)
    successor = await repository.successor_of(session, draw.id)
    return DrawRead(
        **show_summary(draw).model_dump(),
        frozen_by_name=draw.frozen_by_name,
        counts=draw.counts,
        parts=await repository.hashes_of(session, draw.id),
        entropy_mode=draw.entropy_mode,
        commitment=draw.commitment,
        commitment_sha256=draw.commitment_sha256,
        witnesses=[
            WitnessRead(
                name=one.witness_name,
                nonce_sha256=one.nonce_sha256,
                pledged_at=one.pledged_at,
                opened_at=openers.get(one.witness_id),
                mine=one.witness_id == actor.id,
            )
            for one in await repository.pledges_of(session, draw.id)
        ],
        ready=await is_ready(session, draw),
        result_hidden=hidden,
        reveal=None if hidden else draw.reveal,
        seed=None if hidden else draw.seed,
        visits=await repository.count_visits(session, draw.id),
        replaced_by_id=successor.id if successor else None,
        entries=[
            EntryRead(
                number=one.number,
                kind=one.kind,
                label=one.kind.label,
                at=one.at,
                actor_name=one.actor_name,
                note=one.note,
            )
            for one in await repository.entries_of(session, draw.id)
        ],
    )


def show_visit(visit: DrawnVisit) -> DrawnVisitRead:
    return DrawnVisitRead(
        **{name: getattr(visit, name) for name in DrawnVisitRead.model_fields if name not in _MADE_HERE},
        inspectors=[SentInspector(**one) for one in visit.inspectors],
        lent=[Borrowed(**one) for one in visit.lent],
        not_found=NotFoundRead(**{name: visit.not_found[name] for name in NotFoundRead.model_fields})
        if visit.not_found
        else None,
    )


def show_mine(visit: DrawnVisit, draw: RandomDraw) -> MyVisitRead:
    return MyVisitRead(**show_visit(visit).model_dump(), draw_title=draw.title, purpose=draw.purpose)


def show_public_summary(draw: RandomDraw, region_name: str) -> PublicDrawSummary:
    return PublicDrawSummary(
        title=UNTITLED if draw.is_secret else draw.title,
        region_name=region_name,
        state_label=draw.state.label,
        reason="" if draw.is_secret else draw.reason,
        **{
            name: getattr(draw, name)
            for name in PublicDrawSummary.model_fields
            if name not in ("title", "region_name", "state_label", "reason")
        },
    )


async def show_public(session: AsyncSession, draw: RandomDraw) -> PublicDraw:
    """What everybody may read. A draw whose successor is an unannounced inspection names it all the same: both stay
    visible."""
    names = await repository.region_names(session, {draw.region_code})
    successor = await repository.successor_of(session, draw.id)
    changes = await repository.changes_of(session, draw.id) if draw.is_open else []
    return PublicDraw(
        **show_public_summary(draw, names.get(draw.region_code, draw.region_code)).model_dump(),
        commitment=draw.commitment or {},
        counts=None if draw.is_secret else draw.counts,
        changes=[
            PublicChange(number=one.number, kind=one.kind, label=one.kind.label, reason=one.reason, at=one.at)
            for one in changes
        ],
        bundle=f"/v1/public-draws/{draw.id}/bundle" if draw.is_open else None,
        replaced_by_id=successor.id if successor else None,
    )


def show_public_visit(visit: DrawnVisit) -> PublicVisit:
    return PublicVisit(
        place=visit.place,
        business_id=visit.business_id,
        business_name=visit.business_name,
        stratum=visit.stratum,
        inspectors=[one["name"] for one in visit.inspectors],
        lent=[one["name"] for one in visit.lent],
        state=visit.state,
        state_label=visit.state.label,
    )


async def bundle_of(session: AsyncSession, draw: RandomDraw) -> bytes:
    """The whole of an open draw, as canonical JSON: what the verifiers take."""
    parts = {name.value: await repository.part_of(session, draw.id, name) for name in PartName}
    rest = {
        "format": FORMAT,
        "commitment": draw.commitment,
        "commitment_sha256": draw.commitment_sha256,
        "reveal": draw.reveal,
        "seed": draw.seed,
        "changes": [one.as_row() for one in await repository.changes_of(session, draw.id)],
    }
    return rules.bundle_of({name: part for name, part in parts.items() if part is not None}, rest)
