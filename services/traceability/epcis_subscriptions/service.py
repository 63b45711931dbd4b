"""Subscribing, and the steps of a subscription."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_events.headers import EpcFormat
from services.traceability.epcis_queries import service as queries
from services.traceability.epcis_queries.asking import understood
from services.traceability.epcis_subscriptions import repository
from services.traceability.epcis_subscriptions.models import LAST_ID, TOKEN_PURPOSE, Subscription
from services.traceability.epcis_subscriptions.problems import NoSuchSubscription, bad_controls
from services.traceability.epcis_subscriptions.rules import BadSchedule, read_schedule
from services.traceability.epcis_subscriptions.schemas import SubscriptionCreate
from shared.contracts.codes import Role
from shared.destinations import BadDestination, check_destination
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.sealing import seal
from shared.times import now

MOST_SUBSCRIPTIONS = 100
_BEFORE_ALL = -(2**62)


async def subscribe(
    session: AsyncSession,
    actor: Actor,
    query_name: str,
    wanted: SubscriptionCreate,
    epc_format: EpcFormat,
    *,
    private_allowed: bool,
    secret: str,
) -> Subscription:
    """Send the results of the caller's named query to an address; `secret` seals its token. Raises
    `NoSuchNameException`, `SubscriptionControlsException`.
    """
    query = await queries.query_named(session, actor, query_name, lock=True)
    _check(wanted, private_allowed=private_allowed)
    typed = await understood(session, queries.asked_under_name(query))
    if typed.order or typed.first or typed.at_most:
        raise bad_controls("", "带 orderBy、eventCountLimit 或 maxEventCount 的查询不能订阅，请另存一个不带的")
    if await repository.count_of(session, query.owner_key) >= MOST_SUBSCRIPTIONS:
        raise bad_controls("", f"一个单位最多 {MOST_SUBSCRIPTIONS} 个订阅，请先删除不用的")
    at = now()
    schedule = wanted.schedule.given() if wanted.schedule else None
    reached = _BEFORE_ALL if wanted.initial_record_time else await repository.complete_below(session) - 1
    subscription_id = uuid7()
    subscription = Subscription(
        id=subscription_id,
        query_id=query.id,
        owner=owner_of(actor),
        dest=wanted.dest,
        sealed_token=_sealed(wanted.signature_token, subscription_id, secret),
        epc_format=epc_format.value,
        stream=schedule is None,
        schedule=schedule,
        report_if_empty=wanted.report_if_empty,
        initial_record_time=wanted.initial_record_time,
        created_at=at,
        reached_in=reached,
        reached_id=LAST_ID,
        due_at=at,
    )
    subscription.plan(at, more=schedule is None)
    session.add(subscription)
    await session.flush()
    return subscription


def _sealed(token: str | None, subscription_id: UUID, secret: str) -> bytes | None:
    if token is None:
        return None
    if not secret:
        raise bad_controls(
            "/signatureToken", "平台没有设置 SHIAN_EVENTS_SECRET，不能保管签名密钥；请联系管理员，或不用签名"
        )
    return seal(token.encode(), purpose=TOKEN_PURPOSE, record=subscription_id, secret=secret)


def _check(wanted: SubscriptionCreate, *, private_allowed: bool) -> None:
    if (wanted.schedule is None) == (wanted.stream is not True):
        raise bad_controls("/stream", "请在 stream: true（有新事件即送）与 schedule（按时送）之中选一个")
    try:
        check_destination(wanted.dest, private_allowed=private_allowed)
        if wanted.schedule is not None:
            read_schedule(wanted.schedule.given()).next_after(now())
    except BadDestination as fault:
        raise bad_controls("/dest", str(fault)) from None
    except BadSchedule as fault:
        raise bad_controls(f"/schedule/{fault.field}".rstrip("/"), str(fault)) from None


async def subscription_for(
    session: AsyncSession, actor: Actor, query_name: str, subscription_id: UUID, *, lock: bool = False
) -> Subscription:
    """One of the subscriptions of the caller's query. Raises `NoSuchNameException`, `NoSuchSubscription`."""
    query = await queries.query_named(session, actor, query_name)
    subscription = await repository.subscription(session, query.id, subscription_id, lock=lock)
    if subscription is None:
        raise NoSuchSubscription("请核对编号；也许已经退订")
    return subscription


async def unsubscribe(session: AsyncSession, actor: Actor, query_name: str, subscription_id: UUID) -> None:
    """End a subscription; what is under way is not called back."""
    subscription = await subscription_for(session, actor, query_name, subscription_id, lock=True)
    await session.delete(subscription)
    await session.flush()


async def resume(session: AsyncSession, actor: Actor, query_name: str, subscription_id: UUID) -> Subscription:
    """Go on with a paused subscription where its last acknowledgement was."""
    subscription = await subscription_for(session, actor, query_name, subscription_id, lock=True)
    subscription.resume(now())
    await session.flush()
    return subscription


async def rebase_after_restore(session: AsyncSession) -> None:
    """Runs when the service starts: keep the order of events when a dump was loaded into another server.

    There transaction ids begin anew, so new events would stand before the old ones and behind what subscriptions have
    reached, and none would ever be delivered. The old ones are put below zero, which no transaction id is.
    """
    last = await repository.last_recorded(session)
    if last is not None and last >= await repository.next_transaction(session):
        await repository.shift_recorded(session, last + 1)


def owner_of(actor: Actor) -> dict[str, Any]:
    """The verified caller as JSON, for sending in his name."""
    return {
        "id": str(actor.id),
        "name": actor.name,
        "kind": actor.kind,
        "roles": sorted(actor.roles),
        "regions": list(actor.regions),
        "organisation_id": str(actor.organisation_id) if actor.organisation_id else None,
        "business_id": str(actor.business_id) if actor.business_id else None,
        "scopes": sorted(actor.scopes),
    }


def actor_of(owner: dict[str, Any]) -> Actor:
    return Actor(
        id=UUID(owner["id"]),
        name=owner["name"],
        kind=owner["kind"],
        roles=frozenset(map(Role, owner["roles"])),
        regions=tuple(owner["regions"]),
        organisation_id=UUID(owner["organisation_id"]) if owner["organisation_id"] else None,
        business_id=UUID(owner["business_id"]) if owner["business_id"] else None,
        scopes=frozenset(owner["scopes"]),
    )
