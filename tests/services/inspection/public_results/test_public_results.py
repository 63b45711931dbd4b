"""Everybody reads what was published, with what was published before; nobody reads more."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.words import personal_number_in
from shared.times import day_of, now, start_of_day
from tests.services.inspection.corrections.making import ASSESSMENT, ORDER, SPOT, done
from tests.services.inspection.factories import HAISHU, NANHAI, invented_uscc
from tests.services.inspection.public_results.publishing import REASON, Bureau
from tests.services.inspection.visit_records.contents import NAMES


async def read(public: httpx.AsyncClient, named: object) -> list[dict[str, Any]]:
    answer = await public.get(f"/v1/public-results/{named}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    businesses: list[dict[str, Any]] = answer.json()["businesses"]
    return businesses


async def all_open(public: httpx.AsyncClient, **parameters: str) -> list[dict[str, Any]]:
    """Every row of the open data, two a page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = parameters | {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        answer = await public.get("/v1/open-data/inspection-results", params=asked)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
    return found


async def test_nothing_is_told_before_it_is_published(bureau: Bureau, public: httpx.AsyncClient) -> None:
    shop = await bureau.on_file()
    record_id, _ = await bureau.visited(shop)
    unpublished = await public.get(f"/v1/public-results/{shop.id}")
    unknown = await public.get(f"/v1/public-results/{record_id}")
    assert (unpublished.status_code, unknown.status_code) == (404, 404)
    assert unpublished.json()["detail"] == unknown.json()["detail"], "nobody learns which businesses there are"
    assert await all_open(public) == []
    await bureau.publish(record_id)
    [told] = await read(public, shop.id)
    assert [result["verdict"] for result in told["results"]] == ["符合"]
    assert told["results"][0]["published_on"] == day_of(now()).isoformat()
    record = (await bureau.office.get(f"/v1/visit-records/{record_id}")).json()
    due = datetime.fromisoformat(record["publication_due_at"])
    day_after = date.fromisoformat(told["results"][0]["due_on"]) + timedelta(days=1)
    assert start_of_day(day_after) == due, "in time until 24:00 of the day that is told"


async def test_the_last_four_are_told_in_the_order_of_the_visits_and_the_others_counted(
    bureau: Bureau, public: httpx.AsyncClient
) -> None:
    shop = await bureau.on_file()
    made = {days: await bureau.published(shop, days_ago=days) for days in (20, 300, 3, 90, 200, 50)}
    [told] = await read(public, shop.id)
    assert [result["record_id"] for result in told["results"]] == [str(made[days]) for days in (3, 20, 50, 90)]
    assert told["older_results"] == 2
    assert {row["record_id"] for row in await all_open(public)} == {str(record_id) for record_id in made.values()}


async def test_a_corrected_result_stands_beside_what_was_published_before(
    bureau: Bureau, public: httpx.AsyncClient
) -> None:
    shop = await bureau.on_file()
    record_id, document = await bureau.visited(shop)
    await bureau.publish(record_id)
    await bureau.corrected(record_id, document, "2", "复核更正（演示）")
    [result] = (await read(public, shop.id))[0]["results"]
    assert (result["verdict"], result["note"]) == ("基本符合", "复核更正（演示）")
    assert [failed["number"] for failed in result["failed"]] == ["2"]
    assert [(one["verdict"], one["failed"]) for one in result["earlier"]] == [("符合", [])]
    rows = [(row["record_id"], row["verdict"], row["current"]) for row in await all_open(public)]
    assert rows == [(str(record_id), "符合", False), (str(record_id), "基本符合", True)]


async def test_an_item_that_was_put_right_says_since_when_and_no_other_does(
    bureau: Bureau, public: httpx.AsyncClient
) -> None:
    shop = await bureau.on_file()
    record_id = await bureau.published(shop, failed=("2", "4"))
    listed = (await bureau.officer.get(f"/v1/corrections?visit={record_id}")).json()["items"]
    ids = {item["item_number"]: item["id"] for item in listed}
    for number in ("2", "4"):
        await done(bureau.officer, ids[number], "assessment", **ASSESSMENT)
    await done(bureau.officer, ids["2"], "spot-correction", **SPOT | {"note": "演示"})
    await done(bureau.officer, ids["4"], "orders", **ORDER)
    [result] = (await read(public, shop.id))[0]["results"]
    today = day_of(now()).isoformat()
    assert {item["number"]: item["corrected_on"] for item in result["failed"]} == {"2": today, "4": None}
    assert {item["text"] for item in result["failed"]} == {"第 2 项（虚构）", "第 4 项（虚构）"}


async def test_no_person_and_no_free_words_of_an_inspection_are_told(bureau: Bureau, public: httpx.AsyncClient) -> None:
    shop = await bureau.on_file(phone="13800000000")
    stall = await bureau.on_file(uscc=None, name="演示摊位（虚构）", kind="stall", address="演示村 3 号（住址）")
    await bureau.published(shop, failed=("2",), conclusion=REASON, notes=REASON)
    await bureau.published(stall)
    await bureau.published(None)
    lives = await public.get(f"/v1/open-data/lives/{HAISHU}")
    answers = [
        json.dumps(await read(public, shop.id), ensure_ascii=False),
        json.dumps(await read(public, stall.id), ensure_ascii=False),
        json.dumps(await all_open(public), ensure_ascii=False),
        lives.content.decode("utf-8", errors="ignore"),
    ]
    for words in (REASON, "13800000000", "张某某", "演示村 3 号", "121.55", *NAMES.values()):
        assert not any(words in answer for answer in answers), words
    businesses = {row["business"]["name"] for row in await all_open(public)}
    assert businesses == {shop.name, stall.name}, "a place that is not on file is described in words: it is left out"
    envelope = (await public.get(f"/v1/public-results/{shop.id}")).json()
    assert envelope["licence"] == "发布机关尚未声明使用许可", "nobody grants what the bureau has not"
    assert all(one["what"] and one["why"] for one in envelope["withheld"])


async def test_the_reason_of_a_correction_holds_no_personal_number(bureau: Bureau) -> None:
    shop = await bureau.on_file()
    record_id, document = await bureau.visited(shop)
    await bureau.publish(record_id)
    await bureau.found_anew(record_id, document, "2")
    refused = await bureau.publish(record_id, "店主 138 0000 0000 来电更正（演示）")
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"pointer": "/note", "message": "原因会一并公布，里面像有手机号码，请删去", "code": "personal"}
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("来电 13800000000", "手机号码"),
        ("+86 138-0000-0000", "手机号码"),
        ("证号 11010519491231002X", "身份证号"),
        ("请打 １３８００１３８０００", "手机号码"),
        ("138\u200b0013\u200b8000", "手机号码"),
        ("１３８－００１３－８０００", "手机号码"),
        ("138–0013\u30008000", "手机号码"),
        ("١٣٨٠٠١٣٨٠٠٠", "手机号码"),
        ("𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", "手机号码"),
        ("１１０１０５１９４９１２３１００２Ｘ", "身份证号"),
        ("110105\u200d19491231\ufeff002x", "身份证号"),
        ("信用代码 ９１１１００００６０００３７３４１Ｌ", None),
        ("批号 ２０２６０７２４００１、第 ３ 项", None),
        ("信用代码 91110000600037341L", None),
        ("批号 20260724001、第 3 项", None),
    ],
)
def test_numbers_of_persons_are_known_by_their_form(text: str, found: str | None) -> None:
    assert personal_number_in(text) == found


async def test_results_follow_a_merged_file_and_come_back_when_the_merge_is_undone(
    bureau: Bureau, public: httpx.AsyncClient
) -> None:
    winner, loser = await bureau.on_file(), await bureau.on_file(uscc=invented_uscc(2), name="演示食品店分号（虚构）")
    own = await bureau.published(winner, days_ago=5)
    brought = await bureau.published(loser, days_ago=2)
    body = {
        "winner_id": str(winner.id),
        "loser_id": str(loser.id),
        "winner_version": winner.version,
        "loser_version": loser.version,
        "take_from_loser": [],
        "reason": "同一家（演示）",
    }
    merged = await bureau.office.post("/v1/business-merges", json=body, headers={"Idempotency-Key": str(own)})
    assert merged.status_code == 201, merged.text
    for named in (winner.id, loser.id, winner.uscc, loser.uscc):
        [told] = await read(public, named)
        assert told["id"] == str(winner.id)
        assert [result["record_id"] for result in told["results"]] == [str(brought), str(own)]
    assert {row["business"]["id"] for row in await all_open(public)} == {str(winner.id)}
    undone = await bureau.office.post(
        f"/v1/business-merges/{merged.json()['id']}/undoing",
        json={"reason": "是两家（演示）"},
        headers={"Idempotency-Key": str(brought)},
    )
    assert undone.status_code == 200, undone.text
    [told] = await read(public, loser.id)
    assert (told["id"], [result["record_id"] for result in told["results"]]) == (str(loser.id), [str(brought)])


async def test_one_code_with_two_places_tells_both(bureau: Bureau, public: httpx.AsyncClient) -> None:
    places = [await bureau.on_file(), await bureau.on_file(name="演示食品店二店（虚构）", same_uscc_confirmed=True)]
    for place in places:
        await bureau.published(place)
    told = await read(public, places[0].uscc)
    assert [business["name"] for business in told] == [place.name for place in places]


async def test_open_data_is_narrowed_by_region_and_day_of_publication(
    bureau: Bureau, public: httpx.AsyncClient
) -> None:
    record_id = await bureau.published(await bureau.on_file())
    assert [row["record_id"] for row in await all_open(public, region=HAISHU)] == [str(record_id)]
    assert await all_open(public, region=NANHAI) == []
    assert len(await all_open(public, since=day_of(now()).isoformat())) == 1
    assert await all_open(public, since="2999-01-01") == []


async def test_an_odd_name_is_no_business(public: httpx.AsyncClient, session: AsyncSession) -> None:
    for named in ("nothing", "92330203MA00000012", "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1d"):
        answer = await public.get(f"/v1/public-results/{named}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-published-results")
