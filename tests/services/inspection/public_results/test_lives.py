"""The LIVES bundle says what the results say, cell by cell, and is packed once for everybody."""

import csv
import io
import zipfile
from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from services.inspection.public_results import service
from services.inspection.public_results.lives import COLUMNS, Feed, Inspection, add, begin, pack
from services.inspection.public_results.models import LivesBundle
from services.inspection.visit_records.kinds import VisitKind
from shared.contracts.codes import Unit
from shared.tabular.inert import restore
from shared.times import now
from tests.services.inspection.checklists.lists import ON_A_BUSY_MACHINE
from tests.services.inspection.factories import HAISHU, STREET, invented_uscc
from tests.services.inspection.public_results.publishing import Bureau

PATH = f"/v1/open-data/lives/{HAISHU}"
FEED = Feed(
    date(2026, 7, 24), "演示区（虚构）", "演示市（虚构）", "演示省（虚构）", "https://example.test", "a@example.test"
)


def unpacked(content: bytes) -> dict[str, list[tuple[str, ...]]]:
    """The rows of each file under its head."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            head, *rows = csv.reader(io.StringIO(archive.read(name).decode(), newline=""))
            assert tuple(head) == tuple(COLUMNS[name])
            found[name] = [tuple(row) for row in rows]
    return found


TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=30)


@st.composite
def visits(draw: st.DrawFn) -> list[Inspection]:
    """Results of up to three businesses, those of one after the other."""
    found = []
    for number in range(draw(st.integers(0, 3))):
        name, address, position = draw(TEXT), draw(TEXT), draw(st.sampled_from([None, ("121.550000", "29.870000")]))
        found += [
            Inspection(
                business_id=str(UUID(int=number)),
                name=name,
                address=address,
                position=position,
                visited_on=draw(st.dates(date(2020, 1, 1), date(2030, 1, 1))),
                kind=draw(st.sampled_from(VisitKind)),
                verdict=draw(st.none() | TEXT),
                handling=draw(TEXT),
                score=draw(st.none() | st.decimals(0, 100, places=1).map(str)),
                failed=[(f"{index}", draw(TEXT)) for index in range(draw(st.integers(0, 2)))],
            )
            for _ in range(draw(st.integers(1, 3)))
        ]
    return found


@ON_A_BUSY_MACHINE
@given(visits(), st.integers(0, 9))
def test_the_bundle_read_back_is_what_was_told(told: list[Inspection], cut: int) -> None:
    tables = begin(FEED)
    for part in (told[:cut], told[cut:]):  # in whatever pieces it comes
        add(tables, FEED, part)
    read = unpacked(pack(tables))
    assert read == tables
    assert pack(tables) == pack(tables), "the same rows are the same bytes"
    assert [row[:3] for row in read["inspections.csv"]] == [
        (one.business_id, one.score or "", f"{one.visited_on:%Y%m%d}") for one in told
    ]
    assert [(row[0], row[2], restore(row[3])) for row in read["violations.csv"]] == [
        (one.business_id, number, " ".join(text.split())) for one in told for number, text in one.failed
    ]
    businesses = {one.business_id: one for one in told}
    assert {row[0]: restore(row[1]) for row in read["businesses.csv"]} == {
        business_id: " ".join(one.name.split()) for business_id, one in businesses.items()
    }
    assert len(read["businesses.csv"]) == len(businesses), "each stands there once"
    for row in read["businesses.csv"]:
        assert row[6:8] == tuple(reversed(businesses[row[0]].position or ("", "")))
    cells = [cell for rows in read.values() for row in rows for cell in row]
    assert not any(character in cell for cell in cells for character in "\t\r\n")
    assert not any(cell.startswith(("=", "@")) for cell in cells), "no cell runs in a spreadsheet"


@pytest.mark.parametrize(
    ("kind", "system", "told"),
    [("sales", "wgs84", True), ("sales", "gcj02", False), ("stall", "wgs84", False)],
)
async def test_only_measured_places_that_may_be_told_are_on_the_map(
    bureau: Bureau, public: httpx.AsyncClient, kind: str, system: str, told: bool
) -> None:
    position = {"longitude": "121.543000", "latitude": "29.862000", "coordinate_system": system}
    await bureau.published(await bureau.on_file(kind=kind, uscc=None, position=position))
    [row] = unpacked((await public.get(PATH)).content)["businesses.csv"]
    assert row[6:8] == (("29.862000", "121.543000") if told else ("", ""))
    assert row[2] == ("" if kind == "stall" else "演示路 1 号")


async def test_a_county_in_many_pieces_is_the_same_county(
    bureau: Bureau, public: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BUSINESSES_AT_ONCE", 2)
    shops = [await bureau.on_file(uscc=invented_uscc(number), name=f"演示{number}店（虚构）") for number in range(5)]
    for shop in shops:
        for days_ago in range(1, 6):
            await bureau.published(shop, days_ago=days_ago)
    read = unpacked((await public.get(PATH)).content)
    assert sorted(row[0] for row in read["businesses.csv"]) == sorted(str(shop.id) for shop in shops)
    days = [row[2] for row in read["inspections.csv"] if row[0] == str(shops[0].id)]
    assert len(days) == 4 and days == sorted(days, reverse=True), "the last four, the latest first"
    monkeypatch.setattr(service, "MOST_RESULTS", 3)
    monkeypatch.setattr(service, "FRESH", timedelta(0))
    assert (await public.get(PATH)).json()["type"] == "/problems/too-many-to-pack"


async def test_the_file_holds_the_results_that_stand(bureau: Bureau, public: httpx.AsyncClient) -> None:
    shop = await bureau.on_file(name="=演示食品店（虚构）")
    other = await bureau.on_file(uscc=invented_uscc(2), name="演示二店（虚构）")
    record_id, document = await bureau.visited(shop)
    await bureau.publish(record_id)
    await bureau.corrected(record_id, document, "2", "复核更正（演示）")
    await bureau.published(other, kind="recheck")
    answer = await public.get(PATH)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    read = unpacked(answer.content)
    open_rows = (await public.get("/v1/open-data/inspection-results")).json()["items"]
    standing = {row["business"]["id"]: row for row in open_rows if row["current"]}
    assert {row[0]: restore(row[1]) for row in read["businesses.csv"]} == {
        business_id: row["business"]["name"] for business_id, row in standing.items()
    }
    assert {(row[0], row[2], row[4]) for row in read["inspections.csv"]} == {
        (str(shop.id), standing[str(shop.id)]["visited_on"].replace("-", ""), "routine"),
        (str(other.id), standing[str(other.id)]["visited_on"].replace("-", ""), "followup"),
    }
    assert [(row[0], row[2], row[3]) for row in read["violations.csv"]] == [(str(shop.id), "2", "第 2 项（虚构）")]
    [feed] = read["feed_info.csv"]
    assert feed[1:3] == ("1.0", "海曙区")


async def test_a_thousand_readers_cost_one_packing(
    bureau: Bureau, public: httpx.AsyncClient, session: AsyncSession
) -> None:
    await bureau.published(await bureau.on_file())
    first = await public.get(PATH)
    assert first.headers["Cache-Control"] == "public, max-age=3600"
    assert (await public.get("/v1/open-data/lives/330203")).content == first.content, "the short code is the same"
    assert (await public.get(PATH, headers={"If-None-Match": first.headers["ETag"]})).status_code == 304
    await bureau.published(await bureau.on_file(uscc=invented_uscc(2), name="演示二店（虚构）"))
    assert (await public.get(PATH)).content == first.content, "within the hour the packed one is handed out"
    await session.execute(update(LivesBundle).values(as_of=LivesBundle.as_of - timedelta(hours=1)))
    second = await public.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert len(unpacked(second.content)["inspections.csv"]) == 2
    kept = await session.get_one(LivesBundle, HAISHU, populate_existing=True)
    assert (kept.businesses, kept.inspections, kept.violations) == (2, 2, 0)


async def test_nobody_waits_for_anothers_packing(
    public: httpx.AsyncClient, session: AsyncSession, engines: dict[Unit, AsyncEngine]
) -> None:
    async with engines[Unit.INSPECTION].begin() as elsewhere:
        await elsewhere.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"lives {HAISHU}", 0))))
        first = await public.get(PATH)
        assert (first.status_code, first.headers["Retry-After"]) == (503, "30")
        counts = dict.fromkeys(("businesses", "inspections", "violations"), 0)
        old = LivesBundle(
            region_code=HAISHU, as_of=now() - timedelta(hours=2), content=b"old", sha256="0" * 64, **counts
        )
        session.add(old)
        await session.flush()
        assert (await public.get(PATH)).content == b"old", "the old one does until the new one is there"
    assert unpacked((await public.get(PATH)).content)["businesses.csv"] == []


async def test_only_counties_are_packed(public: httpx.AsyncClient) -> None:
    for code in (STREET, "330000000000", "110101000000"):
        answer = await public.get(f"/v1/open-data/lives/{code}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-county")
