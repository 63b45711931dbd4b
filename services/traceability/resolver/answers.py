"""What the resolver answers, over HTTP: redirects, linksets, and the headers that let any page read them."""

from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.resolver import linksets, service
from services.traceability.resolver.link_types import LINKSET_WORDS, link_type
from services.traceability.resolver.problems import MethodNotAllowed, NoSuchLink
from services.traceability.resolver.rules import LINKSET_MEDIA_TYPE, Link, Wish, choose, weighted, with_query
from services.traceability.resolver.service import PAGE_PREFIX
from shared.http.problems import Problem

ALLOWED = "GET, HEAD, OPTIONS"
CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": ALLOWED,
    "access-control-allow-headers": "Accept, Accept-Language",
    "access-control-expose-headers": "Link, Location",
}
_VARY = {"vary": "Accept, Accept-Language", "cache-control": "no-cache"}


def to_other_method(request: Request) -> Response | None:
    """The answer to anything but reading; None when the code is to be resolved."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=CORS | {"allow": ALLOWED})
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed("追溯码只能读取（GET、HEAD）", headers=CORS | {"allow": ALLOWED})
    return None


async def resolve(session: AsyncSession, request: Request, origin: str) -> Response:
    """The answer for a code; every refusal carries the headers too, so that a page may read it."""
    try:
        return await _resolve(session, request, origin)
    except Problem as problem:
        problem.headers |= CORS
        raise


async def _resolve(session: AsyncSession, request: Request, origin: str) -> Response:
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = raw.partition(b"?")[0].decode("latin-1").removeprefix("/resolver")
    query = request.scope["query_string"].decode("latin-1")
    levels = service.read_address(path, query)
    known = await service.known_of(session, levels, origin)
    address = origin + levels[0]
    asked = _parameter(query, "linktype")
    accepted = weighted(request.headers.get("accept", ""))
    if (asked in LINKSET_WORDS) or (asked is None and LINKSET_MEDIA_TYPE in accepted):
        document = linksets.linkset(known, origin)
        headers = CORS | _VARY | {"link": linksets.CONTEXT_LINK}
        return JSONResponse(document, media_type=LINKSET_MEDIA_TYPE, headers=headers)
    headers = CORS | _VARY | {"link": linksets.link_to_linkset(address)}
    wanted = link_type(asked) if asked is not None else None
    if asked is not None and wanted is None:
        raise NoSuchLink(f"「{asked[:60]}」不是 GS1 词汇表的链接类型；全部链接见 ?linkType=linkset", headers=headers)
    languages = tuple(language for language in weighted(request.headers.get("accept-language", "")) if language != "*")
    wish = Wish(wanted, languages, accepted, _parameter(query, "context"))
    chosen = choose([level.links for level in known], wish)
    if not chosen:
        raise NoSuchLink("这个码及其批次、商品都没有这种链接；全部链接见 ?linkType=linkset", headers=headers)
    if len(chosen) > 1:
        document = linksets.choices(chosen, origin)
        return JSONResponse(document, status_code=300, media_type=LINKSET_MEDIA_TYPE, headers=headers)
    target = with_query(_target(chosen[0], levels[0], origin), query)
    return Response(status_code=307, headers=headers | {"location": target})


def _target(link: Link, asked: str, origin: str) -> str:
    return origin + PAGE_PREFIX + asked if link.follows_request else link.href


def _parameter(query: str, name: str) -> str | None:
    """A parameter of the query, its name in whatever case; the first counts."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    return next((value for key, value in pairs if key.lower() == name), None)
