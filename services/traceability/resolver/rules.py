"""Which link answers a request for a code (GS1-Conformant Resolver Standard). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.traceability.resolver.link_types import DEFAULT, DEFAULT_MULTI

LINKSET_MEDIA_TYPE = "application/linkset+json"


@dataclass(frozen=True, slots=True)
class Link:
    """One link from `anchor` (the path of a code, or of the lot or product above it)."""

    anchor: str
    link_type: str
    href: str
    title: str
    media_type: str | None = None
    hreflang: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    follows_request: bool = False
    """Whether the target is our own page, which tells of just what was asked for even where only its kind is known."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the request says of the link that it wants. Languages and media types come the most wanted first."""

    link_type: str | None = None
    languages: tuple[str, ...] = ()
    media_types: Mapping[str, float] = field(default_factory=dict)
    context: str | None = None


def choose(levels: Sequence[Sequence[Link]], wish: Wish) -> Sequence[Link]:
    """The link that answers (one), those between which the reader must choose (several), or none.

    `levels` are the links of serial, lot, product …, the nearest first: what a nearer level has is taken from there.
    """
    for links in levels:
        if wish.link_type is None:
            found = _default_of(links, wish)
        else:
            found = _best([link for link in links if link.link_type == wish.link_type], wish)
        if found:
            return found
    return ()


def _default_of(links: Sequence[Link], wish: Wish) -> Sequence[Link]:
    multi = [link for link in links if link.link_type == DEFAULT_MULTI]
    better = _best([link for link in multi if _answers(link, wish)], wish)
    return better if len(better) == 1 else [link for link in links if link.link_type == DEFAULT]


def _answers(link: Link, wish: Wish) -> bool:
    """Whether something in the request speaks for this link in particular."""
    speaks_it = any(_rank(link, language) for language in wish.languages)
    return speaks_it or (wish.context is not None and wish.context in link.context)


def _best(links: Sequence[Link], wish: Wish) -> Sequence[Link]:
    return _by_media_type(_by_language(_by_context(links, wish.context), wish.languages), wish.media_types)


def _by_context(links: Sequence[Link], context: str | None) -> Sequence[Link]:
    wanted = [link for link in links if context is not None and context in link.context]
    return wanted or [link for link in links if not link.context] or links


def _by_language(links: Sequence[Link], languages: Sequence[str]) -> Sequence[Link]:
    for language in languages:
        ranked = [(rank, link) for link in links if (rank := _rank(link, language))]
        if ranked:
            best = max(rank for rank, _ in ranked)
            return [link for rank, link in ranked if rank == best]
    return [link for link in links if not link.hreflang] or links if languages else links


def _rank(link: Link, language: str) -> int:
    """2 for the very language, 1 for a wider or narrower one (`zh` and `zh-CN`), 0 for another (RFC 4647)."""
    wanted = language.lower()
    own = [tag.lower() for tag in link.hreflang]
    if wanted in own:
        return 2
    return int(any(tag.startswith(f"{wanted}-") or wanted.startswith(f"{tag}-") for tag in own))


def _by_media_type(links: Sequence[Link], wanted: Mapping[str, float]) -> Sequence[Link]:
    if not wanted:
        return links
    weights = [_weight(link.media_type, wanted) for link in links]
    best = max(weights, default=0.0)
    return [link for link, weight in zip(links, weights, strict=True) if weight == best] if best else links


def _weight(media_type: str | None, wanted: Mapping[str, float]) -> float:
    if media_type is None:
        return wanted.get("*/*", max(wanted.values()))
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((wanted[one] for one in ranges if one in wanted), 0.0)


def weighted(header: str) -> dict[str, float]:
    """The parts of an Accept or Accept-Language header with their weights, the most wanted first; refused parts (q=0)
    are left out. A weight that is no number counts as none given.
    """
    found: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = _quality(parameters)
        if name and weight > 0:
            found.setdefault(name.lower(), weight)
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _quality(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return max(0.0, min(1.0, float(value)))
            except ValueError:
                return 1.0
    return 1.0


def with_query(href: str, query: str) -> str:
    """The target with the request's own query passed on, before any fragment."""
    if not query:
        return href
    address, hash_sign, fragment = href.partition("#")
    joined = address + ("&" if "?" in address else "?") + query
    return joined + hash_sign + fragment
