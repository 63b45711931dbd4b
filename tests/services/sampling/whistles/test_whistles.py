"""From a suspect positive to a closed whistle: clocks, task, events, who sees and who may."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.test_sites.models import Site
from services.sampling.whistles.blowing import blow
from services.sampling.whistles.models import Whistle
from shared.contracts.codes import Role, Unit
from shared.contracts.sampling import RapidTestFailed, Verdict, WhistleClosed
from shared.events.models import OutboxEvent
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU, NANHAI, STREET, rapid_test, step, stored_site


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SAMPLING)


@pytest_asyncio.fixture
async def site(session: AsyncSession) -> Site:
    return await stored_site(session, operator_business_id=uuid4())


@pytest_asyncio.fixture
async def inspector(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU])


async def blown(session: AsyncSession, site: Site, *, hours_ago: float = 0, **change: Any) -> Whistle:
    """A whistle on an invented suspect positive, blown some hours ago."""
    at = now() - timedelta(hours=hours_ago)
    test = rapid_test(site, tested_at=at, **change)
    assert await blow(session, [test], at=at) == 1
    whistle = await session.scalar(select(Whistle).where(Whistle.rapid_test_id == test.id))
    assert whistle is not None
    return whistle


async def published(session: AsyncSession, whistle_id: UUID) -> list[OutboxEvent]:
    events = select(OutboxEvent).where(OutboxEvent.subject == str(whistle_id)).order_by(OutboxEvent.id)
    return list(await session.scalars(events))


async def read(client: httpx.AsyncClient, whistle_id: UUID) -> dict[str, Any]:
    answer = await client.get(f"/v1/whistles/{whistle_id}")
    assert answer.status_code == 200, answer.text
    whistle: dict[str, Any] = answer.json()
    return whistle


async def walk(client: httpx.AsyncClient, whistle: Whistle, *steps: tuple[str, dict[str, Any]]) -> httpx.Response:
    """Take steps one after the other; all but the last must be allowed."""
    version = (await read(client, whistle.id))["version"]
    for name, body in steps[:-1]:
        answer = await step(client, whistle.id, name, version, **body)
        assert answer.status_code == 200, answer.text
        version += 1
    return await step(client, whistle.id, steps[-1][0], version, **steps[-1][1])


SAMPLE: tuple[str, dict[str, Any]] = ("statutory-sample", {"sample_number": "XBJ26330203000001", "same_lot": True})
CONFIRMED = ("outcome", {"outcome": "confirmed", "note": "检验报告 演示-002"})
UNCONFIRMED = ("outcome", {"outcome": "unconfirmed", "note": "检验报告 演示-003"})
DESTROYED = ("disposals", {"quantity": "20", "unit": "kg", "note": "粉碎后深埋（演示）"})


async def test_a_suspect_positive_stops_the_sale_and_gives_the_county_a_task(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await read(inspector, (await blown(session, site)).id)
    assert (whistle["state"], whistle["stop_sale"]) == ("open", "in_force")
    assert (whistle["held_quantity"], whistle["unit"], whistle["banned"]) == ("20", "kg", True)
    assert whistle["task"]["bureau_code"] == HAISHU
    assert whistle["task"]["number"].startswith("JC330203-")
    clocks = {clock["code"]: clock for clock in whistle["clocks"]}
    assert clocks.keys() == {"rapid_test_objection", "statutory_sampling_follow_up"}
    assert [entry["kind"] for entry in whistle["entries"]] == ["blown"]


async def test_the_event_says_what_was_found_where_and_how_much(session: AsyncSession, site: Site) -> None:
    business = uuid4()
    whistle = await blown(session, site, seller_business_id=business, quantity_kept=None, quantity_unit=None)
    [event] = await published(session, whistle.id)
    assert event.type == RapidTestFailed.type
    told = RapidTestFailed.model_validate(event.data)
    assert (told.site_name, told.region_code, told.stall_number) == (site.name, STREET, "A-12")
    assert (told.seller_business_id, told.lot_code, told.item_name) == (business, "DEMO-LOT-1", "克百威")
    assert (told.quantity, told.unit) == (None, None), "an unknown quantity is told as unknown, not as zero"
    assert told.verdict is Verdict.SUSPECTED_POSITIVE


async def test_only_suspect_positives_are_whistled_and_each_only_once(session: AsyncSession, site: Site) -> None:
    tests = [rapid_test(site, verdict=verdict) for verdict in Verdict]
    tests += [rapid_test(site, stall_number="B-1")]
    assert await blow(session, tests) == 2
    assert await blow(session, tests) == 0
    assert await blow(session, [*tests, rapid_test(site)]) == 1
    assert await session.scalar(select(func.count()).select_from(Whistle)) == 3
    assert await session.scalar(select(func.count()).select_from(OutboxEvent)) == 3


async def test_a_correction_belongs_to_the_whistle_of_the_test_it_corrects(session: AsyncSession, site: Site) -> None:
    first = rapid_test(site)
    second = rapid_test(site, corrects_id=first.id, correction_reason="演示更正")
    third = rapid_test(site, corrects_id=second.id, correction_reason="演示再更正")
    assert await blow(session, [first]) == 1
    session.add_all([first, second, third])
    await session.flush()
    assert await blow(session, [second]) == 0
    assert await blow(session, [third]) == 0


async def test_a_test_and_its_correction_in_one_batch_are_one_whistle(session: AsyncSession, site: Site) -> None:
    first = rapid_test(site)
    second = rapid_test(site, corrects_id=first.id, correction_reason="演示更正")
    session.add_all([first, second])
    await session.flush()
    assert await blow(session, [first, second]) == 1


async def test_many_positives_of_one_upload_get_as_many_tasks_with_numbers_of_their_own(
    session: AsyncSession, site: Site
) -> None:
    tests = [rapid_test(site, stall_number=f"A-{number}") for number in range(40)]
    assert await blow(session, tests) == 40
    events = await session.scalars(select(OutboxEvent))
    numbers = {RapidTestFailed.model_validate(event.data).task_number for event in events}
    assert len(numbers) == 40


async def test_an_objection_within_four_hours_is_accepted_and_one_after_them_is_recorded_and_refused(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    objection = {"note": "对结果有异议（演示）"}
    for hours_ago, state, kind in [(3.9, "accepted", "objection_accepted"), (4.1, "refused_late", "objection_refused")]:
        whistle = await blown(session, site, hours_ago=hours_ago)
        answer = (await walk(inspector, whistle, ("objection", objection))).json()
        assert (answer["objection"], answer["entries"][-1]["kind"]) == (state, kind)


async def test_the_window_is_counted_from_when_the_seller_was_told(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site, hours_ago=10)
    told = (now() - timedelta(hours=1)).isoformat()
    answer = await walk(
        inspector,
        whistle,
        ("notice", {"at": told, "note": "现场告知（演示）"}),
        ("objection", {"note": "有异议（演示）"}),
    )
    assert answer.json()["objection"] == "accepted"
    windows = [clock for clock in answer.json()["clocks"] if clock["code"] == "rapid_test_objection"]
    assert sorted(clock["state"] for clock in windows) == ["cancelled", "met"]


@pytest_asyncio.fixture
async def operator(site: Site, client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=site.operator_business_id)


def hours_ago(hours: float) -> str:
    return (now() - timedelta(hours=hours)).isoformat()


OBJECTION: tuple[str, dict[str, Any]] = ("objection", {"note": "有异议（演示）"})


async def test_the_market_cannot_reopen_the_window_by_telling_again(
    session: AsyncSession, site: Site, operator: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site, hours_ago=8)
    late = await walk(operator, whistle, ("notice", {"at": hours_ago(6)}), OBJECTION)
    assert late.json()["objection"] == "refused_late"
    again = await walk(operator, whistle, ("notice", {}))
    assert (again.status_code, again.json()["type"]) == (409, "/problems/whistle-step-refused")
    assert (await walk(operator, whistle, OBJECTION)).json()["objection"] == "refused_late"


async def test_the_market_cannot_reopen_a_window_that_no_receipt_began(
    session: AsyncSession, site: Site, operator: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site, hours_ago=8)
    assert (await walk(operator, whistle, OBJECTION)).json()["objection"] == "refused_late"
    assert (await walk(operator, whistle, ("notice", {"note": "演示"}))).status_code == 409


async def test_a_party_s_objection_counts_from_when_it_is_recorded(
    session: AsyncSession, site: Site, client_of: ClientOf, operator: httpx.AsyncClient
) -> None:
    business = uuid4()
    whistle = await blown(session, site, hours_ago=8, seller_business_id=business)
    seller = await client_of(Unit.SAMPLING, Role.BUSINESS, regions=[HAISHU], business_id=business)
    backdated = ("objection", OBJECTION[1] | {"at": hours_ago(6), "evidence": ["照片 演示-1"]})
    for party in (operator, seller):
        refused = await walk(party, whistle, backdated)
        [error] = refused.json()["errors"]
        assert (refused.status_code, error["pointer"]) == (422, "/at")
        assert "以登记时为准" in error["message"]
    assert (await read(operator, whistle.id))["objection"] == "none"


async def test_who_acts_for_a_business_is_a_party_whatever_else_he_is(
    session: AsyncSession, site: Site, client_of: ClientOf
) -> None:
    whistle = await blown(session, site, hours_ago=8)
    both = await client_of(
        *(Unit.SAMPLING, Role.INSPECTOR, Role.MARKET_OPERATOR), regions=[HAISHU], business_id=site.operator_business_id
    )
    backdated = ("objection", OBJECTION[1] | {"at": hours_ago(6), "evidence": ["照片 演示-1"]})
    assert (await walk(both, whistle, backdated)).status_code == 422
    again = ("notice", {"note": "录错（演示）"})
    assert (await walk(both, whistle, ("notice", {"at": hours_ago(6)}), again)).status_code == 409


async def test_an_officer_enters_a_paper_objection_of_its_time_with_evidence_but_none_before_the_receipt(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site, hours_ago=10)
    paper = OBJECTION[1] | {"at": hours_ago(5)}
    bare = await walk(inspector, whistle, ("notice", {"at": hours_ago(8)}), ("objection", paper))
    assert (bare.status_code, bare.json()["errors"][0]["pointer"]) == (422, "/evidence")
    shown = {"evidence": ["收件凭证 演示-1"]}
    for moment in (hours_ago(9), hours_ago(-1)):
        refused = await walk(inspector, whistle, ("objection", paper | shown | {"at": moment}))
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/at")
    answer = (await walk(inspector, whistle, ("objection", paper | shown))).json()
    assert (answer["objection"], answer["entries"][-1]["evidence"]) == ("accepted", ["收件凭证 演示-1"])


async def test_an_officer_corrects_the_receipt_and_the_timeline_says_so(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site, hours_ago=10)
    correction = ("notice", {"at": hours_ago(2), "note": "录错日期（演示）"})
    answer = (await walk(inspector, whistle, ("notice", {"at": hours_ago(9)}), correction)).json()
    assert answer["entries"][-1]["kind"] == "told_corrected"
    assert answer["entries"][-1]["note"].startswith("原登记 ")
    assert answer["entries"][-1]["note"].endswith("录错日期（演示）")
    assert (await walk(inspector, whistle, OBJECTION)).json()["objection"] == "accepted"


async def test_a_receipt_corrected_and_corrected_back_still_lets_the_seller_object(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site, hours_ago=10)
    first = {"at": hours_ago(2), "note": "演示"}
    other = {"at": hours_ago(3), "note": "录错（演示）"}
    answer = await walk(inspector, whistle, ("notice", first), ("notice", other), ("notice", first), OBJECTION)
    assert answer.json()["objection"] == "accepted", answer.text


@pytest.mark.parametrize(
    "steps",
    [
        [("statutory-sample", SAMPLE[1] | {"at": 7})],
        [("statutory-sample", SAMPLE[1] | {"at": 3}), ("outcome", CONFIRMED[1] | {"at": 4})],
        [SAMPLE, CONFIRMED, ("disposals", DESTROYED[1] | {"at": 1})],
        [SAMPLE, UNCONFIRMED, ("stop-sale-release", {"at": 1})],
        [SAMPLE, CONFIRMED, DESTROYED, ("closure", {"at": 1})],
    ],
    ids=["sample", "outcome", "disposal", "release", "closure"],
)
async def test_no_step_is_dated_before_the_one_it_builds_on(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient, steps: list[tuple[str, dict[str, Any]]]
) -> None:
    tested = now() - timedelta(hours=8)
    test = rapid_test(site, tested_at=tested)
    assert await blow(session, [test], at=now() - timedelta(hours=6)) == 1
    whistle = await session.scalar(select(Whistle).where(Whistle.rapid_test_id == test.id))
    assert whistle is not None
    dated = [(name, body | ({"at": hours_ago(body["at"])} if "at" in body else {})) for name, body in steps]
    refused = await walk(inspector, whistle, *dated)
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["pointer"]) == (422, "/at")
    assert error["message"].count("年") == 2, "both times are named"


@pytest.mark.parametrize("text", ["\u200b", "\u200b\ufeff\u2060", " \u3000", "\u3164", "\u2800", "\ufe0f", "\u0000"])
async def test_words_that_nobody_can_read_are_no_words(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient, text: str
) -> None:
    whistle = await blown(session, site)
    faults: list[tuple[str, dict[str, Any], str]] = [
        ("objection", {"note": text}, "/note"),
        ("closure", {"note": text}, "/note"),
        ("notice", {"evidence": [text]}, "/evidence/0"),
        ("statutory-sample", SAMPLE[1] | {"sample_number": text}, "/sample_number"),
    ]
    for name, body, pointer in faults:
        answer = await walk(inspector, whistle, (name, body))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_words_are_kept_as_written_without_blanks_around_them(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site)
    answer = await walk(inspector, whistle, ("notice", {"note": "  现场告知，𠮷某签收（演示） "}))
    assert answer.json()["entries"][-1]["note"] == "现场告知，𠮷某签收（演示）"


async def test_a_confirmed_whistle_from_start_to_end(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site)
    answer = await walk(
        inspector,
        whistle,
        ("repeats", {"verdict": "negative", "note": "复测（演示）"}),
        SAMPLE,
        CONFIRMED,
        DESTROYED,
        ("closure", {}),
    )
    closed = answer.json()
    assert (closed["state"], closed["outcome"], closed["stop_sale"]) == ("closed", "confirmed", "in_force")
    assert closed["task"]["state"] == "concluded"
    assert [entry["kind"] for entry in closed["entries"]] == [
        *("blown", "repeated", "sampled", "concluded", "disposed", "closed")
    ]
    assert {clock["state"] for clock in closed["clocks"]} == {"met", "cancelled"}
    [_, event] = await published(session, whistle.id)
    told = WhistleClosed.model_validate(event.data)
    assert (told.outcome.value, told.stop_sale.value, told.same_lot) == ("confirmed", "in_force", True)
    assert told.version > 1


async def test_an_unconfirmed_whistle_frees_the_goods_before_it_closes(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site)
    early = await walk(inspector, whistle, SAMPLE, UNCONFIRMED, ("closure", {"note": "演示"}))
    assert (early.status_code, "先解除停售" in early.json()["detail"]) == (409, True)
    closed = (await walk(inspector, whistle, ("stop-sale-release", {}), ("closure", {}))).json()
    assert (closed["state"], closed["stop_sale"]) == ("closed", "lifted")


async def test_without_a_sample_the_outcome_is_unreachable_and_the_goods_stay_held(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site)
    refused = await walk(inspector, whistle, UNCONFIRMED)
    assert refused.status_code == 409
    unreachable = ("outcome", {"outcome": "unreachable", "note": "摊位已撤（演示）"})
    closed = (await walk(inspector, whistle, unreachable, ("closure", {"note": "货物去向不明（演示）"}))).json()
    assert (closed["outcome"], closed["stop_sale"]) == ("unreachable", "in_force")
    [follow_up] = [clock for clock in closed["clocks"] if clock["code"] == "statutory_sampling_follow_up"]
    assert follow_up["state"] == "cancelled"


async def test_a_step_taken_twice_or_from_an_old_version_changes_nothing(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site)
    address, body = f"/v1/whistles/{whistle.id}/statutory-sample", SAMPLE[1]
    assert (await inspector.post(address, json=body)).status_code == 428
    assert (await step(inspector, whistle.id, SAMPLE[0], 1, **body)).status_code == 200
    before = await read(inspector, whistle.id)
    assert (await step(inspector, whistle.id, SAMPLE[0], 1, **body)).status_code == 412
    assert (await step(inspector, whistle.id, SAMPLE[0], 2, **body)).status_code == 409
    after = await read(inspector, whistle.id)
    assert (after["version"], after["entries"]) == (before["version"], before["entries"])


async def test_a_step_in_the_future_or_before_the_test_is_refused_with_its_place(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient
) -> None:
    whistle = await blown(session, site)
    for moment in (now() + timedelta(hours=1), now() - timedelta(days=1)):
        answer = await walk(inspector, whistle, (SAMPLE[0], SAMPLE[1] | {"at": moment.isoformat()}))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/at")


async def test_each_sees_the_whistles_that_are_his(session: AsyncSession, site: Site, client_of: ClientOf) -> None:
    seller = uuid4()
    whistle = await blown(session, site, seller_business_id=seller)
    for role, regions, business_id, sees in [
        (Role.INSPECTOR, [HAISHU], None, True),
        (Role.INSPECTOR, [NANHAI], None, False),
        (Role.MARKET_OPERATOR, [HAISHU], site.operator_business_id, True),
        (Role.MARKET_OPERATOR, [NANHAI], site.operator_business_id, False),
        (Role.MARKET_OPERATOR, [HAISHU], uuid4(), False),
        (Role.MARKET_OPERATOR, [HAISHU], None, False),
        (Role.BUSINESS, [HAISHU], seller, True),
        (Role.BUSINESS, [NANHAI], seller, False),
        (Role.BUSINESS, [HAISHU], uuid4(), False),
    ]:
        client = await client_of(Unit.SAMPLING, role, regions=regions, business_id=business_id)
        listed = (await client.get("/v1/whistles")).json()["items"]
        assert [item["id"] for item in listed] == ([str(whistle.id)] if sees else []), role
        assert (await client.get(f"/v1/whistles/{whistle.id}")).status_code == (200 if sees else 404), role


async def test_a_seller_may_object_but_not_decide(session: AsyncSession, site: Site, client_of: ClientOf) -> None:
    business = uuid4()
    whistle = await blown(session, site, seller_business_id=business)
    seller = await client_of(Unit.SAMPLING, Role.BUSINESS, regions=[HAISHU], business_id=business)
    assert (await step(seller, whistle.id, CONFIRMED[0], 1, **CONFIRMED[1])).status_code == 403
    assert (await step(seller, whistle.id, "objection", 1, note="有异议（演示）")).json()["objection"] == "accepted"


@pytest.mark.parametrize(("state", "found"), [("open", 1), ("closed", 0)])
async def test_whistles_and_tasks_are_listed_by_state_and_region(
    session: AsyncSession, site: Site, inspector: httpx.AsyncClient, state: str, found: int
) -> None:
    whistle = await blown(session, site)
    listed = (await inspector.get("/v1/whistles", params={"state": state, "region": STREET})).json()["items"]
    assert len(listed) == found
    task_state = "assigned" if state == "open" else "concluded"
    tasks = (await inspector.get("/v1/statutory-tasks", params={"state": task_state, "region": HAISHU})).json()["items"]
    assert [task["whistle_id"] for task in tasks] == [str(whistle.id)] * found
    assert all(task["clock_state"] == "running" for task in tasks)


async def test_a_rapid_test_whose_quantity_left_is_unknown_holds_back_what_came_in(
    session: AsyncSession, site: Site
) -> None:
    whistle = await blown(session, site, quantity_kept=None, quantity_in=35)
    assert whistle.held_quantity == 35
