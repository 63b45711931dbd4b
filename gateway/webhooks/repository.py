"""Every query on webhooks. Who may hear an event is decided here, in one condition, when it comes in and again before
it is sent.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from gateway.identity.api_clients.models import ApiClient, ClientStatus
from gateway.identity.users.models import User, UserStatus
from gateway.webhooks.models import (
    DeliveryState,
    OwnerKind,
    Webhook,
    WebhookAttempt,
    WebhookDelivery,
    WebhookMessage,
    WebhookState,
)
from shared.contracts.codes import Role, Unit
from shared.contracts.scopes import needed_scope
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.ids import uuid7
from shared.regions.models import RegionAncestor
from shared.regions.repository import codes_within


def _kept_by(actor: Actor) -> Select[Webhook]:
    if actor.kind == OwnerKind.CLIENT:
        return select(Webhook).where(Webhook.owner_kind == OwnerKind.CLIENT, Webhook.owner_id == actor.id)
    own = func.array(codes_within(actor.regions).scalar_subquery())
    return select(Webhook).where(Webhook.regions.bool_op("<@")(own))


async def get_kept(session: AsyncSession, actor: Actor, webhook_id: UUID, *, lock: bool = False) -> Webhook | None:
    """The webhook, if it is the calling system's own or lies in the calling administrator's regions."""
    statement = _kept_by(actor).where(Webhook.id == webhook_id)
    return (await session.scalars(_locked(statement) if lock else statement)).one_or_none()


async def list_kept(session: AsyncSession, actor: Actor, page: PageRequest) -> tuple[list[Webhook], str | None]:
    return await paginate(session, _kept_by(actor), page, order_by=[Webhook.id], descending=True)


async def count_disabled(session: AsyncSession, actor: Actor) -> int:
    """How many of the actor's webhooks were given up and wait for a person."""
    kept = _kept_by(actor).where(Webhook.state == WebhookState.DISABLED).subquery()
    return await session.scalar(select(func.count()).select_from(kept)) or 0


async def count_of(session: AsyncSession, owner_id: UUID) -> int:
    return await session.scalar(select(func.count()).select_from(Webhook).where(Webhook.owner_id == owner_id)) or 0


async def those_with_standing_owner(session: AsyncSession, ids: Collection[UUID], at: datetime) -> set[UUID]:
    """Those of the webhooks whose owner may still have any at all."""
    return set(await session.scalars(select(Webhook.id).where(Webhook.id.in_(ids), _owner_stands(at))))


def _owner_stands(
    at: datetime, user_too: Sequence[ColumnElement[bool]] = (), client_too: Sequence[ColumnElement[bool]] = ()
) -> ColumnElement[bool]:
    """The condition that the owner may still have anything, and fulfils what is asked of its kind besides."""
    user = exists().where(
        Webhook.owner_kind == OwnerKind.USER,
        User.id == Webhook.owner_id,
        User.status == UserStatus.ACTIVE,
        User.roles.bool_op("@>")([Role.ADMINISTRATOR.value]),
        *user_too,
    )
    client = exists().where(
        Webhook.owner_kind == OwnerKind.CLIENT,
        ApiClient.id == Webhook.owner_id,
        ApiClient.status == ClientStatus.ACTIVE,
        ApiClient.expires_at > at,
        *client_too,
    )
    return or_(user, client)


def _may_hear(event_type: str, region_code: str, at: datetime) -> ColumnElement[bool]:
    """The condition that a webhook wants this event, and that its owner may see it now: the region lies in the
    webhook's regions and in the owner's, and a system has the scope to read from the publisher.
    """
    above = func.array(select(RegionAncestor.ancestor_code).where(RegionAncestor.code == region_code).scalar_subquery())
    scope = needed_scope(Unit(event_type.partition(".")[0]), "GET")
    return and_(
        Webhook.event_types.bool_op("@>")([event_type]),
        Webhook.regions.bool_op("&&")(above),
        _owner_stands(
            at,
            [User.regions.bool_op("&&")(above)],
            [ApiClient.regions.bool_op("&&")(above), ApiClient.scopes.bool_op("@>")([scope])],
        ),
    )


async def owe(session: AsyncSession, message: WebhookMessage, at: datetime) -> None:
    """Add the message, and a delivery for each active webhook that may hear it."""
    session.add(message)
    await session.flush()
    assert message.region_code is not None
    wanted = select(Webhook.id).where(
        Webhook.state == WebhookState.ACTIVE, _may_hear(message.type, message.region_code, at)
    )
    session.add_all(
        WebhookDelivery(webhook_id=webhook_id, message_id=message.id, due_at=at)
        for webhook_id in await session.scalars(wanted)
    )
    await session.flush()


async def may_have(session: AsyncSession, webhook: Webhook, message: WebhookMessage, at: datetime) -> bool:
    """Whether the message may be sent to the webhook now. A test concerns no region."""
    allowed = _owner_stands(at) if message.region_code is None else _may_hear(message.type, message.region_code, at)
    return await session.scalar(select(Webhook.id).where(Webhook.id == webhook.id, allowed)) is not None


async def claim_next(session: AsyncSession, at: datetime, lease: timedelta, busy: Sequence[str]) -> Webhook | None:
    """Reserve the active webhook that has something due, rests no more and was served longest ago, at none of the
    `busy` hosts.
    """
    due = exists().where(
        WebhookDelivery.webhook_id == Webhook.id,
        WebhookDelivery.state == DeliveryState.PENDING,
        WebhookDelivery.due_at <= at,
    )
    statement = (
        select(Webhook)
        .where(
            Webhook.state == WebhookState.ACTIVE,
            Webhook.sealed_secret.is_not(None),
            or_(Webhook.rests_until.is_(None), Webhook.rests_until <= at),
            or_(Webhook.leased_until.is_(None), Webhook.leased_until <= at),
            Webhook.host.not_in(busy),
            due,
        )
        .order_by(Webhook.leased_until.nulls_first())
        .limit(1)
        .with_for_update(key_share=True, skip_locked=True)
    )
    webhook: Webhook | None = await session.scalar(statement)
    if webhook is not None:
        webhook.claim += 1
        webhook.leased_until = at + lease
        await session.flush()
    return webhook


async def claimed(session: AsyncSession, webhook_id: UUID, claim: int) -> Webhook | None:
    """The webhook, locked, while it is still this worker's; None when it was deleted or overtaken."""
    found: Webhook | None = await session.scalar(
        _locked(select(Webhook).where(Webhook.id == webhook_id, Webhook.claim == claim))
    )
    return found


async def next_due(session: AsyncSession, webhook_id: UUID, at: datetime) -> WebhookDelivery | None:
    """What has been due longest, with its message."""
    found: WebhookDelivery | None = await session.scalar(
        select(WebhookDelivery)
        .where(
            WebhookDelivery.webhook_id == webhook_id,
            WebhookDelivery.state == DeliveryState.PENDING,
            WebhookDelivery.due_at <= at,
        )
        .order_by(WebhookDelivery.due_at, WebhookDelivery.id)
        .limit(1)
        .options(joinedload(WebhookDelivery.message))
    )
    return found


async def get_delivery(
    session: AsyncSession, webhook_id: UUID, delivery_id: UUID, *, lock: bool = False
) -> WebhookDelivery | None:
    """One delivery of the webhook, with its message."""
    statement = (
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.id == delivery_id)
        .options(joinedload(WebhookDelivery.message, innerjoin=True))
        .execution_options(populate_existing=True)
    )
    found: WebhookDelivery | None = await session.scalar(
        statement.with_for_update(key_share=True, of=WebhookDelivery) if lock else statement
    )
    return found


async def list_deliveries(
    session: AsyncSession, webhook_id: UUID, state: DeliveryState | None, page: PageRequest
) -> tuple[list[WebhookDelivery], str | None]:
    """One page of the log with the messages, the newest first."""
    statement = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    if state is not None:
        statement = statement.where(WebhookDelivery.state == state)
    return await paginate(
        session,
        statement.options(joinedload(WebhookDelivery.message)),
        page,
        order_by=[WebhookDelivery.id],
        descending=True,
    )


async def attempts_of(session: AsyncSession, delivery_id: UUID, limit: int) -> Sequence[WebhookAttempt]:
    """The latest attempts of a delivery, the newest first."""
    return (
        await session.scalars(
            select(WebhookAttempt)
            .where(WebhookAttempt.delivery_id == delivery_id)
            .order_by(WebhookAttempt.id.desc())
            .limit(limit)
        )
    ).all()


async def messages_between(
    session: AsyncSession, webhook: Webhook, begin: datetime, end: datetime, limit: int
) -> Sequence[WebhookMessage]:
    """Public events of the span of the webhook's types in its regions, the oldest first; `may_have` is asked again for
    each before it is sent.
    """
    statement = (
        select(WebhookMessage)
        .where(
            WebhookMessage.at >= begin,
            WebhookMessage.at < end,
            WebhookMessage.type.in_(webhook.event_types),
            WebhookMessage.region_code.in_(codes_within(webhook.regions)),
        )
        .order_by(WebhookMessage.at, WebhookMessage.id)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def owe_again(
    session: AsyncSession, webhook_id: UUID, message_ids: Sequence[UUID], at: datetime, *, delivered_too: bool
) -> int:
    """Make deliveries of these messages pending, as if new; returns how many. What is pending already stays."""
    if not message_ids:
        return 0
    again = [DeliveryState.FAILED, DeliveryState.WITHHELD, *([DeliveryState.DELIVERED] if delivered_too else [])]
    statement = insert(WebhookDelivery).values(
        [
            {
                "id": uuid7(),
                "webhook_id": webhook_id,
                "message_id": message_id,
                "state": DeliveryState.PENDING,
                "attempts": 0,
                "due_at": at,
            }
            for message_id in message_ids
        ]
    )
    statement = statement.on_conflict_do_update(
        index_elements=[WebhookDelivery.webhook_id, WebhookDelivery.message_id],
        set_={
            "state": DeliveryState.PENDING,
            "attempts": 0,
            "due_at": at,
            "settled_at": None,
            "replays": WebhookDelivery.replays + 1,
        },
        where=WebhookDelivery.state.in_(again),
    )
    return len((await session.scalars(statement.returning(WebhookDelivery.id))).all())


async def has_work(session: AsyncSession) -> bool:
    """Whether any webhook is active, so that something may come at any moment."""
    statement = select(Webhook.id).where(Webhook.state == WebhookState.ACTIVE, Webhook.sealed_secret.is_not(None))
    return await session.scalar(statement.limit(1)) is not None


async def forget_messages(session: AsyncSession, *, days: int, limit: int) -> int:
    """Delete up to `limit` messages of more than `days` ago, and with them their log; returns how many."""
    old = select(WebhookMessage.id).where(WebhookMessage.at < func.now() - timedelta(days=days)).limit(limit)
    result = await session.execute(delete(WebhookMessage).where(WebhookMessage.id.in_(old)))
    return int(result.rowcount)  # type: ignore[attr-defined]


async def forget_previous_secrets(session: AsyncSession, at: datetime) -> None:
    """Delete the secrets that sign no more."""
    await session.execute(
        update(Webhook).where(Webhook.previous_until <= at).values(sealed_previous=None, previous_until=None)
    )


def _locked(statement: Select[Webhook]) -> Select[Webhook]:
    # "No key": a webhook being served or changed must not keep events from coming in for it.
    return statement.with_for_update(key_share=True).execution_options(populate_existing=True)
