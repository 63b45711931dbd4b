"""Opening a recall: its scope is traced and frozen at once, its lots are held at everybody who had any."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.codes.service import key_of
from services.traceability.everyday_events.rules import lot_key
from services.traceability.lots.service import hold_lot
from services.traceability.recall_requests.models import RecallRequest
from services.traceability.recalls import repository, rules, scoping
from services.traceability.recalls.models import Recall, RecallHold, RecallLine, RecallNotice
from services.traceability.recalls.rules import Step
from services.traceability.recalls.schemas import RecallCreate
from services.traceability.recalls.scoping import Scope
from services.traceability.recalls.steps import facts, note, start_clock
from services.traceability.stocks import repository as stocks
from services.traceability.traces.problems import NothingTraced
from shared.contracts.traceability import RecallOpened
from shared.events.outbox import publish
from shared.http.auth import Actor
from shared.regions.repository import those_within
from shared.regions.scope import ensure_in_scope
from shared.times import now


async def open_recall(session: AsyncSession, actor: Actor, wanted: RecallCreate) -> Recall:
    """Freeze the scope of a code, hold its lots at everybody who had any, and start the clock of its level.

    Raises `NothingTraced`, `OutsideRegion`. A rehearsal freezes the scope and does nothing else.
    """
    await ensure_in_scope(session, actor, wanted.region_code)
    at = now()
    scope = await scoping.traced(session, actor, wanted.code, at)
    recall = Recall(
        **wanted.model_dump(exclude={"known_at"}),
        key=key_of(wanted.code),
        known_at=min(wanted.known_at or at, at),
        opened_at=at,
        opened_by=actor.id,
        opened_by_name=actor.name,
    )
    return await _opened(session, recall, scope, actor)


async def open_for_request(session: AsyncSession, actor: Actor, request: RecallRequest) -> Recall:
    """Open the recall of a request that was taken on: of the lot it names, at least at whom it names."""
    at = now()
    code, key = request.lot_code or "", await _key_of(session, request)
    try:
        scope = await scoping.traced(session, actor, key, at)
    except NothingTraced:
        scope = scoping.named_only(
            code=code,
            key=key,
            product_name=request.food_name,
            holder_name=request.sampled_party_name,
            business_id=request.business_id,
            region_code=request.region_code,
            as_of=at,
            by=actor.name,
        )
    recall = Recall(
        rehearsal=False,
        code=code,
        key=key,
        product_name=request.food_name,
        reason=request.reason,
        region_code=request.region_code,
        request_id=request.id,
        known_at=request.requested_at,
        opened_at=at,
        opened_by=actor.id,
        opened_by_name=actor.name,
    )
    return await _opened(session, recall, scope, actor)


async def _key_of(session: AsyncSession, request: RecallRequest) -> str:
    """What the request calls back. The sample's form has the number on the label, which is mostly its producer's: it
    means the lot that the sampled party had under that number, and only where none is known one of his own.
    """
    code = request.lot_code or ""
    if not code or request.business_id is None:
        return key_of(code) or f"request:{request.id}"
    had = await stocks.keys_labelled(session, request.business_id, code)
    return had[0] if had else lot_key(code, request.business_id)


async def _opened(session: AsyncSession, recall: Recall, scope: Scope, actor: Actor) -> Recall:
    session.add(recall)
    await session.flush()
    note(session, recall, Step.OPENED, recall.reason, actor, at=recall.opened_at)
    await take_scope(session, recall, scope, {}, actor)
    if recall.level is not None and not recall.rehearsal:
        await start_clock(session, recall, actor)
    whole = await repository.locked_recall(session, recall.id)
    if not recall.rehearsal:
        await publish(session, RecallOpened(**facts(whole), opened_at=recall.opened_at), recall.id)
    return whole


async def take_scope(
    session: AsyncSession, recall: Recall, scope: Scope, known: Mapping[str, RecallNotice], actor: Actor
) -> int:
    """Freeze the scope and enter who is new in it; returns how many. What holders of the actor's own regions had by the
    records is brought up to date: of others he may see less than who traced before him.
    """
    own_regions = await those_within(session, {notice.region_code for notice in known.values()}, actor.regions)
    digest = rules.sha256(scope.body)
    values = {name: getattr(scope, name) for name in ("as_of", "complete", "links", "gaps", "body")}
    await repository.add_scope(session, recall, values | {"sha256": digest, "made_by_name": actor.name})
    added = 0
    for holder, lines in scope.holders.items():
        notice = known.get(holder.key)
        if notice is None:
            added += 1
            notice = RecallNotice(
                recall_id=recall.id,
                holder_key=holder.key,
                holder_name=holder.name or holder.key,
                business_id=holder.business_id,
                region_code=holder.region_code or recall.region_code,
                sent_at=recall.notified_at and now(),
                evidence=[],
            )
            session.add(notice)
            await session.flush()
            entered: dict[tuple[str, str], RecallLine] = {}
        else:
            entered = {(line.key, line.unit): line for line in notice.lines}
        for number, line in enumerate(lines, start=len(entered)):
            if (old := entered.get((line.key, line.unit))) is not None:
                if notice.region_code in own_regions:
                    old.taken_in, old.left, old.sold = line.taken_in, line.left, line.sold
                continue
            own = {name: getattr(line, name) for name in ("key", "unit", "taken_in", "left", "sold")}
            name = line.name or recall.product_name
            session.add(RecallLine(notice_id=notice.id, number=number, name=name, **own))
            if not recall.rehearsal:
                await _hold(session, recall, notice, line.key, name)
    await session.flush()
    return added


async def _hold(session: AsyncSession, recall: Recall, notice: RecallNotice, key: str, name: str) -> None:
    hold = await hold_lot(
        session,
        code=key,
        product_name=name,
        holder_business_id=notice.business_id,
        holder_uscc=None,
        holder_name=None if notice.business_id else notice.holder_name,
        region_code=notice.region_code,
        reason=f"召回：{recall.reason}",
        at=now(),
    )
    if hold is not None:
        session.add(RecallHold(notice_id=notice.id, hold_id=hold.id))
