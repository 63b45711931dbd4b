"""The live picture of a region as a stream: who may see the same shares one look at the services.

A stream tells the whole picture whenever it has changed, so nothing is lost between two connections: the id is that of
the content, and who comes back with the present one (`Last-Event-ID`) is told nothing new. The session behind a stream
is looked at again and again; when it has ended, or the region is no longer its visitor's, the stream says so and ends.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request

from gateway.clients import Services, ServicesHere, caller_of
from gateway.dashboards.router import READERS, RegionInPath
from gateway.identity.web_sessions import look_again
from gateway.web.command_centre.live_picture import Picture, read_picture
from gateway.web.visitors import CanReadBoards, Visitor
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.problems import Problem
from shared.regions.repository import is_within
from shared.regions.scope import ensure_in_scope

router = APIRouter(include_in_schema=False)

SECONDS_BETWEEN_LOOKS = 4.0
SECONDS_BETWEEN_CHECKS = 30.0
"""How long somebody whose session has ended may still be told something; the token of a look lives two minutes."""
SECONDS_BETWEEN_HEARTBEATS = 15
STREAMS_OF_ONE = 6
STREAMS = 300
"""Open at once, of one person and of all, in each process of the gateway."""
ENDED = '<p class="notice notice-warning">登录已过期或权限有变，这里不再更新。请重新登录后再看。</p>'

Key = tuple[str, frozenset[Role], tuple[str, ...], UUID | None, UUID | None]


class TooManyStreams(Problem):
    slug, title, status = "too-many-streams", "打开的实时画面太多", 429


@dataclass
class Feed:
    """One picture for all who may see the same, looked at with the token of who was checked last."""

    visitor: Visitor
    listeners: int = 0
    picture: Picture | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    looking: asyncio.Task[None] | None = None

    async def look(self, services: Services, region: str) -> None:
        while True:
            picture = await read_picture(services, self.visitor, region)
            if self.picture is None or picture.id != self.picture.id:
                self.picture = picture
                self.changed.set()
                self.changed = asyncio.Event()
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


@dataclass
class Live:
    """The feeds that somebody listens to, and how many streams each person has open."""

    feeds: dict[Key, Feed] = field(default_factory=dict)
    open: Counter[UUID] = field(default_factory=Counter)

    def ensure_room(self, visitor: Visitor) -> None:
        """Raise `TooManyStreams` where this person, or everybody together, has enough open."""
        if self.open[visitor.actor.id] >= STREAMS_OF_ONE or self.open.total() >= STREAMS:
            sentence = f"一个人最多同时开 {STREAMS_OF_ONE} 个，请关掉不看的页面；不影响手工刷新"
            raise TooManyStreams(sentence, headers={"Retry-After": "30"})

    @contextlib.asynccontextmanager
    async def feed(self, services: Services, region: str, visitor: Visitor) -> AsyncIterator[Feed]:
        """The feed of a scope, begun by the first who listens and ended by the last."""
        key = _key(region, visitor)
        feed = self.feeds.setdefault(key, Feed(visitor))
        feed.listeners += 1
        self.open[visitor.actor.id] += 1
        if feed.looking is None:
            feed.looking = asyncio.create_task(feed.look(services, region))
        try:
            yield feed
        finally:
            feed.listeners -= 1
            self.open -= Counter([visitor.actor.id])
            if not feed.listeners:
                del self.feeds[key]
                feed.looking.cancel()


def _live(request: Request) -> Live:
    live: Live = request.app.state.live
    return live


LiveHere = Annotated[Live, Depends(_live)]
LastSeen = Annotated[str, Header(alias="Last-Event-ID", max_length=64)]


@router.get("/regions/{code}/live")
async def live_stream(
    request: Request,
    visitor: CanReadBoards,
    code: RegionInPath,
    services: ServicesHere,
    session: Session,
    live: LiveHere,
    last_seen: LastSeen = "",
) -> EventSourceResponse:
    """Messages without a name are the picture as HTML; `ended` is the last."""
    await ensure_in_scope(session, visitor.actor, code)
    live.ensure_room(visitor)

    async def events() -> AsyncIterator[ServerSentEvent]:
        async with live.feed(services, code, visitor) as feed:
            async for event in _told(request, feed, code, _key(code, visitor), last_seen):
                yield event

    return EventSourceResponse(events(), ping=SECONDS_BETWEEN_HEARTBEATS)


async def _told(request: Request, feed: Feed, region: str, key: Key, last_seen: str) -> AsyncIterator[ServerSentEvent]:
    shown, checked = last_seen, monotonic()
    while True:
        if feed.looking is not None and feed.looking.done():
            feed.looking.result()  # a look that failed ends its streams; who comes back begins another
        changed = feed.changed
        if feed.picture is not None and feed.picture.id != shown:
            shown = feed.picture.id
            yield ServerSentEvent(feed.picture.html, id=shown)
        left = checked + SECONDS_BETWEEN_CHECKS - monotonic()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), max(left, 0))
        if monotonic() - checked < SECONDS_BETWEEN_CHECKS:
            continue
        visitor = await _still_there(request, region, key)
        if visitor is None:
            yield ServerSentEvent(ENDED)
            yield ServerSentEvent("", event="ended")
            return
        feed.visitor, checked = visitor, monotonic()


async def _still_there(request: Request, region: str, key: Key) -> Visitor | None:
    """The visitor with a fresh token; None when the session has ended, or may not see this or the same any more."""
    async with request.app.state.sessions() as session:
        signed_in = await look_again(request, session)
        if signed_in is None:
            return None
        visitor = Visitor(signed_in.actor, caller_of(request, signed_in.bearer))
        within = await is_within(session, region, visitor.actor.regions)
    return visitor if within and visitor.actor.has(*READERS) and _key(region, visitor) == key else None


def _key(region: str, visitor: Visitor) -> Key:
    actor = visitor.actor
    return (region, frozenset(actor.roles), tuple(actor.regions), actor.organisation_id, actor.business_id)
