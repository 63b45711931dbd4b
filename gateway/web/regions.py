"""Regions as pages name them: names, the places below, and the way down from the visitor's own."""

from collections.abc import Sequence

from gateway.web.visitors import Visitor
from shared.contracts.figures import Period
from shared.database import Session
from shared.http.pagination import PageRequest
from shared.regions import repository as regions

PLACES_SHOWN = 200


async def region_name(session: Session, code: str) -> str:
    """A region's name, or its code where the tree does not know it."""
    region = await regions.get_region(session, code)
    return region.name if region else code


async def places_below(session: Session, codes: Sequence[str], also: str = "") -> list[tuple[str, str]]:
    """Codes and names of these regions, of those right below each, and of the one that was already chosen."""
    found = []
    for code in codes:
        found.append((code, await region_name(session, code)))
        below = regions.RegionFilter(parent_code=code)
        children, _ = await regions.list_regions(session, below, PageRequest(limit=PLACES_SHOWN))
        found += [(child.code, child.name) for child in children]
    chosen = await regions.get_region(session, also) if also not in dict(found) else None
    return [*found, *([(chosen.code, chosen.name)] if chosen else [])]


async def crumbs_to(
    session: Session, visitor: Visitor, code: str, period: Period, *, link_last: bool = False
) -> list[tuple[str, str]]:
    """From the visitor's own region down to this one; what lies above is not theirs to open."""
    chain = [(row.code, row.name) for row in await regions.ancestors_of(session, code)]
    chain.append((code, await region_name(session, code)))
    starts = [index for index, (ancestor, _) in enumerate(chain) if ancestor in visitor.actor.regions]
    own = chain[starts[0] :] if starts else chain[-1:]
    crumbs = [(name, f"/regions/{ancestor}?period={period}") for ancestor, name in own]
    return crumbs if link_last else [*crumbs[:-1], (crumbs[-1][0], "")]
