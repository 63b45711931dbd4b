"""Cells, posts and hand-overs: one responsible person a day, none missing unseen."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from services.inspection.visits.service import schedule
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, business, invented_uscc, whistle

VILLAGE, OTHER_VILLAGE, TOWN = "330203001001", "330203001002", "330203001000"
TODAY = day_of(now())
ANNA, BO = uuid4(), uuid4()


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def on_file(office_of: ClientOf, **change: Any) -> UUID:
    inspector = await office_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])
    business_id = uuid7()
    answer = await inspector.put(f"/v1/businesses/{business_id}", json=business(region_code=VILLAGE, **change))
    assert answer.status_code == 201, answer.text
    return business_id


async def own_cell(office: httpx.AsyncClient, **change: Any) -> str:
    body = {
        "region_code": VILLAGE,
        "level": "cell",
        "name": "第一微网格（演示）",
        "valid_from": "2026-01-01",
        "source": "演示方案",
    }
    answer = await office.post("/v1/grid-cells", json=body | change, headers=key())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["code"])


async def appointed(office: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    answer = await try_to_appoint(office, **change)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def try_to_appoint(office: httpx.AsyncClient, **change: Any) -> httpx.Response:
    body = {
        "cell_code": VILLAGE,
        "role": "grid_officer",
        "responsible": True,
        "user_id": str(ANNA),
        "user_name": "演示网格员甲（虚构）",
        "since": "2026-02-01",
        "basis": "演示任命",
    }
    return await office.post("/v1/grid-posts", json=body | change, headers=key())


async def test_own_cells_are_numbered_below_their_region_and_stand_deeper_than_it(office: httpx.AsyncClient) -> None:
    assert [await own_cell(office), await own_cell(office)] == [f"{VILLAGE}-01", f"{VILLAGE}-02"]
    beside = await own_cell(office, region_code=TOWN, level="village", name="演示市场专属网格（虚构）")
    assert beside == f"{TOWN}-01"
    body = {"region_code": VILLAGE, "level": "village", "name": "同级", "valid_from": "2026-01-01", "source": "演示"}
    refused = await office.post("/v1/grid-cells", json=body, headers=key())
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/level")
    region = (await office.get(f"/v1/grid-cells/{VILLAGE}")).json()
    assert (region["own"], region["level"]) == (False, "village")


async def test_a_business_lies_where_it_is_registered_until_it_is_put_elsewhere_by_hand(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    shop = await on_file(client_of)
    market = await own_cell(office, region_code=TOWN, level="village", name="演示市场专属网格（虚构）")
    since = TODAY - timedelta(days=10)
    placed = await office.post(
        f"/v1/grid-cells/{market}/businesses",
        json={"business_id": str(shop), "since": str(since), "reason": "在市场内"},
        headers=key(),
    )
    assert placed.status_code == 201, placed.text

    async def village_of(on: date) -> str | None:
        answer: dict[str, Any] = (await office.get(f"/v1/businesses/{shop}/grid-cells?on={on}")).json()
        found: dict[str, str | None] = {cell["level"]: cell["cell_code"] for cell in answer["cells"]}
        assert set(found) == {"county", "town", "village", "cell"}
        assert (found["county"], found["town"], found["cell"]) == (HAISHU, TOWN, None)
        return found["village"]

    assert [await village_of(since - timedelta(days=1)), await village_of(since)] == [VILLAGE, market]
    inside = (await office.get(f"/v1/grid-cells/{market}/businesses")).json()["items"]
    assert [one["id"] for one in inside] == [str(shop)]
    assert (await office.get(f"/v1/grid-cells/{VILLAGE}/businesses")).json()["items"] == []
    gone = await office.post(
        f"/v1/grid-cells/{market}/businesses/{shop}/removal", json={"on": str(TODAY), "reason": "搬离"}, headers=key()
    )
    assert gone.status_code == 201, gone.text
    assert [await village_of(TODAY - timedelta(days=1)), await village_of(TODAY)] == [market, VILLAGE]
    rewritten = await office.post(
        f"/v1/grid-cells/{market}/businesses",
        json={"business_id": str(shop), "since": str(since), "reason": "改写"},
        headers=key(),
    )
    assert rewritten.json()["errors"][0]["pointer"] == "/since"


async def test_a_business_registered_to_the_street_only_is_listed_as_lying_in_no_village(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    shop = await on_file(client_of)
    inspector = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])
    moved = await inspector.put(f"/v1/businesses/{shop}", json=business(region_code=TOWN), headers={"If-Match": '"1"'})
    assert moved.is_success, moved.text
    listed = (await office.get(f"/v1/grid-gaps/businesses?level=village&region={TOWN}")).json()["items"]
    assert [one["id"] for one in listed] == [str(shop)]
    assert (await office.get(f"/v1/grid-gaps/businesses?level=town&region={TOWN}")).json()["items"] == []


async def test_a_cell_has_one_responsible_person_on_a_day_and_days_without_one_are_listed(
    office: httpx.AsyncClient,
) -> None:
    first = await appointed(office)
    second = await try_to_appoint(office, user_id=str(BO), user_name="演示网格员乙（虚构）")
    assert second.json()["type"] == "/problems/grid-cell-has-responsible"
    await appointed(office, user_id=str(BO), user_name="演示网格员乙（虚构）", responsible=False, role="assistant")
    end = {"on": "2026-03-01", "reason": "调离（演示）"}
    stale = await office.post(f"/v1/grid-posts/{first['id']}/end", json=end, headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    ended = await office.post(f"/v1/grid-posts/{first['id']}/end", json=end, headers={"If-Match": '"1"'})
    assert ended.status_code == 200, ended.text
    await appointed(office, user_id=str(BO), user_name="演示网格员乙（虚构）", since="2026-03-11")
    tenure = (await office.get(f"/v1/grid-cells/{VILLAGE}/tenure")).json()
    assert tenure["gaps"] == [{"since": "2026-03-01", "until": "2026-03-11"}]
    for on, covered in (("2026-02-28", True), ("2026-03-01", False), ("2026-03-10", False), ("2026-03-11", True)):
        coverage = (await office.get(f"/v1/grid-coverage?region={VILLAGE}&on={on}")).json()
        assert (coverage["places"], coverage["covered"]) == (1, int(covered)), on
    gaps = (await office.get(f"/v1/grid-gaps/places?region={VILLAGE}&on=2026-03-05")).json()["items"]
    assert [(gap["code"], gap["uncovered_since"]) for gap in gaps] == [(VILLAGE, "2026-03-01")]


async def handover(office: httpx.AsyncClient, post: dict[str, Any], on: date) -> dict[str, Any]:
    body = {
        "post_id": post["id"],
        "taker_id": str(BO),
        "taker_name": "演示网格员乙（虚构）",
        "planned_on": str(on),
        "note": "",
    }
    answer = await office.post("/v1/grid-handovers", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.mark.parametrize("days", [-5, 0, 20])
async def test_a_cell_changes_hands_when_both_have_confirmed_without_a_day_between_or_twice(
    office: httpx.AsyncClient, client_of: ClientOf, days: int
) -> None:
    post = await appointed(office)
    planned = TODAY + timedelta(days=days)
    made = await handover(office, post, planned)
    giver = await client_of(Unit.INSPECTION, Role.GRID_OFFICER, regions=[VILLAGE], actor_id=ANNA)
    taker = await client_of(Unit.INSPECTION, Role.GRID_OFFICER, regions=[OTHER_VILLAGE], actor_id=BO)
    address = f"/v1/grid-handovers/{made['id']}/confirmations"
    foreign = await giver.post(address, json={"side": "taker"}, headers={"If-Match": '"1"'})
    assert foreign.status_code == 403
    given = await giver.post(address, json={"side": "giver"}, headers={"If-Match": '"1"'})
    assert given.json()["state"] == "proposed", given.text
    still = (await office.get(f"/v1/grid-posts/{post['id']}")).json()
    assert still["until"] is None
    taken = await taker.post(address, json={"side": "taker"}, headers={"If-Match": '"2"'})
    assert taken.status_code == 200, taken.text
    effective = max(planned, TODAY)
    assert (taken.json()["state"], taken.json()["effective_on"]) == ("effected", str(effective))
    posts = (await office.get(f"/v1/grid-cells/{VILLAGE}/tenure")).json()["posts"]
    assert [(one["user_id"], one["since"], one["until"]) for one in posts] == [
        (str(ANNA), "2026-02-01", str(effective)),
        (str(BO), str(effective), None),
    ]
    again = await taker.post(address, json={"side": "taker"}, headers={"If-Match": f'"{taken.json()["version"]}"'})
    assert again.json()["type"] == "/problems/grid-handover-step-refused"


async def test_the_office_confirms_for_a_giver_who_cannot_only_with_its_reason(office: httpx.AsyncClient) -> None:
    made = await handover(office, await appointed(office), TODAY)
    address = f"/v1/grid-handovers/{made['id']}/confirmations"
    wordless = await office.post(address, json={"side": "giver"}, headers={"If-Match": '"1"'})
    assert (wordless.status_code, wordless.json()["errors"][0]["pointer"]) == (422, "/note")
    said = await office.post(address, json={"side": "giver", "note": "移交人已离职"}, headers={"If-Match": '"1"'})
    assert (said.json()["giver_note"], said.json()["taken_at"]) == ("移交人已离职", None)
    never = await office.post(address, json={"side": "taker", "note": "代"}, headers={"If-Match": '"2"'})
    assert never.status_code == 403


async def test_a_hand_over_lists_what_lies_undone_in_the_cell_and_nothing_of_its_neighbours(
    office: httpx.AsyncClient, client_of: ClientOf, session_of: SessionOf
) -> None:
    session = await session_of(Unit.INSPECTION)
    shop, elsewhere = await on_file(client_of), await on_file(client_of, uscc=invented_uscc(2), name="演示店二（虚构）")
    inspector = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])
    moved = business(region_code=OTHER_VILLAGE, uscc=invented_uscc(2), name="演示店二（虚构）")
    assert (await inspector.put(f"/v1/businesses/{elsewhere}", json=moved, headers={"If-Match": '"1"'})).is_success
    visits = [await schedule(session, whistle(seller_business_id=one)) for one in (shop, elsewhere)]
    clues = [uuid7(), uuid7()]
    for clue_id, cell in zip(clues, (VILLAGE, OTHER_VILLAGE), strict=True):
        body = {"cell_code": cell, "found_at": now().isoformat(), "place": "演示路", "what": "异味（演示）"}
        assert (await inspector.put(f"/v1/clues/{clue_id}", json=body)).status_code == 201
    made = await handover(office, await appointed(office), TODAY)
    assert {(item["kind"], item["id"]) for item in made["open_items"]} == {
        ("visit", str(visits[0].id)),
        ("clue", str(clues[0])),
    }
    for item in made["open_items"]:
        assert (await office.get(item["link"])).status_code == 200


async def test_a_withdrawn_hand_over_leaves_the_holder(office: httpx.AsyncClient) -> None:
    post = await appointed(office)
    made = await handover(office, post, TODAY)
    address = f"/v1/grid-handovers/{made['id']}"
    gone = await office.post(f"{address}/withdrawal", json={"reason": "另定"}, headers={"If-Match": '"1"'})
    assert gone.json()["state"] == "withdrawn", gone.text
    assert (await office.get(f"/v1/grid-posts/{post['id']}")).json()["until"] is None
    await handover(office, post, TODAY)


async def test_a_cell_with_posts_to_come_cannot_be_closed_and_closing_sends_its_businesses_home(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    cell, shop = await own_cell(office), await on_file(client_of)
    post = await appointed(office, cell_code=cell)
    body = {"business_id": str(shop), "since": "2026-02-01", "reason": "演示"}
    assert (await office.post(f"/v1/grid-cells/{cell}/businesses", json=body, headers=key())).status_code == 201
    close = {"on": str(TODAY), "reason": "合并"}
    refused = await office.post(f"/v1/grid-cells/{cell}/closure", json=close, headers={"If-Match": '"1"'})
    assert refused.json()["type"] == "/problems/grid-cell-step-refused"
    await office.post(f"/v1/grid-posts/{post['id']}/end", json=close, headers={"If-Match": '"1"'})
    closed = await office.post(f"/v1/grid-cells/{cell}/closure", json=close, headers={"If-Match": '"1"'})
    assert closed.json()["valid_to"] == str(TODAY), closed.text
    cells = (await office.get(f"/v1/businesses/{shop}/grid-cells")).json()["cells"]
    assert next(one["cell_code"] for one in cells if one["level"] == "cell") is None
    late = await try_to_appoint(office, cell_code=cell, since=str(TODAY))
    assert late.json()["errors"][0]["code"] == "validity"


async def test_nothing_of_another_county_is_seen_or_touched(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    cell, post = await own_cell(office), await appointed(office)
    made = await handover(office, post, TODAY)
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    for path in (f"grid-cells/{cell}", f"grid-posts/{post['id']}", f"grid-handovers/{made['id']}"):
        assert (await stranger.get(f"/v1/{path}")).status_code == 404, path
    for path in ("grid-cells", "grid-posts", "grid-handovers"):
        assert (await stranger.get(f"/v1/{path}")).json()["items"] == [], path
    assert (await try_to_appoint(stranger)).status_code == 404
    assert (await stranger.get(f"/v1/grid-coverage?region={HAISHU}")).status_code == 403
