"""The LIVES bundle says what the results say, cell by cell, and is packed once for everybody."""

import csv
import io
import zipfile
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.public_results.lives import COLUMNS, Feed, Place, pack, tables_of
from services.inspection.public_results.models import LivesBundle
from services.inspection.public_results.schemas import OpenResult
from services.inspection.visit_records.kinds import VisitKind
from shared.contracts.inspection import BusinessKind, CoordinateSystem
from shared.tabular.inert import restore
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


def result(business: dict[str, Any] | None = None, **change: Any) -> OpenResult:
    """An invented row of open data."""
    told: dict[str, Any] = {
        "id": UUID(int=1),
        "name": "演示食品店（虚构）",
        "uscc": None,
        "kind": "sales",
        "kind_label": "食品销售",
        "status": "active",
        "status_label": "在营",
        "region_code": STREET,
        "address": "演示路 1 号",
    } | (business or {})
    facts: dict[str, Any] = {
        "id": UUID(int=7),
        "record_id": UUID(int=8),
        "current": True,
        "business": told,
        "kind": "routine",
        "kind_label": "日常检查",
        "visited_on": date(2026, 7, 20),
        "authority_code": HAISHU,
        "authority_name": "海曙区",
        "checklist": None,
        "verdict": "符合",
        "handling": "通过",
        "score": None,
        "band": None,
        "failed": [],
        "published_on": date(2026, 7, 24),
        "due_on": None,
        "note": "",
    }
    return OpenResult.model_validate(facts | change)


@st.composite
def results(draw: st.DrawFn) -> OpenResult:
    kind = draw(st.sampled_from(["sales", "stall"]))
    number = draw(st.integers(1, 3))
    return result(
        {"id": UUID(int=number), "name": draw(TEXT), "kind": kind, "address": draw(st.none() | TEXT)},
        kind=draw(st.sampled_from(VisitKind)),
        visited_on=draw(st.dates(date(2020, 1, 1), date(2030, 1, 1))),
        verdict=draw(st.none() | TEXT),
        handling=draw(TEXT),
        score=draw(st.none() | st.decimals(0, 100, places=1)),
        failed=[
            {"number": f"{index}", "text": draw(st.none() | TEXT), "key": None, "corrected_on": None}
            for index in range(draw(st.integers(0, 2)))
        ],
    )


@ON_A_BUSY_MACHINE
@given(st.lists(results(), max_size=6))
def test_the_bundle_read_back_is_what_was_told(told: list[OpenResult]) -> None:
    place = Place("121.550000", "29.870000", CoordinateSystem.WGS84)
    tables = tables_of(FEED, told, {str(UUID(int=number)): place for number in (1, 2, 3)})
    read = unpacked(pack(tables))
    assert read == tables
    assert pack(tables) == pack(tables), "the same rows are the same bytes"
    inspections = [(row[0], row[1], row[2]) for row in read["inspections.csv"]]
    assert inspections == [
        (str(one.business.id), "" if one.score is None else str(one.score), f"{one.visited_on:%Y%m%d}") for one in told
    ]
    assert len(read["businesses.csv"]) == len({one.business.id for one in told})
    assert len(read["violations.csv"]) == sum(len(one.failed) for one in told)
    names = {str(one.business.id): " ".join(one.business.name.split()) for one in reversed(told)}
    assert {row[0]: restore(row[1]) for row in read["businesses.csv"]} == names
    kinds = {str(one.business.id): one.business.kind for one in reversed(told)}
    for row in read["businesses.csv"]:
        stall = kinds[row[0]] is BusinessKind.STALL
        assert row[6:8] == (("", "") if stall else ("29.870000", "121.550000"))
    cells = [cell for rows in read.values() for row in rows for cell in row]
    assert not any(character in cell for cell in cells for character in "\t\r\n")
    assert not any(cell.startswith(("=", "@")) for cell in cells), "no cell runs in a spreadsheet"


def test_a_position_of_another_system_is_not_taken_for_wgs84() -> None:
    place = Place("121.5", "29.8", CoordinateSystem.GCJ02)
    [row] = tables_of(FEED, [result()], {str(UUID(int=1)): place})["businesses.csv"]
    assert row[6:8] == ("", "")


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
    assert (await public.get(PATH, headers={"If-None-Match": first.headers["ETag"]})).status_code == 304
    await bureau.published(await bureau.on_file(uscc=invented_uscc(2), name="演示二店（虚构）"))
    assert (await public.get(PATH)).content == first.content, "within the hour the packed one is handed out"
    await session.execute(update(LivesBundle).values(as_of=LivesBundle.as_of - timedelta(hours=1)))
    second = await public.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert len(unpacked(second.content)["inspections.csv"]) == 2
    kept = await session.get_one(LivesBundle, HAISHU, populate_existing=True)
    assert (kept.businesses, kept.inspections, kept.violations) == (2, 2, 0)


async def test_only_counties_are_packed(public: httpx.AsyncClient) -> None:
    for code in (STREET, "330000000000", "110101000000"):
        answer = await public.get(f"/v1/open-data/lives/{code}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-county")
