"""Links as documents and headers: RFC 9264 linksets, RFC 8288 Link headers, and the resolver's description."""

from collections.abc import Iterable, Sequence
from typing import Any

from services.traceability.codes.masking import masked
from services.traceability.identifiers.application_identifiers import QUALIFIERS
from services.traceability.resolver.link_types import VOCABULARY
from services.traceability.resolver.rules import LINKSET_MEDIA_TYPE, Link
from services.traceability.resolver.service import Known

CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context"
CONTEXT_LINK = f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'


def linkset(known: Iterable[Known], origin: str) -> dict[str, Any]:
    """All links of a code and of what stands above it, as `application/linkset+json`."""
    return {
        "linkset": [
            _of_anchor(level.path, level.links, origin, level.code.name if level.code else None) for level in known
        ]
    }


def choices(links: Sequence[Link], origin: str) -> dict[str, Any]:
    """The links among which the reader has to choose."""
    return {"linkset": [_of_anchor(links[0].anchor, links, origin, None)]}


def _of_anchor(path: str, links: Sequence[Link], origin: str, description: str | None) -> dict[str, Any]:
    entry: dict[str, Any] = {"anchor": origin + path}
    if description:
        entry["itemDescription"] = masked(description)
    for link in links:
        entry.setdefault(link.link_type, []).append(_target(link))
    return entry


def _target(link: Link) -> dict[str, Any]:
    target: dict[str, Any] = {"href": link.href, "title": masked(link.title)}
    if link.media_type:
        target["type"] = link.media_type
    if link.hreflang:
        target["hreflang"] = list(link.hreflang)
    if link.context:
        target["context"] = list(link.context)
    return target


def link_to_linkset(address: str) -> str:
    """The Link header by which a redirect tells where all links are."""
    return f'<{address}?linkType=linkset>; rel="linkset"; type="{LINKSET_MEDIA_TYPE}"; title="all links"'


def description(origin: str, name: str) -> dict[str, Any]:
    """What stands at `/.well-known/gs1resolver`."""
    return {
        "name": name,
        "resolverRoot": origin,
        "supportedPrimaryKeys": sorted(QUALIFIERS),
        "supportedLinkType": [{"namespace": VOCABULARY, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
        "jsonLdContextLocation": CONTEXT,
        "contact": {"fn": name},
    }
