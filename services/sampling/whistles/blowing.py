"""Blowing the whistle on suspect positives: sale stopped, the seller's window opened, the bureau's task given."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures import service as figures
from services.sampling.rapid_tests.models import RapidTest
from services.sampling.statutory_tasks import service as statutory_tasks
from services.sampling.statutory_tasks.service import Order
from services.sampling.test_items.models import Item
from services.sampling.test_sites.models import Site
from services.sampling.whistles import repository
from services.sampling.whistles.models import Whistle, WhistleEntry
from shared.clocks.service import Opening, open_clocks
from shared.contracts.sampling import RapidTestFailed, SiteKind, Verdict, WhistleEntryKind
from shared.contracts.statutory_sampling import Link
from shared.events.outbox import publish_all
from shared.ids import uuid7
from shared.times import day_of, now

CLOCK_OBJECT = "whistle"
OBJECTION = "rapid_test_objection"

BATCH = 500


async def blow(session: AsyncSession, tests: Sequence[RapidTest], *, at: datetime | None = None) -> int:
    """Open one whistle for each suspect positive among `tests` that has none yet; returns how many were opened.

    Each stops the sale of what is left (unknown stays unknown), opens the seller's window to contest (4 hours by
    食品安全法 §88(2), counted from `at` until the actual receipt is recorded), and gives the county's bureau a
    statutory sampling task with its clock (§112). A correction belongs to the whistle of the test it corrects.
    """
    moment = at or now()
    positives = [test for test in tests if test.verdict is Verdict.SUSPECTED_POSITIVE]
    remaining = iter(positives)
    opened = 0
    while batch := list(islice(remaining, BATCH)):
        opened += await _blow_batch(session, batch, moment)
    return opened


async def _blow_batch(session: AsyncSession, tests: Sequence[RapidTest], at: datetime) -> int:
    firsts = await repository.first_of_chain(session, tests)
    items = await repository.items_by_code(session, {test.item_code for test in tests if test.item_code})
    rows = {firsts[test.id]: _values(test, firsts[test.id], items[test.item_code or ""], at) for test in tests}
    # In one order everywhere, so that two uploads with the same positives wait for each other and do not deadlock.
    new = await repository.add_missing(session, [rows[first_id] for first_id in sorted(rows)])
    if not new:
        return 0
    whistles = await repository.whistles_by_id(session, new)
    sites = await repository.sites_by_id(session, {whistle.site_id for whistle in whistles})
    orders = [_order_for(whistle, sites[whistle.site_id]) for whistle in whistles]
    events = []
    tasks = await statutory_tasks.assign(session, orders, at)
    windows = await open_clocks(session, [window_from(whistle, at) for whistle in whistles])
    for whistle, task, window in zip(whistles, tasks, windows, strict=True):
        whistle.objection_clock_id = window.id
        session.add(
            WhistleEntry(
                whistle_id=whistle.id,
                number=1,
                kind=WhistleEntryKind.BLOWN,
                at=at,
                actor_name="系统",
                note=f"监督抽检任务 {task.number}",
                evidence=[],
            )
        )
        event = RapidTestFailed(
            **facts_of(whistle, sites[whistle.site_id].name),
            verdict=Verdict.SUSPECTED_POSITIVE,
            method=whistle.method,
            tested_at=whistle.tested_at,
            blown_at=at,
            task_number=task.number,
        )
        events.append((event, whistle.id))
    await session.flush()
    await figures.record_blown(
        session, [(whistle.region_code, day_of(whistle.tested_at), day_of(at)) for whistle in whistles]
    )
    await publish_all(session, events)
    return len(whistles)


def _values(test: RapidTest, first_id: UUID, item: Item, at: datetime) -> dict[str, Any]:
    held = test.quantity_in if test.quantity_kept is None else test.quantity_kept
    return {
        "id": uuid7(),
        "rapid_test_id": test.id,
        "first_test_id": first_id,
        "site_id": test.site_id,
        "region_code": test.region_code,
        "stall_number": test.stall_number,
        "seller_business_id": test.seller_business_id,
        "seller_uscc": test.seller_uscc,
        "seller_name": test.seller_name,
        "product_name": test.product_name,
        "item_code": item.code,
        "item_name": item.name,
        "banned": item.banned,
        "method": test.method,
        "lot_code": test.lot_code,
        "tested_at": test.tested_at,
        "blown_at": at,
        "held_quantity": held,
        "unit": test.quantity_unit,
    }


def _order_for(whistle: Whistle, site: Site) -> Order:
    return Order(
        whistle_id=whistle.id,
        site_id=whistle.site_id,
        region_code=whistle.region_code,
        title=whistle.title,
        food_name=whistle.product_name,
        seller_business_id=whistle.seller_business_id,
        seller_name=whistle.seller_name,
        link=Link.CATERING if site.kind is SiteKind.SCHOOL else Link.CIRCULATION,
    )


def window_from(whistle: Whistle, received_at: datetime) -> Opening:
    """The seller's window to contest the result, counted from when he received it."""
    return Opening(
        code=OBJECTION,
        object_type=CLOCK_OBJECT,
        object_id=whistle.id,
        region_code=whistle.region_code,
        triggered_at=received_at,
        title=whistle.title,
    )


def facts_of(whistle: Whistle, site_name: str) -> dict[str, Any]:
    """What every event about a whistle says of the goods: the fields of `WhistleFacts`."""
    return {
        "whistle_id": whistle.id,
        "version": whistle.version,
        "rapid_test_id": whistle.rapid_test_id,
        "site_id": whistle.site_id,
        "site_name": site_name,
        "region_code": whistle.region_code,
        "stall_number": whistle.stall_number,
        "seller_business_id": whistle.seller_business_id,
        "seller_uscc": whistle.seller_uscc,
        "seller_name": whistle.seller_name,
        "product_name": whistle.product_name,
        "item_code": whistle.item_code,
        "item_name": whistle.item_name,
        "lot_code": whistle.lot_code,
        "quantity": whistle.held_quantity,
        "unit": whistle.unit,
        "banned": whistle.banned,
    }
