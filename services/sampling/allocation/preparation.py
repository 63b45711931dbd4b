"""Putting together all that an allocation depends on, as plain JSON: cells, history, what a quarter has used up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.allocation import repository
from services.sampling.allocation.calculation import COVER_THEN_SEEK, NEYMAN, group_key, groups_of
from services.sampling.allocation.codes import CapKind
from services.sampling.allocation.models import SamplingCap
from services.sampling.allocation.repository import History
from services.sampling.allocation.schemas import AssessmentCreate, SupervisionCreate
from services.sampling.food_categories.repository import load_tree
from services.sampling.food_categories.rules import CategoryTree
from services.sampling.plans.codes import PlaceKind
from services.sampling.plans.coverage.repository import uncovered
from services.sampling.plans.models import SamplingPlan
from shared.contracts.figures import Period
from shared.contracts.inspection import BusinessKind
from shared.contracts.statutory_sampling import Link

NOTHING = History(0, 0)
BLANK = {
    "label": "",
    "category_code": None,
    "major_category": None,
    "business_id": None,
    "site_id": None,
    "producer": None,
    "product_name": None,
    "production_date": None,
    "online": False,
    "minimum": 0,
    "maximum": None,
}
LINK_OF = {
    BusinessKind.PRODUCTION: Link.PRODUCTION,
    BusinessKind.WORKSHOP: Link.PRODUCTION,
    BusinessKind.FARM: Link.PRODUCTION,
    BusinessKind.SLAUGHTERHOUSE: Link.PRODUCTION,
    BusinessKind.SALES: Link.CIRCULATION,
    BusinessKind.STALL: Link.CIRCULATION,
    BusinessKind.MARKET: Link.CIRCULATION,
    BusinessKind.CATERING: Link.CATERING,
    BusinessKind.SMALL_CATERING: Link.CATERING,
    BusinessKind.CANTEEN: Link.CATERING,
}
"""In which link a business of a kind is sampled."""


async def prepare_assessment(
    session: AsyncSession, plan: SamplingPlan, body: AssessmentCreate, seed: str, today: date
) -> dict[str, Any]:
    """The inputs of an assessment: strata with their weights, bounds and history of the plan's own stream."""
    cells = [BLANK | stratum.model_dump(mode="json") for stratum in body.cells]
    inputs = _common(plan, body, seed, today) | {"algorithm": NEYMAN}
    return inputs | {"cells": await _with_history(session, plan, cells, inputs["history"])}


async def prepare_supervision(
    session: AsyncSession, plan: SamplingPlan, body: SupervisionCreate, seed: str, today: date
) -> dict[str, Any]:
    """The inputs of supervision: the cells named, whoever coverage still asks for, and the caps of the quarter."""
    quarter = Period.parse(body.quarter)
    cells = [BLANK | candidate.model_dump(mode="json", exclude={"business_uscc"}) for candidate in body.cells]
    for cell in cells:
        cell["label"] = cell.pop("business_name") or ""
    if body.cover:
        await _cover(session, plan, cells)
    inputs = _common(plan, body, seed, today) | {
        "algorithm": COVER_THEN_SEEK,
        "quarter": body.quarter,
        "credibility": _plain(body.credibility),
        "caps": {
            kind.value: _show_cap(cap) for kind, cap in (await repository.caps_in_force(session, quarter.first)).items()
        },
    }
    cells = await _with_history(session, plan, cells, inputs["history"])
    used = await _used(session, cells, inputs["caps"], quarter)
    return inputs | {"cells": cells, "used": used}


def key_of(cell: Mapping[str, Any]) -> str:
    """What tells a cell from every other: what is sampled where, never its place in the list."""
    names = (
        *("region_code", "link", "category_code", "business_id", "site_id"),
        *("producer", "product_name", "production_date"),
    )
    return "|".join(str(cell[name] or "") for name in names) + ("|online" if cell["online"] else "")


def _common(plan: SamplingPlan, body: AssessmentCreate | SupervisionCreate, seed: str, today: date) -> dict[str, Any]:
    first = body.history_from or date(today.year - 3, today.month, 1)
    return {
        "plan": {"id": str(plan.id), "version": plan.version, "year": plan.year, "stream": plan.stream.value},
        "quantity": body.quantity,
        "seed": seed,
        "prior": body.prior.model_dump(),
        "history": {"from": first.isoformat(), "to": today.isoformat()},
    }


async def _cover(session: AsyncSession, plan: SamplingPlan, cells: list[dict[str, Any]]) -> None:
    """Ask for every listed place not sampled often enough yet: in a cell that names it, or in a new one."""
    named = {cell["business_id"]: cell for cell in reversed(cells) if cell["business_id"]}
    places = await uncovered(session, plan.id)
    kinds = await repository.businesses_by_id(
        session, {place.place_id for place, duty in places if duty.place is PlaceKind.BUSINESS}
    )
    for place, duty in places:
        lacking, place_id = max(duty.minimum - place.taken, 1), str(place.place_id)
        is_business = duty.place is PlaceKind.BUSINESS
        if cell := named.get(place_id):
            cell["minimum"] = max(cell["minimum"], lacking)
            continue
        link = LINK_OF[BusinessKind(kinds[place.place_id].kind)] if is_business else Link.CIRCULATION
        whom = {"business_id" if is_business else "site_id": place_id}
        bounds = {"minimum": lacking, "maximum": lacking}
        cell = BLANK | whom | bounds | {"label": place.name, "region_code": place.region_code, "link": link.value}
        named[place_id] = cell
        cells.append(cell)


async def _with_history(
    session: AsyncSession, plan: SamplingPlan, cells: list[dict[str, Any]], window: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The cells in the order of their keys, each with what is known of it: a business by itself, else by its place."""
    tree = await load_tree(session)
    first, last = date.fromisoformat(window["from"]), date.fromisoformat(window["to"])
    rows = await repository.history_by_place_and_kind(session, plan.stream, plan.region_code, first, last)
    above = await repository.ancestors_among(session, {cell["region_code"] for cell in cells})
    by_place: dict[tuple[str, str, str | None], History] = defaultdict(lambda: NOTHING)
    for region, link, category, seen in rows:
        for code in above.get(region, ()):
            for scope in {*_path(tree, category), category, None}:
                known = by_place[code, link.value, scope]
                by_place[code, link.value, scope] = History(known.tested + seen.tested, known.failed + seen.failed)
    ids = {UUID(cell["business_id"]) for cell in cells if cell["business_id"]}
    by_business = await repository.history_by_business(session, plan.stream, ids, first, last)
    for cell in cells:
        seen = (
            by_business.get(UUID(cell["business_id"]), NOTHING)
            if cell["business_id"]
            else by_place[cell["region_code"], cell["link"], cell["category_code"]]
        )
        path = _path(tree, cell["category_code"])
        cell["major_category"] = path[-1] if path else cell["category_code"]
        cell |= {"key": key_of(cell), "tested": seen.tested, "failed": seen.failed}
    return sorted(cells, key=lambda cell: str(cell["key"]))


async def _used(
    session: AsyncSession, cells: Iterable[Mapping[str, Any]], caps: Mapping[str, Any], quarter: Period
) -> dict[str, int]:
    """How much of each capped group the quarter has used up; groups of which nothing was taken are left out."""
    cells = list(cells)
    wanted = {group for cell in cells for group in groups_of(cell, caps)}
    found: dict[str, int] = defaultdict(int)
    if CapKind.SHOP in caps:
        ids = {UUID(cell["business_id"]) for cell in cells if cell["business_id"]}
        link = caps[CapKind.SHOP]["link"]
        shops = await repository.taken_from_shops(session, ids, Link(link) if link else None, quarter)
        for business_id, taken in shops.items():
            found[group_key(CapKind.SHOP, [str(business_id)])] += taken
    producers = {cell["producer"] for cell in cells if cell["producer"]}
    tree = await load_tree(session)
    for row in await repository.taken_from_producers(session, producers, quarter):
        path = _path(tree, row.category_code)
        day = row.production_date.isoformat() if row.production_date else None
        for producer in {row.producer_uscc, row.producer_name} & producers:
            found[group_key(CapKind.SAME_PRODUCT, [producer, row.food_name, day])] += row.taken
            major = path[-1] if path else row.category_code
            found[group_key(CapKind.PRODUCER_CATEGORY, [producer, major])] += row.taken
    return {group: taken for group, taken in sorted(found.items()) if group in wanted}


def _show_cap(cap: SamplingCap) -> dict[str, Any]:
    return {
        "maximum": cap.maximum,
        "link": cap.link.value if cap.link else None,
        "valid_from": cap.valid_from.isoformat(),
        "source": cap.source,
        "verified": cap.verified,
    }


def _path(tree: CategoryTree, code: str | None) -> Sequence[str]:
    """A category and those above it, the 大类 last; empty when the tree does not know it."""
    return [category.code for category in tree.path(code or "")]


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
