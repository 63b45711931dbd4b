"""Merging two files of one business, and taking a merge back. Nothing is deleted: the file that ends stays readable."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.business_merges import repository
from services.inspection.business_merges.models import BusinessMerge, DistinctBusinesses
from services.inspection.business_merges.rules import POINTS, Evidence, score_of
from services.inspection.business_merges.schemas import (
    Distinction,
    MergeCreate,
    Suspect,
    SuspectPair,
    SuspectReason,
    Undoing,
)
from services.inspection.businesses.completeness.repository import lock
from services.inspection.businesses.completeness.service import count_anew
from services.inspection.businesses.models import Business, TimelineEntry
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import (
    changeable_business,
    content_of,
    enter_change,
    facts_of,
    file_of,
    read_business,
    write,
)
from shared.contracts.inspection import BusinessMerged, BusinessMergeUndone, BusinessStatus, TimelineKind
from shared.events.outbox import publish_all
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.pagination import PageRequest
from shared.http.problems import Conflict, NotFound
from shared.times import now


class UnknownMerge(NotFound):
    """No merge in the caller's regions has this id."""

    slug, title = "unknown-business-merge", "没有这次合并"


class MergeUndone(Conflict):
    """The merge was taken back before."""

    slug, title = "business-merge-undone", "这次合并已经撤销"


class MergedOn(Conflict):
    """The file that went on was merged into another since."""

    slug, title = "business-merged-on", "并入后的档案又并入了另一份"


async def suspects(
    session: AsyncSession, actor: Actor, region_code: str | None, least: int, page: PageRequest
) -> tuple[list[SuspectPair], str | None]:
    """One page of pairs that may be one business, each with its reasons, the likeliest first."""
    rows, next_cursor = await repository.list_suspects(session, actor, region_code, least, page)
    files = await repository.files(session, [row.first_id for row in rows] + [row.second_id for row in rows])
    pairs = []
    for row in rows:
        found = {evidence: bool(getattr(row, evidence.value)) for evidence in Evidence}
        pairs.append(
            SuspectPair(
                first=Suspect.model_validate(files[row.first_id], from_attributes=True),
                second=Suspect.model_validate(files[row.second_id], from_attributes=True),
                score=score_of(found),
                reasons=[
                    SuspectReason(evidence=evidence, label=evidence.label, points=POINTS[evidence])
                    for evidence, holds in found.items()
                    if holds
                ],
            )
        )
    return pairs, next_cursor


async def distinguish(session: AsyncSession, actor: Actor, body: Distinction) -> None:
    """Note that two files are two businesses, so that nobody is asked again; said twice, the first reason stays."""
    first_id, second_id = sorted((body.first_id, body.second_id))
    for business_id in (first_id, second_id):
        await read_business(session, actor, business_id, lock=True)
    if await repository.get_distinction(session, first_id, second_id) is None:
        session.add(DistinctBusinesses(first_id=first_id, second_id=second_id, reason=body.reason, decided_by=actor.id))
        await session.flush()


async def merge(session: AsyncSession, actor: Actor, body: MergeCreate) -> BusinessMerge:
    """Merge one file into another. Raises `MergedAway` when either has ended, `PreconditionFailed` when it changed."""
    await lock(session, [body.winner_id, body.loser_id])
    winner = await changeable_business(session, actor, body.winner_id)
    loser = await changeable_business(session, actor, body.loser_id)
    ensure_version(winner, body.winner_version)
    ensure_version(loser, body.loser_version)
    before = file_of(winner)
    after = combined(before, file_of(loser), body)
    known = {licence.id for licence in winner.licence_records}
    merged = BusinessMerge(
        winner_id=winner.id,
        loser_id=loser.id,
        region_code=winner.region_code,
        reason=body.reason,
        taken=_taken(before, after, [field.value for field in body.take_from_loser]),
        loser_status=loser.status,
        merged_by=actor.id,
        licences_added=[],
    )
    session.add(merged)
    followers = await repository.files_merged_into(session, loser.id)
    loser.status = BusinessStatus.CLOSED
    for file in (loser, *followers):
        file.merged_into = winner.id
        file.advance()
    await write(session, winner, after, actor.id, f"合并重复档案：{body.reason}")
    await session.flush()
    merged.licences_added = [str(row.id) for row in winner.licence_records if row.id not in known]
    details = {"merge_id": str(merged.id), "loser_id": str(loser.id), "winner_id": str(winner.id)}
    _tell(session, loser, actor, TimelineKind.MERGED, f"并入 {winner.name}：{body.reason}", details)
    await enter_change(
        session, winner, actor.id, TimelineKind.MERGED, f"并入重复档案 {loser.name}：{body.reason}", details
    )
    await count_anew(session, [loser.id])
    await _tell_merged(session, (loser, *followers))
    await session.refresh(merged)
    return merged


async def undo(session: AsyncSession, actor: Actor, merge_id: UUID, body: Undoing) -> BusinessMerge:
    """Take a merge back: the file that ended stands again as it was; of the other, what nobody has changed since.

    Raises `UnknownMerge`, `MergeUndone`, or `MergedOn` while a later merge of the file that went on stands.
    """
    merged = await repository.get_merge(session, actor, merge_id, for_update=True)
    if merged is None:
        raise UnknownMerge("请核对编号；只能办理辖区内的")
    if merged.undone_at is not None:
        raise MergeUndone("撤销过的不必再撤")
    await lock(session, [merged.winner_id, merged.loser_id])
    winner = await read_business(session, actor, merged.winner_id, lock=True)
    loser = await read_business(session, actor, merged.loser_id, lock=True)
    if winner.merged_into is not None:
        raise MergedOn("请先撤销后来的那次合并", business_id=str(winner.merged_into))
    merged.undo(now(), actor.id, body.reason)
    await session.flush()
    own = await _own_followers(session, loser.id)
    followers = [file for file in await repository.files_merged_into(session, winner.id) if file.id in own]
    loser.status, loser.merged_into = merged.loser_status, None
    loser.advance()
    for file in followers:
        file.merged_into = loser.id
        file.advance()
    await write(session, winner, _restored(winner, merged), actor.id, f"撤销合并：{body.reason}")
    details = {"merge_id": str(merged.id), "loser_id": str(loser.id), "winner_id": str(winner.id)}
    _tell(session, loser, actor, TimelineKind.MERGE_UNDONE, f"撤销并入 {winner.name}：{body.reason}", details)
    words = f"撤销并入 {loser.name}：{body.reason}"
    await enter_change(session, winner, actor.id, TimelineKind.MERGE_UNDONE, words, details)
    await count_anew(session, [loser.id])
    await publish_all(session, [(facts_of(BusinessMergeUndone, loser), loser.id)])
    await _tell_merged(session, followers)
    return merged


def combined(winner: BusinessWrite, loser: BusinessWrite, body: MergeCreate) -> BusinessWrite:
    """The winner's file with the fields chosen from the loser, and all permits of both."""
    own = {(licence.kind, licence.number) for licence in winner.licences}
    added = [new for new in loser.licences if (new.kind, new.number) not in own]
    taken = {field.value: getattr(loser, field.value) for field in body.take_from_loser}
    return winner.model_copy(update=taken | {"licences": [*winner.licences, *added]})


def _taken(before: BusinessWrite, after: BusinessWrite, fields: Sequence[str]) -> dict[str, Any]:
    old, new = content_of(before), content_of(after)
    return {field: [old[field], new[field]] for field in fields if old[field] != new[field]}


def _restored(winner: Business, merged: BusinessMerge) -> BusinessWrite:
    """The winner's file without what the merge brought, except what somebody has changed since."""
    content = content_of(file_of(winner))
    back = {field: old for field, (old, new) in merged.taken.items() if content[field] == new}
    added = {(row.kind, row.number) for row in winner.licences if str(row.id) in merged.licences_added}
    kept = [licence for licence in content["licences"] if (licence["kind"], licence["number"]) not in added]
    return BusinessWrite.model_validate(content | back | {"licences": kept})


async def _own_followers(session: AsyncSession, business_id: UUID) -> set[UUID]:
    """The files that were merged, directly or one through another, into this one."""
    found: set[UUID] = set()
    newest: Sequence[UUID] = [business_id]
    while newest := [file for file in await repository.standing_merges_into(session, newest) if file not in found]:
        found.update(newest)
    return found


def _tell(
    session: AsyncSession, business: Business, actor: Actor, kind: TimelineKind, words: str, details: dict[str, Any]
) -> None:
    session.add(TimelineEntry(business_id=business.id, kind=kind, summary=words, details=details, actor_id=actor.id))


async def _tell_merged(session: AsyncSession, files: Sequence[Business]) -> None:
    await publish_all(
        session,
        [(facts_of(BusinessMerged, file, merged_into=file.merged_into), file.id) for file in files],
    )
