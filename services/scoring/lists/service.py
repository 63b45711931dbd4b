"""Drawing up lists, and what becomes of who is on one."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.figures.counting import left_list, list_published
from services.scoring.lists import repository
from services.scoring.lists.content import EntryRule
from services.scoring.lists.models import Listing, ListingState, ListRound, ListRule, appeal_end, barred_by
from services.scoring.lists.problems import (
    ListingStepRefused,
    UnknownList,
    UnknownListing,
    UnknownListRound,
    refused_at,
)
from services.scoring.lists.rules import Candidate, Outcome, outcomes
from services.scoring.lists.schemas import (
    Appeal,
    AppealAnswer,
    CandidateCreate,
    ListingRemoval,
    ListingRepair,
    ListRoundCreate,
)
from shared.dated_rules.repository import rule_on
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.regions.repository import those_within
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


async def read_round(session: AsyncSession, actor: Actor, round_id: UUID) -> ListRound:
    found = await repository.get_round(session, actor, round_id)
    if found is None:
        raise UnknownListRound
    return found


async def read_listing(session: AsyncSession, actor: Actor, listing_id: UUID) -> Listing:
    listing = await repository.get_listing(session, actor, listing_id)
    if listing is None:
        raise UnknownListing
    return listing


async def hold_round(session: AsyncSession, body: ListRoundCreate, actor: Actor) -> ListRound:
    """Place everybody and propose who comes onto an entry for certain; those barred and those unclear are told why.

    Raises UnknownList, OutsideRegion, and InvalidRequest for a day to come, somebody named twice or from elsewhere.
    """
    await ensure_in_scope(session, actor, body.region_code)
    today = day_of(now())
    await _check(session, body, today)
    rule = await rule_on(session, ListRule, body.held_on, ListRule.code == body.code)
    if rule is None:
        raise UnknownList(f"{body.held_on} 没有代码为 {body.code} 的办法，请先登记")
    rules = rule.rules
    earlier = await _earlier(session, body.code, [candidate.subject_id for candidate in body.candidates])
    held = ListRound(
        id=uuid7(), rule_id=rule.id, outcomes=[], recorded_by=actor.id, **body.model_dump(exclude={"candidates"})
    )
    session.add(held)
    await session.flush()
    told = []
    for candidate, outcome in zip(
        body.candidates, outcomes(rules, list(map(_as_rules_see, body.candidates))), strict=True
    ):
        bar = barred_by(earlier[candidate.subject_id], today)
        entry = None if bar and outcome.entry and outcome.entry.favourable else outcome.entry
        told.append(_told(candidate, outcome, entry, bar))
        if entry is not None:
            session.add(_proposal(held, candidate, entry, appeal_end(today, rules)))
    held.outcomes = told
    await session.flush()
    return held


async def publish_round(session: AsyncSession, actor: Actor, round_id: UUID) -> Sequence[Listing]:
    """Put in force what the round proposed, but for what is under appeal; an entry of before gives way."""
    held = await read_round(session, actor, round_id)
    proposals = await repository.proposals_of(session, held.id)
    if not proposals:
        raise ListingStepRefused("这次评定没有可公布的；申诉中的，答复以后再公布")
    rules, today = (await repository.get_rule(session, held.rule_id)).rules, day_of(now())
    earlier = await _earlier(session, held.code, [listing.subject_id for listing in proposals])
    for listing in proposals:
        others = [other for other in earlier[listing.subject_id] if other is not listing]
        bar = barred_by(others, today) if listing.favourable else None
        if bar is not None:
            listing.drop(bar, today)
            continue
        for other in others:
            if other.state is ListingState.LISTED:
                other.give_way(today)
                await left_list(session, other)
        await session.flush()  # the old entry has to be gone before the new one may stand
        listing.publish(rules.entry(listing.entry), today)
    await session.flush()
    await list_published(session, held, [one for one in proposals if one.state is ListingState.LISTED])
    return proposals


async def appeal(session: AsyncSession, actor: Actor, listing_id: UUID, version: int, body: Appeal) -> Listing:
    return await _step(session, actor, listing_id, version, lambda one, _, day: one.take_appeal(body.words, day))


async def answer_appeal(
    session: AsyncSession, actor: Actor, listing_id: UUID, version: int, body: AppealAnswer
) -> Listing:
    return await _step(
        *(session, actor, listing_id, version),
        lambda one, _, day: one.answer_appeal(body.words, upheld=body.upheld, day=day),
    )


async def take_away(
    session: AsyncSession, actor: Actor, listing_id: UUID, version: int, body: ListingRemoval
) -> Listing:
    return await _step(
        *(session, actor, listing_id, version),
        lambda one, entry, day: one.take_away(entry, body.removal, body.why, day),
    )


async def repair(session: AsyncSession, actor: Actor, listing_id: UUID, version: int, body: ListingRepair) -> Listing:
    return await _step(session, actor, listing_id, version, lambda one, entry, day: one.repair(entry, body.why, day))


async def _step(
    session: AsyncSession,
    actor: Actor,
    listing_id: UUID,
    version: int,
    step: Callable[[Listing, EntryRule, date], None],
) -> Listing:
    """One step of a listing, under the rule of its round."""
    listing = await repository.get_listing(session, actor, listing_id, for_update=True)
    if listing is None:
        raise UnknownListing
    ensure_version(listing, version)
    held = await read_round(session, actor, listing.round_id)
    rules = (await repository.get_rule(session, held.rule_id)).rules
    was_listed = listing.state is ListingState.LISTED
    step(listing, rules.entry(listing.entry), day_of(now()))
    await session.flush()
    if was_listed:
        await left_list(session, listing)
    return listing


async def _check(session: AsyncSession, body: ListRoundCreate, today: date) -> None:
    if body.held_on > today:
        raise refused_at("/held_on", f"{body.held_on} 还没有到，请改为评定的日期", "future")
    inside = await those_within(session, {one.region_code for one in body.candidates}, [body.region_code])
    seen: set[UUID] = set()
    for position, candidate in enumerate(body.candidates):
        if candidate.subject_id in seen:
            raise refused_at(f"/candidates/{position}/subject_id", f"“{candidate.name}”列了两次，请删去一个", "twice")
        seen.add(candidate.subject_id)
        if candidate.region_code not in inside:
            message = f"区划 {candidate.region_code} 不在 {body.region_code} 之内，请改正"
            raise refused_at(f"/candidates/{position}/region_code", message, "outside")


async def _earlier(session: AsyncSession, code: str, subjects: Sequence[UUID]) -> Mapping[UUID, list[Listing]]:
    by_subject: dict[UUID, list[Listing]] = defaultdict(list)
    for listing in await repository.of_subjects(session, code, subjects):
        by_subject[listing.subject_id].append(listing)
    return by_subject


def _as_rules_see(candidate: CandidateCreate) -> Candidate:
    return Candidate(candidate.low, candidate.high, candidate.passed, frozenset(candidate.events))


def _proposal(held: ListRound, candidate: CandidateCreate, entry: EntryRule, appeal_until: date) -> Listing:
    return Listing(
        round_id=held.id,
        code=held.code,
        subject_id=candidate.subject_id,
        subject_name=candidate.name,
        region_code=candidate.region_code,
        entry=entry.code,
        entry_label=entry.label,
        favourable=entry.favourable,
        evidence=candidate.evidence,
        appeal_until=appeal_until,
    )


def _told(
    candidate: CandidateCreate, outcome: Outcome, entry: EntryRule | None, bar: str | None
) -> dict[str, str | int | None]:
    if entry is not None:
        why = f"符合“{entry.label}”，{outcome.place}"
    elif outcome.entry is not None:
        why = f"符合“{outcome.entry.label}”，但{bar}"
    elif outcome.open_entries:
        why = f"数据不全，不能确定是否符合：{'、'.join(outcome.open_entries)}；未定的不列入"
    else:
        why = f"{outcome.place}，不符合任何一档"
    return {
        "subject_id": str(candidate.subject_id),
        "name": candidate.name,
        "low": None if candidate.low is None else f"{candidate.low:f}",
        "high": None if candidate.high is None else f"{candidate.high:f}",
        "best_place": outcome.place.best,
        "worst_place": outcome.place.worst,
        "entry": None if entry is None else entry.code,
        "why": why,
    }
