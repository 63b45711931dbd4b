"""Answering queries: one page of events as the caller may see them, and queries under a name."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import QueryParams

from services.traceability.epcis_events.problems import (
    NoSuchNameException,
    QueryTooComplexException,
    QueryTooLargeException,
    ResourceAlreadyExistsException,
)
from services.traceability.epcis_queries import repository
from services.traceability.epcis_queries.asking import Asked, asked_in_store, only_paging, page_asked, understood
from services.traceability.epcis_queries.conditions import EventQuery
from services.traceability.epcis_queries.documents import SIMPLE_EVENT_QUERY
from services.traceability.epcis_queries.models import NamedQuery
from services.traceability.epcis_queries.pages import LIFETIME, Page, token_digest, write_token
from services.traceability.epcis_queries.repository import Found
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import now

MOST_COUNTED = 100_000
PATIENCE_MILLISECONDS = 20_000
_CANCELLED = "57014"


@dataclass(frozen=True, slots=True)
class NamedPage:
    items: Sequence[NamedQuery]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of what was found, and the token of the next page if there is one."""

    found: Sequence[Found]
    next_token: str | None


async def answer(session: AsyncSession, actor: Actor, query: EventQuery, page: Page, subject: str) -> Answer:
    """One page of the events that match and that the actor sees.

    Raises `QueryTooLargeException` where there are more than `maxEventCount`, and `QueryTooComplexException` when the
    database does not find them in time.
    """
    async with patience(session):
        if query.at_most is not None and page.after is None:
            await _refuse_too_many(session, actor, query, query.at_most)
        page = page.of_at_most(query.first)
        found, is_cut = await repository.find_events(session, actor, query, limit=page.wanted + 1, after=page.after)
    shown = found[: page.wanted]
    left = None if page.left is None else page.left - len(shown)
    more = (len(found) > page.wanted or is_cut) and left != 0
    token = write_token(subject, shown[-1].place, left, now()) if more and shown else None
    return Answer(shown, token)


async def answer_asked(session: AsyncSession, actor: Actor, asked: Asked, query: QueryParams) -> Answer:
    """One page of what was asked for; which page stands in the URL's `query`."""
    typed = await understood(session, asked)
    page = await page_asked(session, query, asked.subject, repository.sort_kinds(typed.order))
    return await answer(session, actor, typed, page, asked.subject)


async def _refuse_too_many(session: AsyncSession, actor: Actor, query: EventQuery, at_most: int) -> None:
    limit = min(at_most, MOST_COUNTED)
    if await repository.count_events(session, actor, query, limit=limit + 1) > limit:
        raise QueryTooLargeException(f"符合的事件超过 {limit} 个，请缩小范围，或去掉 maxEventCount 分页取用")


@asynccontextmanager
async def patience(session: AsyncSession) -> AsyncIterator[None]:
    """Give up on a query that would keep the database busy; the transaction is lost with it.

    Raises `QueryTooComplexException`.
    """
    set_timeout = text("SELECT set_config('statement_timeout', :value, true)")
    await session.execute(set_timeout, {"value": str(PATIENCE_MILLISECONDS)})
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _CANCELLED:
            raise QueryTooComplexException("查询超过 20 秒未完成，请加上时间、物品或地点等条件") from None
        raise
    await session.execute(set_timeout, {"value": "0"})


def owner_key(actor: Actor) -> str:
    """Whose names a caller's queries are: his business's, else his organisation's, else his own."""
    if actor.business_id is not None:
        return f"business:{actor.business_id}"
    return f"organisation:{actor.organisation_id}" if actor.organisation_id is not None else f"actor:{actor.id}"


async def name_query(session: AsyncSession, actor: Actor, name: str, asked: Asked) -> NamedQuery:
    """Keep a query under a name. Raises `ResourceAlreadyExistsException`, `QueryParameterException`."""
    await understood(session, asked)
    query = NamedQuery(
        id=uuid7(),
        owner_key=owner_key(actor),
        name=name,
        given=asked.given,
        definition=asked.definition(),
        namespaces=dict(asked.namespaces),
        created_by=actor.id,
    )
    if name == SIMPLE_EVENT_QUERY or not await repository.add_query(session, query):
        raise ResourceAlreadyExistsException(f"已有名为“{name}”的查询，请换一个名字，或先删除原来的")
    return query


async def query_named(session: AsyncSession, actor: Actor, name: str, *, lock: bool = False) -> NamedQuery:
    """The caller's query of that name. Raises `NoSuchNameException`."""
    query = await repository.named_query(session, owner_key(actor), name, lock=lock)
    if query is None:
        raise NoSuchNameException(f"没有名为“{name[:100]}”的查询；只能用自己单位保存的查询")
    return query


async def list_named(session: AsyncSession, actor: Actor, query: QueryParams) -> NamedPage:
    """One page of the caller's queries, by name."""
    only_paging(query)
    subject = f"queries of {owner_key(actor)}"
    page = await page_asked(session, query, subject, (str,))
    after = None if page.after is None else str(page.after[0])
    rows = await repository.list_queries(session, owner_key(actor), limit=page.size + 1, after=after)
    items = rows[: page.size]
    token = write_token(subject, (items[-1].name,), None, now()) if len(rows) > page.size else None
    return NamedPage(items, token)


async def forget_query(session: AsyncSession, actor: Actor, name: str) -> None:
    """Delete a query and its subscriptions. Raises `NoSuchNameException`."""
    await session.delete(await query_named(session, actor, name, lock=True))
    await session.flush()


async def give_back(session: AsyncSession, token: str, at: datetime) -> None:
    """Let a page token no longer be taken."""
    await repository.spend_token(session, token_digest(token), at + LIFETIME, at)


def shown(query: NamedQuery) -> dict[str, Any]:
    """A named query as its owner gave it."""
    context = {"@context": dict(query.namespaces)} if query.namespaces else {}
    return {"name": query.name, "query": query.given | context}


def asked_under_name(query: NamedQuery) -> Asked:
    return asked_in_store(query.definition, query.namespaces)
