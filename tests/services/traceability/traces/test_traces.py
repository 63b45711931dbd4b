"""A code traced over HTTP: the whole chain for who may see it, what nobody recorded, what cannot be."""

import io
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_events.models import EpcisEvent
from services.traceability.everyday_events.rules import PLACE_KEY
from shared.contracts.codes import Role, Unit
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.epcis_queries.worlds import HAISHU, NANHAI
from tests.services.traceability.subjects import activating
from tests.services.traceability.tickets.trading import SOLD_AT, line, purchase, received, sale, sold
from tests.services.traceability.traces.chains import START, Member, amounts, at, lot, register, sscc, tell


@pytest.fixture
def members() -> dict[str, Member]:
    return {
        "farm": Member(1, "演示养殖场（虚构）"),
        "kitchen": Member(2, "演示熟食坊（虚构）"),
        "shop": Member(3, "演示熟食店（虚构）"),
    }


@pytest.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.TRACEABILITY)


@pytest.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])


LATER = "2100-01-01T00:00:00Z"
"""All that is recorded counts, however late: what these tests tell took place long before they tell it."""

CERTIFICATE = [{"type": "cert", "bizTransaction": "urn:demo:cert:1"}]


def story(who: dict[str, Member]) -> list[tuple[Member, dict[str, Any]]]:
    """Ducks from the farm, cooked and sold: every step recorded."""
    farm, kitchen, shop = who["farm"], who["kitchen"], who["shop"]
    return [
        (
            farm,
            farm.made(0, {"DUCK": "100"}, bizTransactionList=[{"type": "cert", "bizTransaction": "urn:demo:cert:1"}]),
        ),
        (farm, farm.shipped(2, kitchen, {"DUCK": "100"})),
        (kitchen, kitchen.received(5, farm, {"DUCK": "100"})),
        (kitchen, kitchen.turned(8, {"DUCK": "100"}, {"COOKED": "70"})),
        (kitchen, kitchen.packed(9, sscc(1), {"COOKED": "60"})),
        (kitchen, kitchen.shipped(10, shop, {sscc(1): None})),
        (shop, shop.received(12, kitchen, {sscc(1): None})),
        (shop, shop.packed(13, sscc(1), {"COOKED": "60"}, "DELETE")),
        (shop, shop.sold(15, {"COOKED": "55"})),
    ]


async def told(session: AsyncSession, who: dict[str, Member], *left_out: int) -> None:
    await register(session, list(who.values()))
    for number, (member, event) in enumerate(story(who)):
        if number not in left_out:
            await tell(session, member, event)


async def trace(client: httpx.AsyncClient, code: str, **asked: Any) -> dict[str, Any]:
    answer = await client.get("/v1/traces", params={"code": code, **asked})
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


def things(read: dict[str, Any]) -> set[str]:
    return {node["key"].rpartition("/")[2] for node in read["nodes"] if node["kind"] != "transformation"}


def kinds(read: dict[str, Any]) -> list[str]:
    return sorted(found["kind"] for found in read["findings"])


async def test_a_chain_is_traced_whole_from_any_link(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    await told(session, members)
    unit = sscc(1).rpartition("/")[2]
    forward = await trace(office, lot("DUCK"), direction="forward")
    assert things(forward) == {"DUCK", "COOKED", unit}
    assert forward["complete"] and kinds(forward) == []
    assert [event["step"] for event in forward["timeline"]] == [
        *("commissioning", "shipping", "receiving", "commissioning", "packing"),
        *("shipping", "receiving", "unpacking", "retail_selling"),
    ]
    assert len(forward["event_ids"]) == 9
    assert [holder["name"] for holder in forward["holders"]] == sorted(
        (member.name for member in members.values()),
        key=lambda name: next(f"business:{m.business_id}" for m in members.values() if m.name == name),
    )
    assert things(await trace(office, lot("COOKED"), direction="back")) == {"DUCK", "COOKED", unit}
    assert things(await trace(office, sscc(1), direction="back")) == {"DUCK", "COOKED", unit}


async def test_any_spelling_of_the_code_traces_the_same(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    await told(session, members)
    spellings = [
        lot("DUCK"),
        "https://shop.example.com/01/09520123456788/10/DUCK",
        "urn:epc:class:lgtin:9520123.045678.DUCK",
    ]
    read = [(await trace(office, spelling))["event_ids"] for spelling in spellings]
    assert read[0] == read[1] == read[2] != []


async def test_as_of_a_moment_later_events_have_not_happened(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    await told(session, members)
    read = await trace(office, lot("DUCK"), as_of=at(6), known_at=LATER)
    assert (things(read), len(read["event_ids"])) == ({"DUCK"}, 3)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
@pytest.mark.parametrize("name", ["as_of", "known_at"])
async def test_a_moment_that_cannot_be_reckoned_with_is_refused(client_of: ClientOf, name: str, moment: str) -> None:
    office = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=["330203000000"])
    answer = await office.get("/v1/traces", params={"code": lot("DUCK"), name: moment})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"#query/{name}")


async def test_as_of_a_moment_only_what_was_recorded_by_then_is_known(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    """The kitchen receives in time and writes it down three days later; the shop and it write down the rest at 20."""
    await told(session, members)
    events = [event["event_id"] for event in (await trace(office, lot("DUCK"), direction="forward"))["timeline"]]
    await recorded(session, dict.fromkeys(events, 20) | {events[0]: 0, events[1]: 2, events[2]: 72})
    of_its_day = await trace(office, lot("DUCK"), as_of=at(60))
    assert [event["step"] for event in of_its_day["timeline"]][:2] == ["commissioning", "shipping"]
    assert "receiving" not in {e["step"] for e in of_its_day["timeline"] if e["place"] == members["kitchen"].place}
    assert "oversold" in kinds(of_its_day), "cooked what nobody had received yet"
    for known in ({"as_of": at(60), "known_at": at(80)}, {"as_of": at(80)}):
        assert kinds(await trace(office, lot("DUCK"), **known)) == []
    assert len((await trace(office, lot("DUCK"), as_of=at(1)))["event_ids"]) == 1
    early = await office.get("/v1/traces", params={"code": lot("COOKED"), "as_of": at(19)})
    assert early.status_code == 404, "cooked by then, but nobody had written it down"
    assert (await office.get("/v1/traces/reach", params={"code": lot("COOKED"), "as_of": at(19)})).status_code == 404
    reached = await office.get("/v1/traces/reach", params={"code": lot("COOKED"), "as_of": at(19), "known_at": LATER})
    assert reached.json()["holder_count"] == 2


async def test_what_is_dated_in_the_future_is_in_the_trace_and_asked_about(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    await told(session, members, 6, 7, 8)
    years = 24 * 365 * 20
    shop, kitchen = members["shop"], members["kitchen"]
    await tell(session, shop, shop.received(years, kitchen, {sscc(1): None}))
    read = await trace(office, lot("DUCK"), direction="forward")
    assert shop.name in {holder["name"] for holder in read["holders"]}
    assert "ahead_of_record" in kinds(read)
    reached = (await office.get("/v1/traces/reach", params={"code": lot("DUCK")})).json()
    assert reached["holder_count"] == 3
    before = await trace(office, lot("DUCK"), as_of=LATER.replace("2100", "2030"))
    assert shop.name not in {holder["name"] for holder in before["holders"]}


async def test_what_was_found_wrong_later_counted_until_then(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    farm = members["farm"]
    event = farm.made(0, {"DUCK": "100"}, eventID="urn:demo:wrong")
    declared = {"errorDeclaration": {"declarationTime": at(50), "reason": "https://ref.gs1.org/cbv/ER-did_not_occur"}}
    await tell(session, farm, event)
    await recorded(session, {"urn:demo:wrong": 0})
    await tell(session, farm, event | declared)
    assert (await office.get("/v1/traces", params={"code": lot("DUCK")})).status_code == 404
    assert (await trace(office, lot("DUCK"), as_of=at(40)))["event_ids"] == ["urn:demo:wrong"]


async def recorded(session: AsyncSession, hours: dict[str, int]) -> None:
    """As if the events had been recorded so many hours after the story began."""
    for event_id, hour in hours.items():
        moment = START + timedelta(hours=hour)
        await session.execute(
            update(EpcisEvent).where(EpcisEvent.event_id == event_id).values(record_time=moment),
        )


async def test_what_each_holder_has_left_is_reckoned_also_through_pallets(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    await told(session, members)
    read = await trace(office, lot("DUCK"))
    left = {(one["holder"]["name"], one["key"].rpartition("/")[2]): one["remaining"] for one in read["balances"]}
    farm, kitchen, shop = (members[name].name for name in ("farm", "kitchen", "shop"))
    assert left[farm, "DUCK"] == "0"
    assert left[kitchen, "DUCK"] == "0"
    assert left[kitchen, "COOKED"] == "10"
    assert left[shop, "COOKED"] == "5"
    [cooked] = read["yields"]
    assert (cooked["put_in"], cooked["came_out"], cooked["ratio"]) == ("100", "70", "0.7")


@pytest.mark.parametrize(
    ("left_out", "gap", "whose"),
    [
        (1, "not_shipped", "kitchen"),
        (2, "not_received", "farm"),
        (6, "not_received", "kitchen"),
        (0, "unknown_origin", "farm"),
    ],
)
async def test_who_did_not_record_is_found(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient, left_out: int, gap: str, whose: str
) -> None:
    await told(session, members, left_out)
    found = [one for one in (await trace(office, lot("DUCK")))["findings"] if one["is_gap"]]
    assert [(one["kind"], one["holder_key"]) for one in found] == [(gap, f"business:{members[whose].business_id}")]


async def test_a_consignment_still_on_its_way_is_no_gap(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    await told(session, members, 2)
    assert "not_received" not in kinds(await trace(office, lot("DUCK"), as_of=at(3), known_at=LATER))


async def test_more_sold_than_bought_and_made_is_found(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    await told(session, members)
    kitchen, shop = members["kitchen"], members["shop"]
    await tell(session, shop, shop.sold(20, {"COOKED": "30"}))
    await tell(session, kitchen, kitchen.turned(21, {"SALT": "1"}, {"COOKED": "9"}))
    found = {one["kind"]: one for one in (await trace(office, lot("DUCK"), direction="forward"))["findings"]}
    assert found["oversold"]["holder_key"] == f"business:{shop.business_id}"
    assert all(part in found["oversold"]["says"] for part in ("60", "85", "公斤"))


async def test_more_made_than_put_in_is_found_by_the_band_in_force(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    kitchen = members["kitchen"]
    await tell(session, kitchen, kitchen.turned(1, {"RICE": "100"}, {"NOODLE": "130"}))
    [told] = [
        one for one in (await trace(office, lot("NOODLE"), direction="back"))["findings"] if one["kind"] == "yield"
    ]
    assert "出品率 130.00%，通常在 20% 至 105% 之间" in told["says"]
    correcting = await client_of(Unit.TRACEABILITY, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    body = {
        "product": lot("NOODLE"),
        "name": "米粉（演示）",
        "least": "100",
        "most": "220",
        "valid_from": "2026-07-02",
        "source": "演示纪要",
        "verified": True,
    }
    answer = await correcting.post("/v1/yield-bands", json=body, headers={"Idempotency-Key": "k" * 20})
    assert (answer.status_code, answer.json()["product_key"]) == (201, "https://id.gs1.org/01/09520123456788"), (
        answer.text
    )
    assert "yield" not in kinds(await trace(office, lot("NOODLE"), direction="back"))
    before = await trace(office, lot("NOODLE"), direction="back", as_of=at(10), known_at=LATER)
    assert "yield" in kinds(before), "on that day the old band was in force"


async def test_a_limit_is_corrected_for_one_product(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    await told(session, members)
    await tell(session, members["shop"], members["shop"].sold(20, {"COOKED": "30"}))
    assert "oversold" in kinds(await trace(office, lot("DUCK"), direction="forward"))
    correcting = await client_of(Unit.TRACEABILITY, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    body = {
        "name": "balance_tolerance",
        "product": lot("COOKED"),
        "value": "0.5",
        "valid_from": "2026-07-02",
        "source": "演示纪要",
        "verified": True,
    }
    answer = await correcting.post("/v1/trace-limits", json=body, headers={"Idempotency-Key": "k" * 20})
    assert (answer.status_code, answer.json()["product_key"]) == (201, "https://id.gs1.org/01/09520123456788")
    assert "oversold" not in kinds(await trace(office, lot("DUCK"), direction="forward"))
    listed = (await office.get("/v1/trace-limits")).json()
    assert {row["verified"] for row in listed if row["source"].startswith("本平台拟定")} == {False}


async def test_nobody_s_books_are_written_by_somebody_else(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    """Another business tells of a sale at the shop's place: it stands in the trace as its own doing."""
    await told(session, members)
    rival = Member(8, "演示别家（虚构）")
    await register(session, [rival])
    await tell(session, rival, members["shop"].sold(16, {"COOKED": "5000"}))
    read = await trace(office, lot("DUCK"), direction="forward")
    sold = {one["holder"]["business_id"]: one["sold"] for one in read["balances"] if one["sold"] != "0"}
    assert sold == {str(members["shop"].business_id): "55", str(rival.business_id): "5000"}
    reached = (await office.get("/v1/traces/reach", params={"code": lot("DUCK")})).json()
    told_of = {one["business_id"] for one in reached["holders"]}
    assert told_of == {str(one.business_id) for one in (rival, *members.values())}


async def test_a_void_takes_back_one_consignment_and_no_other(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    farm, kitchen = members["farm"], members["kitchen"]
    await register(session, [farm, kitchen])
    await tell(session, farm, farm.made(0, {"DUCK": "100"}))
    for number in (1, 2):
        await tell(session, farm, farm.shipped(2, kitchen, {"DUCK": "10"}, eventID=f"urn:demo:sent:{number}"))
    await tell(session, kitchen, kitchen.received(5, farm, {"DUCK": "10"}))
    assert "not_received" in kinds(await trace(office, lot("DUCK")))
    void = {"action": "OBSERVE", "quantityList": amounts({"DUCK": "10"})}
    await tell(session, farm, farm.event("ObjectEvent", 6, "void_shipping", **void))
    assert kinds(await trace(office, lot("DUCK"))) == []


async def test_a_shop_does_not_take_back_what_it_sent_under_a_ticket_that_stands(
    session: AsyncSession, client_of: ClientOf, office: httpx.AsyncClient
) -> None:
    seller, selling = await activating.shop(client_of, "演示批发商（虚构）")
    buyer, buying = await activating.shop(client_of, "演示熟食店（虚构）")
    goods = line(lot=lot("DUCK"), quantity="10", unit="公斤")
    await sold(selling, purchase(goods))
    ticket = await sold(selling, sale(goods, at=SOLD_AT + timedelta(minutes=5), buyer_business_id=str(buyer)))
    await received(buying, ticket["id"])
    me = Member(9, "演示批发商（虚构）")
    me.business_id = seller
    void = me.event("ObjectEvent", 0, "void_shipping", action="OBSERVE", quantityList=amounts({"DUCK": "10"}))
    void |= {"eventTime": now().isoformat(), "bizLocation": {"id": f"{PLACE_KEY}{seller}"}}
    await tell(session, me, void)
    read = await trace(office, lot("DUCK"))
    assert "void_beside_record" in kinds(read)
    [balance] = [one for one in read["balances"] if one["holder"]["business_id"] == str(seller)]
    assert (balance["shipped"], balance["remaining"]) == ("10", "0")


async def test_what_is_bought_over_the_counter_and_taken_in_is_no_gap(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    farm, shop = members["farm"], members["shop"]
    await register(session, [farm, shop])
    await tell(session, farm, farm.made(0, {"DUCK": "100"}))
    await tell(session, farm, farm.sold(2, {"DUCK": "10"}))
    await tell(session, shop, shop.received(3, farm, {"DUCK": "10"}))
    assert kinds(await trace(office, lot("DUCK"))) == []


async def test_a_sale_to_consumers_answers_no_receipt_of_another_ticket(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    farm, shop = members["farm"], members["shop"]
    await register(session, [farm, shop])
    await tell(session, farm, farm.made(0, {"DUCK": "100"}))
    under = [{"bizTransactionList": [{"type": "desadv", "bizTransaction": f"urn:demo:ticket:{n}"}]} for n in (1, 2)]
    await tell(session, farm, farm.sold(2, {"DUCK": "10"}) | under[0])
    await tell(session, farm, farm.shipped(3, shop, {"DUCK": "10"}, **under[1]))
    await tell(session, shop, shop.received(4, farm, {"DUCK": "10"}, **under[1]))
    assert kinds(await trace(office, lot("DUCK"))) == []


async def test_one_thing_cannot_be_at_two_far_places(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    farm = members["farm"]
    seen = {"type": "ObjectEvent", "action": "OBSERVE", "eventTimeZoneOffset": "+08:00", "epcList": [sscc(9)]}
    for hour, where in ((1, "geo:29.87,121.54"), (2, "geo:23.03,113.12")):
        await tell(session, farm, seen | {"eventTime": at(hour), "readPoint": {"id": where}})
    assert "impossible_travel" in kinds(await trace(office, sscc(9)))


async def test_a_certificate_used_for_another_batch_is_found(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    await told(session, members)
    farm = members["farm"]
    again = farm.made(3, {"OTHER": "50"}, bizTransactionList=CERTIFICATE)
    await tell(session, farm, again)
    assert kinds(await trace(office, lot("COOKED"), direction="back")) == ["copied_certificate"]


async def test_an_event_declared_an_error_leads_nowhere(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    kitchen = members["kitchen"]
    wrong = kitchen.turned(1, {"A": "1"}, {"B": "1"}) | {"eventID": "urn:uuid:1b671a64-40d5-491e-99b0-da01ff1f3341"}
    await tell(session, kitchen, kitchen.made(0, {"A": "1"}), wrong)
    assert things(await trace(office, lot("A"))) == {"A", "B"}
    await tell(session, kitchen, wrong | {"errorDeclaration": {"declarationTime": at(2), "reason": "did_not_occur"}})
    read = await trace(office, lot("A"))
    assert (things(read), len(read["event_ids"])) == ({"A"}, 1)


async def test_a_crate_used_again_brings_nothing_from_before(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    kitchen = members["kitchen"]
    await tell(
        session,
        kitchen,
        kitchen.packed(1, sscc(7), {"OLD": "5"}),
        {**kitchen.packed(2, sscc(7), {}, "DELETE"), "childQuantityList": []},
        kitchen.packed(3, sscc(7), {"NEW": "5"}),
        kitchen.event(
            "TransformationEvent",
            4,
            "commissioning",
            inputEPCList=[sscc(7)],
            outputQuantityList=amounts({"SOUP": "5"}),
        ),
    )
    assert "OLD" not in things(await trace(office, lot("SOUP"), direction="back"))
    assert "NEW" in things(await trace(office, lot("SOUP"), direction="back"))
    assert "SOUP" not in things(await trace(office, lot("OLD"), direction="forward"))


async def test_the_sheet_and_the_tables_tell_the_same(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    await told(session, members)
    asked = {"code": lot("DUCK")}
    page = await office.get("/v1/traces/sheet", params=asked)
    assert page.headers["content-type"].startswith("text/html") and "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    read = await trace(office, lot("DUCK"))
    assert all(event_id in page.text for event_id in read["event_ids"])
    book = openpyxl.load_workbook(io.BytesIO((await office.get("/v1/traces/table", params=asked)).content))
    assert book.sheetnames == ["发现的问题", "经过", "数量核算", "涉及的货物"]
    rows = list(book["经过"].iter_rows(min_row=2, values_only=True))
    assert [row[-1] for row in rows] == read["event_ids"]
    assert sorted(rows, key=lambda row: str(row[0])) == rows
    table = await office.get("/v1/traces/table", params=asked | {"format": "csv", "part": "balances"})
    assert table.content.startswith(b"\xef\xbb\xbf") and "账面结存" in table.text


async def test_the_reach_of_a_lot_counts_everybody_who_had_any_of_it(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    await told(session, members)
    shops = [Member(10 + n, f"演示店{n}（虚构）", NANHAI if n % 2 else HAISHU) for n in range(6)]
    kitchen = members["kitchen"]
    for shop in shops:
        await tell(session, kitchen, kitchen.shipped(11, shop, {"COOKED": "1"}))
        await tell(session, shop, shop.received(12, kitchen, {"COOKED": "1"}))
    read = (await office.get("/v1/traces/reach", params={"code": lot("DUCK")})).json()
    assert (read["holder_count"], read["silent_count"], read["things"], read["complete"]) == (3 + 6, 0, 3, False)
    above = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU, NANHAI])
    read = (await above.get("/v1/traces/reach", params={"code": lot("DUCK")})).json()
    assert (read["holder_count"], read["complete"]) == (3 + 6, True), "whom the shops of Nanhai gave it he sees too"


async def test_whom_it_was_sent_to_is_reached_also_where_he_says_nothing(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient
) -> None:
    silent = Member(9, "演示小店（虚构）")
    await register(session, [silent])
    await told(session, members)
    await tell(session, members["kitchen"], members["kitchen"].shipped(11, silent, {"COOKED": "1"}))
    read = (await office.get("/v1/traces/reach", params={"code": lot("DUCK")})).json()
    assert (read["holder_count"], read["silent_count"]) == (4, 1)
    assert [one["name"] for one in read["holders"] if not one["events"]] == [silent.name]


async def test_a_code_without_events_and_one_of_others_are_told_alike(
    session: AsyncSession, members: dict[str, Member], client_of: ClientOf
) -> None:
    await told(session, members)
    elsewhere = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[NANHAI])
    answers = [await elsewhere.get("/v1/traces", params={"code": code}) for code in (lot("DUCK"), lot("NOTHING"))]
    first, second = ({k: v for k, v in a.json().items() if k != "request_id"} for a in answers)
    assert [a.status_code for a in answers] == [404, 404]
    assert first == second
    assert (await elsewhere.get("/v1/traces/reach", params={"code": lot("DUCK")})).status_code == 404


async def test_a_naive_time_and_an_unknown_direction_are_refused(office: httpx.AsyncClient) -> None:
    for wrong in ({"as_of": "2026-07-01T08:00:00"}, {"direction": "sideways"}, {"depth": 0}, {"limit": 10**9}):
        answer = await office.get("/v1/traces", params={"code": lot("A"), **wrong})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"#query/{next(iter(wrong))}")


async def test_a_member_sees_one_step_each_way_and_no_recipe_of_others(
    session: AsyncSession, members: dict[str, Member], client_of: ClientOf
) -> None:
    await told(session, members)
    shop = members["shop"]
    client = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=shop.business_id)
    read = await trace(client, lot("COOKED"))
    assert "DUCK" not in str(read)
    kitchen = members["kitchen"]
    own = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=kitchen.business_id)
    assert things(await trace(own, lot("COOKED"), direction="back")) >= {"DUCK", "COOKED"}
    stranger = await client_of(
        Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=Member(99, "").business_id
    )
    assert (await stranger.get("/v1/traces", params={"code": lot("COOKED")})).status_code == 404


async def test_who_sees_a_holder_in_part_accuses_him_of_nothing_and_is_told_that_it_is_in_part(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    kitchen, far = members["kitchen"], Member(4, "演示南海店（虚构）", NANHAI)
    other = Member(5, "演示别家店（虚构）")
    await register(session, [kitchen, far, other])
    await tell(session, kitchen, kitchen.turned(0, {"RAW": "10"}, {"OUT": "9"}))
    await tell(session, kitchen, kitchen.shipped(1, far, {"OUT": "4"}), kitchen.shipped(2, other, {"OUT": "5"}))
    await tell(session, far, far.received(3, kitchen, {"OUT": "4"}))
    await tell(session, other, other.received(4, kitchen, {"OUT": "5"}))
    buyer = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[NANHAI], business_id=far.business_id)
    abroad = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[NANHAI])
    for reader in (buyer, abroad):
        read = await trace(reader, lot("OUT"))
        assert (kinds(read), read["complete"], read["cut"]) == ([], False, ["unseen"])
        left = {one["holder"]["name"]: one["remaining"] for one in read["balances"]}
        assert left.get(far.name) == "4"
        assert left.get(kitchen.name) is None
    bureau = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU, NANHAI])
    read = await trace(bureau, lot("OUT"))
    assert (kinds(read), read["complete"]) == (["oversold", "unknown_origin"], True), "nobody recorded the raw duck"
    assert {one["remaining"] for one in read["balances"] if one["holder"]["name"] == kitchen.name} == {"-10", "0"}


async def test_a_consignee_out_of_sight_who_recorded_nothing_leaves_the_trace_in_part(
    session: AsyncSession, members: dict[str, Member], office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    kitchen, far = members["kitchen"], Member(4, "演示南海店（虚构）", NANHAI)
    await register(session, [kitchen, far])
    await tell(session, kitchen, kitchen.made(0, {"OUT": "9"}), kitchen.shipped(1, far, {"OUT": "9"}))
    read = await trace(office, lot("OUT"))
    assert (read["complete"], read["cut"]) == (False, ["unseen"])
    assert kinds(read) == ["not_received"], "that he recorded nothing is to be asked about all the same"
    both = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU, NANHAI])
    assert (await trace(both, lot("OUT")))["complete"] is True


@pytest.fixture
def opened(session_of: SessionOf) -> SessionOf:
    return session_of


@pytest.fixture
def clients(client_of: ClientOf) -> ClientOf:
    return client_of


def hearsay(random: Random, who: list[Member]) -> list[tuple[Member, dict[str, Any]]]:
    names = ["A", "B", "C", "D"]
    told = []
    for hour in range(12):
        member, other = random.sample(who, 2)
        one, two = random.sample(names, 2)
        match random.randint(0, 4):
            case 0:
                told.append((member, member.turned(hour, {one: "1"}, {two: "1"})))
            case 1:
                told.append(
                    (
                        member,
                        member.packed(hour, sscc(random.randint(1, 2)), {one: "1"}, random.choice(["ADD", "DELETE"])),
                    )
                )
            case 2:
                told.append((member, member.received(hour, other, {one: "1"})))
            case 3:
                told.append((member, member.shipped(hour, other, {one: "1"})))
            case _:
                told.append((member, member.made(hour, {one: "1"})))
    return told


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
async def test_no_trace_shows_an_event_that_a_plain_query_would_not(
    opened: SessionOf, clients: ClientOf, seed: int
) -> None:
    """Whatever a trace tells stands on events that its reader may read one by one; the order of capture is nothing."""
    session = await opened(Unit.TRACEABILITY)
    random = Random(seed)
    who = [Member(number, f"演示{number}（虚构）", random.choice([HAISHU, NANHAI])) for number in range(1, 5)]
    story = hearsay(random, who)
    async with session.begin_nested() as nested:
        await register(session, who)
        for member, event in random.sample(story, len(story)):
            await tell(session, member, event)
        readers = [
            await clients(Unit.TRACEABILITY, Role.BUSINESS, regions=[who[0].region], business_id=who[0].business_id),
            await clients(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU]),
        ]
        for client in readers:
            await _only_what_may_be_read(client, who)
        await nested.rollback()


async def _only_what_may_be_read(client: httpx.AsyncClient, who: list[Member]) -> None:
    listed = await client.get("/epcis/events?perPage=100")
    whole = {e["eventID"]: e for e in listed.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]}
    for code in [lot(name) for name in "ABCD"] + [sscc(1), sscc(2)]:
        answer = await client.get("/v1/traces", params={"code": code})
        if answer.status_code == 404:
            continue
        read = answer.json()
        for event_id in {*read["event_ids"], *(i for f in read["findings"] for i in f["event_ids"])}:
            single = await client.get(f"/epcis/events/{event_id.replace('/', '%2F').replace('?', '%3F')}")
            assert single.status_code == 200, event_id
            event = whole.get(event_id) or single.json()
            if "shian:redacted" in event:
                for shown in (one for one in read["timeline"] if one["event_id"] == event_id):
                    assert shown["partial"] and not shown["sources"] and not shown["destinations"]
                    assert set(shown["keys"]) <= set(str(event).replace("'", " ").split())
        for edge in read["edges"]:
            assert edge["event_id"] in read["event_ids"]
