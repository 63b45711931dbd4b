"""The tree in PostgreSQL: seeding, the closure, moving nodes, and following the gateway's events."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from shared.contracts.codes import Unit
from shared.contracts.regions import RegionChanged, RegionPopulationStated
from shared.http.pagination import PageRequest
from shared.regions import repository
from shared.regions.models import RegionAncestor, RegionRow
from shared.regions.repository import RegionFilter
from shared.regions.sources import shipped_regions
from shared.regions.store import seed_regions, store_regions
from shared.regions.subscribers import on_population_stated, on_region_changed
from tests.conftest import SessionOf

HAISHU, NANTONG, YANGJIANG = "330203000000", "320600000000", "441700000000"
HAILING, ZHAPO = "441700901000", "441702105000"


def closure_by_walking() -> set[tuple[str, str, int]]:
    """Every (node, ancestor, depth), walked up one parent at a time in Python."""
    parents = {region.code: region.parent_code for region in shipped_regions()}
    found = set()
    for code in parents:
        step: str | None = code
        depth = 0
        while step is not None:
            found.add((code, step, depth))
            step, depth = parents[step], depth + 1
    return found


def changed(region: RegionRow, **change: object) -> RegionChanged:
    facts = RegionChanged.model_validate(region).model_dump()
    return RegionChanged.model_validate(facts | {"version": region.version + 1} | change)


async def test_the_closure_holds_every_node_with_each_above_it(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    await seed_regions(session)
    rows = await session.execute(select(RegionAncestor.code, RegionAncestor.ancestor_code, RegionAncestor.depth))
    assert {tuple(row) for row in rows} == closure_by_walking()


async def test_seeding_again_changes_nothing_and_keeps_what_was_corrected(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    await seed_regions(session)
    haishu = await session.get_one(RegionRow, HAISHU)
    haishu.name = "海曙区（更正）"
    haishu.advance()
    await session.flush()
    before = await session.scalar(select(func.count()).select_from(RegionRow))
    assert await store_regions(session, shipped_regions()) == 0
    await session.refresh(haishu)
    assert haishu.name == "海曙区（更正）"
    assert await session.scalar(select(func.count()).select_from(RegionRow)) == before


async def test_a_newer_edition_of_the_same_source_renews_what_nobody_has_corrected(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    await seed_regions(session)
    renamed = [
        replace(region, name="海曙新区", source_version="2024-06-30 (2.8.0)") if region.code == HAISHU else region
        for region in shipped_regions()
    ]
    assert await store_regions(session, renamed) == 1
    assert await store_regions(session, shipped_regions()) == 0, "an older edition never comes back"


async def test_a_caller_sees_own_subtrees_only(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    await seed_regions(session)
    assert await repository.is_within(session, "330203001000", [HAISHU])
    assert await repository.is_within(session, HAISHU, [HAISHU])
    assert not await repository.is_within(session, "330200000000", [HAISHU])
    assert not await repository.is_within(session, "330203001000", [NANTONG, YANGJIANG])
    assert not await repository.is_within(session, "330203001000", [])


async def test_codes_out_of_use_are_left_out_of_lists_but_stay_in_scope(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    await seed_regions(session)
    page = PageRequest(limit=200)
    current, _ = await repository.list_regions(session, RegionFilter(parent_code=NANTONG), page)
    everything, _ = await repository.list_regions(session, RegionFilter(parent_code=NANTONG, out_of_use=True), page)
    assert {row.name for row in everything} - {row.name for row in current} == {"港闸区", "海门市", "海安县"}
    assert [row.code for row in current if row.name == "崇川区"] == ["320613000000"]
    assert await repository.is_within(session, "320611000000", [NANTONG])


async def test_a_street_put_under_an_own_node_brings_its_villages(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    await seed_regions(session)
    zhapo = await session.get_one(RegionRow, ZHAPO)
    villages = set(await session.scalars(repository.codes_within([ZHAPO]))) - {ZHAPO}
    assert villages
    await on_region_changed(session, changed(zhapo, parent_code=HAILING))
    assert set(await session.scalars(repository.codes_within([HAILING]))) == {HAILING, ZHAPO} | villages
    assert not villages & set(await session.scalars(repository.codes_within(["441702000000"])))
    assert villages < set(await session.scalars(repository.codes_within([YANGJIANG])))


async def test_events_out_of_order_and_twice_leave_the_newest_state(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    await seed_regions(session)
    haishu = await session.get_one(RegionRow, HAISHU)
    second, third = changed(haishu, name="乙", version=2), changed(haishu, name="丙", version=3)
    for event in (third, second, third):
        await on_region_changed(session, event)
    await session.refresh(haishu)
    assert (haishu.name, haishu.version) == ("丙", 3)


async def test_a_child_may_arrive_before_its_parent(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    await seed_regions(session)
    zhapo = await session.get_one(RegionRow, ZHAPO)
    zone = changed(zhapo, code="441700903000", name="演示新区", level=3, kind="own", parent_code=YANGJIANG, version=1)
    cell = changed(zhapo, code="441700903901", name="演示网格", level=5, kind="own", parent_code=zone.code, version=1)
    await on_region_changed(session, cell)
    assert not await repository.is_within(session, cell.code, [YANGJIANG])
    await on_region_changed(session, zone)
    assert await repository.is_within(session, cell.code, [YANGJIANG])


async def test_population_of_a_year_is_that_year_s_or_the_latest_before_and_else_unknown(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    await seed_regions(session)
    known = await repository.latest_population(session, HAISHU, year=2026, basis="resident")
    assert known is not None
    assert (known.year, known.persons) == (2021, 1053000)
    assert await repository.latest_population(session, HAISHU, year=2020, basis="resident") is None
    assert await repository.latest_population(session, NANTONG, year=2026, basis="resident") is None


async def test_an_older_population_statement_does_not_overwrite_a_newer_one(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)

    def stated(persons: int, version: int) -> RegionPopulationStated:
        return RegionPopulationStated(
            code=NANTONG, year=2025, basis="resident", persons=persons, source="演示", verified=False, version=version
        )

    await on_population_stated(session, stated(200, 2))
    await on_population_stated(session, stated(100, 1))
    found = await repository.get_population(session, NANTONG, 2025, "resident")
    assert found is not None
    assert found.persons == 200


@pytest.mark.parametrize("column", ["code", "level", "kind"])
async def test_the_database_itself_refuses_a_broken_region(session_of: SessionOf, column: str) -> None:
    session = await session_of(Unit.SAMPLING)
    broken = {"code": "33020", "level": 6, "kind": "guess"}[column]
    values = {"code": "330203999000", "level": 4, "kind": "own"} | {column: broken}
    with pytest.raises(Exception, match=f"ck_regions_{column}"):
        await session.execute(
            text(
                "INSERT INTO regions (code, name, short_name, level, kind, source, source_version, verified, version)"
                " VALUES (:code, '演示', '演示', :level, :kind, '演示', '', false, 1)"
            ),
            values,
        )
