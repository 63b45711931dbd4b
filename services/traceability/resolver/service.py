"""From a code to what is known of it, and keeping the links."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.codes import repository as codes
from services.traceability.codes.models import TraceCode
from services.traceability.codes.rules import OWN_KEY, CodeState, read_own_code
from services.traceability.consumer_views.repository import is_known
from services.traceability.consumer_views.rules import goods_among
from services.traceability.everyday_events.rules import is_one_thing
from services.traceability.identifiers import (
    CANONICAL_ORIGIN,
    BadDigitalLink,
    as_link,
    match_key,
    parse_digital_link,
    read_identifier,
)
from services.traceability.resolver import repository
from services.traceability.resolver.link_types import DEFAULT, EPCIS, TRACEABILITY
from services.traceability.resolver.models import ResolverLink
from services.traceability.resolver.problems import BadCodeAddress, NothingKnown, NotYourCode, UnknownLink
from services.traceability.resolver.rules import Link
from services.traceability.resolver.schemas import LinkCreate
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError, InvalidRequest
from shared.regions.scope import ensure_in_scope
from shared.times import now

PAGE_PREFIX = "/c"
"""Before the path of a code it makes the address of our own page of that code."""

LINKS_AT_ONCE = 50
"""Links in force that one path may have."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known at one level of a code: its path, the registered code if there is one, and its links."""

    path: str
    code: TraceCode | None
    links: Sequence[Link]


def read_address(path: str, query: str) -> tuple[str, ...]:
    """The paths of a code and of the lot and product above it. Raises `BadCodeAddress` with the place of the fault."""
    if path.startswith("/q/"):
        key = read_own_code(path.removeprefix("/q/").rstrip("/"))
        if key is None:
            raise BadCodeAddress(
                "平台编号应为 20 位字母数字，且校验字符要对", errors=_at("#path/2", "编号不对，请核对")
            )
        return (f"/q/{key.removeprefix(OWN_KEY)}",)
    tolerant = path.removesuffix("/")  # the standard asks to bear one slash too many
    try:
        return parse_digital_link(CANONICAL_ORIGIN + tolerant + (f"?{query}" if query else "")).levels()
    except BadDigitalLink as fault:
        raise BadCodeAddress(str(fault), errors=_at(fault.place, str(fault))) from None


def _at(place: str, message: str) -> list[FieldError]:
    return [FieldError(pointer=place, message=message, code="digital_link")]


async def known_of(session: AsyncSession, levels: Sequence[str], origin: str) -> list[Known]:
    """What is known at each level, the nearest first; levels of which nothing is known are left out.

    Every registered code leads to our own page and to its events; links that somebody entered come before these.
    A code issued elsewhere leads there, too, when something is recorded of the goods. Raises `NothingKnown` when
    nothing is known.
    """
    keys = {path: _key(path) for path in levels}
    registered = await codes.by_keys(session, list(keys.values()))
    entered: dict[str, list[Link]] = {}
    for row in await repository.in_force(session, levels):
        entered.setdefault(row.anchor, []).append(_link(row, origin))
    found = []
    for path in levels:
        code = registered.get(keys[path])
        links = entered.get(path, [])
        if code is not None:
            links = [*links, *_own_links(path, code.key, code.name, links, origin)]
        if links:
            found.append(Known(path, code, links))
    if not found and await is_known(session, goods_among(list(keys.values()))):
        links = _own_links(levels[0], keys[levels[0]], "码不是本平台发的", [], origin)
        found.append(Known(levels[0], None, links))
    if not found:
        raise NothingKnown("码的写法没有错，但本平台没有登记；可能是别的平台发的，或不是真的")
    return found


def _key(path: str) -> str:
    return OWN_KEY + path.removeprefix("/q/") if path.startswith("/q/") else match_key(CANONICAL_ORIGIN + path)


def _link(row: ResolverLink, origin: str) -> Link:
    href = origin + row.href if row.href.startswith("/") else row.href
    plain = row.link_type == DEFAULT  # the standard wants the default bare of attributes
    return Link(
        anchor=row.anchor,
        link_type=row.link_type,
        href=href,
        title=row.title,
        media_type=None if plain else row.media_type,
        hreflang=() if plain else tuple(row.hreflang),
        context=() if plain else tuple(row.context),
    )


def _own_links(path: str, key: str, name: str, entered: Sequence[Link], origin: str) -> list[Link]:
    page = origin + PAGE_PREFIX + path
    parameter = "MATCH_anyEPC" if is_one_thing(key) else "MATCH_anyEPCClass"
    events = f"{origin}/api/traceability/epcis/events?{parameter}={quote(key, safe='')}"
    own = [
        Link(path, TRACEABILITY, page, f"{name}：追溯信息", "text/html", ("zh-CN",), follows_request=True),
        Link(path, EPCIS, events, "追溯事件（EPCIS 2.0，须有权限）", "application/json"),
    ]
    if not any(link.link_type == DEFAULT for link in entered):
        own.append(Link(path, DEFAULT, page, f"{name}：追溯信息", follows_request=True))
    return own


async def add_link(session: AsyncSession, actor: Actor, wanted: LinkCreate) -> ResolverLink:
    """Add a link to a registered code, or to a lot or item of a registered product."""
    anchor, code = await _anchor(session, actor, wanted.code)
    at = now()
    present = await repository.in_force(session, [anchor])
    if len(present) >= LINKS_AT_ONCE:
        raise _refused("/code", f"一个码至多 {LINKS_AT_ONCE} 条链接，请先停用不用的")
    if wanted.link_type == DEFAULT:
        if not any(link.href == wanted.href for link in present):
            raise _refused("/href", "默认链接须先以它自己的类型登记（如 gs1:pip），再设为默认")
        before = await repository.default_in_force(session, anchor)
        if before is not None:
            before.end(at=at, reason="由新的默认链接取代", by=actor.id, name=actor.name)
            await session.flush()
    link = ResolverLink(
        **wanted.model_dump(exclude={"code"}),
        anchor=anchor,
        business_id=code.business_id,
        region_code=code.region_code,
        added_at=at,
        added_by=actor.id,
        added_by_name=actor.name,
    )
    session.add(link)
    await session.flush()
    return link


async def end_link(session: AsyncSession, actor: Actor, link_id: UUID, reason: str, version: int) -> ResolverLink:
    """Take a link out of force; it stays on record."""
    link = await repository.visible_link(session, link_id, actor)
    if link is None:
        raise UnknownLink("请核对编号；只能办理辖区内或本主体的链接")
    ensure_version(link, version)
    link.end(at=now(), reason=reason, by=actor.id, name=actor.name)
    await session.flush()
    return link


async def _anchor(session: AsyncSession, actor: Actor, text: str) -> tuple[str, TraceCode]:
    """The path that `text` names, and the registered code, its own or the nearest above, that gives the right to it."""
    levels = _levels_of(text)
    registered = await codes.by_keys(session, [_key(path) for path in levels])
    code = next((registered[key] for path in levels if (key := _key(path)) in registered), None)
    if code is None:
        raise NotYourCode("这个码（及其批次、商品）还没有在本平台登记，请先发码")
    await ensure_in_scope(session, actor, code.region_code)
    if actor.business_id is not None and actor.business_id not in (code.business_id, code.issuer_business_id):
        raise NotYourCode("这个码属于另一主体")
    if code.state is CodeState.VOIDED:
        raise NotYourCode("这个码已作废，不能再设链接")
    return levels[0], code


def _levels_of(text: str) -> tuple[str, ...]:
    own = read_own_code(text.strip().partition("?")[0].rpartition("/q/")[2])
    if own is not None:
        return (f"/q/{own.removeprefix(OWN_KEY)}",)
    link = read_identifier(as_link(text.strip()))
    if link is None:
        raise _refused("/code", "不是有效的 GS1 Digital Link、EPC URN 或平台编号")
    return link.levels()


def _refused(pointer: str, message: str) -> InvalidRequest:
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code="link")])
