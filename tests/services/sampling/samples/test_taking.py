"""From the draft on a phone to the sealed sample: safe to send again, nothing missing, nothing overwritten."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samples.models import Sample
from services.sampling.sampling_tasks.models import SamplingTaskSampler
from services.sampling.separation.models import Participation
from services.sampling.test_sites.models import Business
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.apart import stored_sampler
from tests.services.sampling.factories import HAISHU, NANHAI, STREET, key
from tests.services.sampling.samples.factory import (
    attachments,
    form_of,
    photo,
    put,
    sampler,
    send_files,
    taken,
    without_task,
)

FIRST, SECOND = uuid4(), uuid4()
COMPLETE = without_task(form_of(FIRST, SECOND))


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SAMPLING)


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU])


@pytest_asyncio.fixture
async def phone(client_of: ClientOf) -> httpx.AsyncClient:
    """The first sampler's terminal."""
    return await client_of(Unit.SAMPLING, Role.SAMPLER, regions=[HAISHU], actor_id=FIRST)


async def on_file(session: AsyncSession, **change: Any) -> Business:
    """An invented seller as sampling knows him."""
    fields: dict[str, Any] = {
        "id": uuid4(),
        "uscc": "91330203MA00000010",
        "name": "演示蔬菜摊（虚构）",
        "kind": "sales",
        "region_code": STREET,
        "status": "active",
        "merged_into": None,
        "version": 1,
    }
    business = Business(**fields | change)
    session.add(business)
    await session.flush()
    return business


async def submit(client: httpx.AsyncClient, sample_id: Any, revision: int = 1, **more: Any) -> httpx.Response:
    return await client.post(f"/v1/samples/{sample_id}/submission", json={"revision": revision} | more)


def timeless(sample: dict[str, Any]) -> dict[str, Any]:
    """The sample without what its clocks still leave, which is less with every second."""
    return sample | {"clocks": [clock | {"remaining": None} for clock in sample["clocks"]]}


async def dispatched(officer: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    body = {"stream": "supervision", "link": "circulation", "task_source": "演示", "region_code": HAISHU} | change
    answer = await officer.post("/v1/sampling-tasks", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    task: dict[str, Any] = answer.json()
    return task


async def faults_of(client: httpx.AsyncClient, form: dict[str, Any]) -> dict[str, list[str]]:
    """What a submission of the form is refused with: codes by place."""
    draft = (await put(client, form)).json()
    answer = await submit(client, draft["id"])
    assert answer.status_code == 422, answer.text
    assert (await client.get(f"/v1/samples/{draft['id']}")).json()["state"] == "draft", "nothing is half taken"
    faults: dict[str, list[str]] = {}
    for error in answer.json()["errors"]:
        faults.setdefault(error["pointer"], []).append(error["code"])
    return faults


async def test_a_phone_takes_a_sample_for_its_task(
    session: AsyncSession, officer: httpx.AsyncClient, phone: httpx.AsyncClient
) -> None:
    task = await dispatched(officer, region_code=STREET, category_code="演示类别", food_name="豇豆")
    await send_files(phone)
    draft = await put(phone, form_of(FIRST, SECOND), task_id=task["id"])
    assert (draft.status_code, draft.json()["state"]) == (201, "draft")
    answer = await submit(phone, draft.json()["id"])
    assert answer.status_code == 200, answer.text
    sample = answer.json()
    assert (sample["state"], sample["stream"], sample["region_code"], sample["bureau_code"]) == (
        "taken",
        "supervision",
        STREET,
        HAISHU,
    )
    assert sample["number"].startswith(f"PT{now():%y}330203"), "a form without a number is numbered by the platform"
    assert [entry["kind"] for entry in sample["entries"]] == ["taken"]
    assert [clock["code"] for clock in sample["clocks"]] == ["sample_delivery"]
    assert sample["clocks"][0]["title"] == f"样品 {sample['blind_code']}", "a clock names no party"
    parts = await session.execute(
        select(Participation.user_id, Participation.duty).where(Participation.sample_id == UUID(sample["id"]))
    )
    assert sample["doubts"] == ["本县（市、区）还没有登记抽样人员名册，抽样人的资格未能核对"]
    assert set(map(tuple, parts)) == {(FIRST, "sampler"), (SECOND, "sampler")}
    task = (await officer.get(f"/v1/sampling-tasks/{task['id']}")).json()
    assert (task["taken"], task["state"]) == (1, "done")


async def test_everything_that_is_missing_is_said_at_once(officer: httpx.AsyncClient) -> None:
    faults = await faults_of(officer, without_task({"basics": {}}))
    assert faults.keys() >= {
        "/form/basics/task_source",
        "/form/basics/sampled_on",
        "/form/basics/picked_by",
        "/form/basics/delivery",
        "/form/samplers",
        "/form/sampled_party/name",
        "/form/goods/name",
        "/form/goods/quantity",
        "/form/goods/backup_quantity",
        "/form/sealing/test_seals",
        "/form/sealing/backup_seals",
        "/form/rights_notice/given",
        "/form/rights_notice/signature",
        "/form/operator/signature",
        "/form/purchase/amount",
        "/form/purchase/receipt_number",
    }
    wanted = {"missing_site", "missing_sample", "missing_test_seal", "missing_backup_seal"}
    assert set(faults["/form/attachments"]) == wanted


UNLAWFUL: dict[str, tuple[dict[str, Any], str, str]] = {
    "the operator picked the sample": ({"basics": {"picked_by": "operator"}}, "/form/basics/picked_by", "own_supply"),
    "the operator delivers it": ({"basics": {"delivery": "operator"}}, "/form/basics/delivery", "own_supply"),
    "one sampler": ({"samplers": [sampler(FIRST, "甲")]}, "/form/samplers", "samplers"),
    "one sampler twice": ({"samplers": [sampler(FIRST, "甲"), sampler(FIRST, "乙")]}, "/form/samplers", "samplers"),
    "one name twice": ({"samplers": [sampler(FIRST, "甲"), sampler(SECOND, "甲")]}, "/form/samplers", "samplers"),
    "one seal for both": (
        {"sealing": {"test_seals": ["F0001"], "backup_seals": ["ｆ 0001"]}},
        "/form/sealing/backup_seals",
        "seals",
    ),
    "more backup than sample": ({"goods": {"backup_quantity": "3"}}, "/form/goods/backup_quantity", "quantity"),
    "backup and none": ({"sealing": {"no_backup_because": "演示"}}, "/form/sealing/no_backup_because", "backup"),
    "nothing paid": ({"purchase": {"amount": "0"}}, "/form/purchase/amount", "unpaid"),
    "online without evidence": ({"basics": {"place": "网购"}}, "/form/online", "missing"),
    "made after it was sampled": (
        {"goods": {"dated": (day_of(now()) + timedelta(days=1)).isoformat()}},
        "/form/goods/dated",
        "day",
    ),
    "sampled in the year 1": ({"basics": {"sampled_on": "0001-01-01"}}, "/form/basics/sampled_on", "day"),
    "sampled longer ago than the bureau lets forms be entered": (
        {"basics": {"sampled_on": f"{now().year - 4}-12-31"}},
        "/form/basics/sampled_on",
        "day",
    ),
    "a business that nobody knows": (
        {"sampled_party": {"business_id": str(uuid4())}},
        "/form/sampled_party/business_id",
        "unknown",
    ),
    "sampled tomorrow": (
        {"basics": {"sampled_on": (day_of(now()) + timedelta(days=1)).isoformat()}},
        "/form/basics/sampled_on",
        "day",
    ),
}


@pytest.mark.parametrize("case", UNLAWFUL)
async def test_what_the_rules_forbid_is_not_taken(officer: httpx.AsyncClient, case: str) -> None:
    change, place, code = UNLAWFUL[case]
    await send_files(officer)
    faults = await faults_of(officer, without_task(form_of(FIRST, SECOND, **change)))
    assert faults == {place: [code]}


async def test_an_operator_who_will_not_sign_is_recorded_instead(officer: httpx.AsyncClient) -> None:
    unsigned = {"refused_because": "（演示）当场拒绝签字，两名抽样人员在场"}
    form = COMPLETE | {"operator": unsigned, "rights_notice": unsigned | {"given": True}}
    assert (await taken(officer, form))["state"] == "taken"


async def test_food_without_a_backup_needs_the_reason(officer: httpx.AsyncClient) -> None:
    form = form_of(FIRST, SECOND, sealing={"backup_seals": [], "no_backup_because": "（演示）仅检微生物"})
    form["goods"].pop("backup_quantity")
    assert (await taken(officer, without_task(form)))["state"] == "taken"


ONLINE = {
    "platform": "演示平台（虚构）",
    "shop_name": "演示网店（虚构）",
    "buyer": "演示抽样员甲（虚构）",
    "buyer_account": "demo-buyer",
    "payment_account": "demo-payer",
    "consignee": "演示抽样员甲（虚构）",
    "delivery_address": "演示路 1 号（虚构）",
    "order_number": "DEMO-ORDER-1",
    "ordered_at": "2026-07-01T10:00:00+08:00",
    "received_at": "2026-07-03T10:00:00+08:00",
}


async def test_an_online_purchase_needs_the_buyer_the_order_and_the_film_but_no_signature_on_site(
    officer: httpx.AsyncClient,
) -> None:
    await send_files(officer)
    form = without_task(form_of(FIRST, SECOND, operator=None, rights_notice=None)) | {"online": {"platform": "演示"}}
    form = {name: block for name, block in form.items() if block is not None}
    faults = await faults_of(officer, form)
    assert faults.keys() == {f"/form/online/{name}" for name in ONLINE if name != "platform"} | {"/form/attachments"}
    kinds = ("online_page", "online_order", "online_payment", "unpacking_film", "sample", "test_seal", "backup_seal")
    evidence = {"online": ONLINE, "attachments": attachments(*kinds)}
    assert (await taken(officer, form | evidence))["state"] == "taken"


async def test_a_file_that_has_not_arrived_is_named_with_its_place(officer: httpx.AsyncClient) -> None:
    await send_files(officer)
    absent = "0" * 64
    form = COMPLETE | {"attachments": [*COMPLETE["attachments"], {"kind": "other", "sha256": absent}]}
    assert await faults_of(officer, form) == {"/form/attachments/4/sha256": ["file_missing"]}
    draft = (await put(officer, form)).json()
    assert draft["missing_files"] == [absent]


async def test_sent_again_after_a_broken_line_nothing_doubles(officer: httpx.AsyncClient) -> None:
    sample = await taken(officer)
    again = await put(officer, sample["form"], sample["id"])
    assert (again.status_code, again.json()["version"]) == (200, sample["version"])
    resubmitted = await submit(officer, sample["id"])
    assert resubmitted.status_code == 200, resubmitted.text
    assert timeless(resubmitted.json()) == timeless(sample)


async def test_a_changed_draft_needs_a_newer_revision_or_its_version(officer: httpx.AsyncClient) -> None:
    sample_id = uuid7()
    assert (await put(officer, COMPLETE, sample_id)).status_code == 201
    changed = COMPLETE | {"remark": "（演示）改过"}
    stale = await put(officer, changed, sample_id)
    assert stale.status_code == 409
    assert stale.json()["differences"] == [{"pointer": "/form/remark", "stored": None, "sent": "（演示）改过"}]
    assert (await put(officer, changed, sample_id, version=7)).status_code == 412
    newer = await put(officer, changed, sample_id, revision=2)
    assert (newer.status_code, newer.json()["version"], newer.json()["revision"]) == (200, 2, 2)
    named = await put(officer, COMPLETE, sample_id, version=2)
    assert (named.status_code, named.json()["version"]) == (200, 3)


async def test_a_terminal_cannot_complete_another_draft_than_it_sees(officer: httpx.AsyncClient) -> None:
    await send_files(officer)
    draft = (await put(officer, COMPLETE, revision=2)).json()
    assert (await submit(officer, draft["id"], revision=1)).status_code == 409
    assert (await submit(officer, draft["id"], revision=2)).status_code == 200


async def test_a_taken_sample_is_not_overwritten_and_the_conflict_shows_both(officer: httpx.AsyncClient) -> None:
    sample = await taken(officer)
    other = COMPLETE | {"goods": COMPLETE["goods"] | {"name": "四季豆"}}
    for more in ({"revision": 9}, {"version": sample["version"]}):
        answer = await put(officer, sample["form"] | {"goods": other["goods"]}, sample["id"], **more)
        assert answer.status_code == 409, answer.text
        [difference] = answer.json()["differences"]
        assert difference == {"pointer": "/form/goods/name", "stored": "豇豆", "sent": "四季豆"}
    assert (await officer.get(f"/v1/samples/{sample['id']}")).json()["form"]["goods"]["name"] == "豇豆"


async def test_numbers_are_unique_however_they_are_spaced(officer: httpx.AsyncClient) -> None:
    numbered = form_of(FIRST, SECOND, basics={"number": " xbj26330203\n0000 00001 "})
    sample = await taken(officer, without_task(numbered))
    assert sample["number"] == "XBJ26330203000000001"
    again = form_of(FIRST, SECOND, basics={"number": "ＸＢＪ26330203000000001"})
    draft = (await put(officer, without_task(again))).json()
    answer = await submit(officer, draft["id"])
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/sample-number-taken")
    found = (await officer.get("/v1/samples", params={"number": "xbj26330203 000000001"})).json()["items"]
    assert [item["id"] for item in found] == [sample["id"]]
    assert "blind_code" not in found[0]


async def test_a_refusal_is_recorded_with_witnesses_and_evidence(officer: httpx.AsyncClient) -> None:
    await send_files(officer)
    form = without_task(form_of(FIRST, SECOND))
    body = {"revision": 1, "reason": "（演示）拒不开启冷库"}
    draft = (await put(officer, form)).json()
    answer = await officer.post(f"/v1/samples/{draft['id']}/refusal", json=body)
    assert [error["code"] for error in answer.json()["errors"]] == ["missing_refusal"]
    draft = (await put(officer, form | {"attachments": attachments("refusal")})).json()
    refused = (await officer.post(f"/v1/samples/{draft['id']}/refusal", json=body)).json()
    assert (refused["state"], refused["number"], refused["clocks"]) == ("refused", None, [])
    assert [(entry["kind"], entry["note"]) for entry in refused["entries"]] == [("refused", body["reason"])]
    again = await officer.post(f"/v1/samples/{draft['id']}/refusal", json=body)
    assert timeless(again.json()) == timeless(refused)


async def test_a_correction_says_what_was_before_and_after(officer: httpx.AsyncClient) -> None:
    sample = await taken(officer)
    right = sample["form"] | {"goods": COMPLETE["goods"] | {"lot_code": "DEMO-2", "date_kind": "生产日期"}}
    body = {"reason": "（演示）批号漏写", "form": right}
    headers = {"If-Match": f'"{sample["version"]}"'}
    answer = await officer.post(f"/v1/samples/{sample['id']}/corrections", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    corrected = answer.json()
    assert corrected["lot_code"] == "DEMO-2"
    assert corrected["entries"][-1]["details"]["changes"] == [
        {"pointer": "/goods/date_kind", "before": None, "after": "生产日期"},
        {"pointer": "/goods/lot_code", "before": None, "after": "DEMO-2"},
    ]
    stale = await officer.post(f"/v1/samples/{sample['id']}/corrections", json=body, headers=headers)
    assert stale.status_code == 412


async def test_who_sampled_where_is_never_put_right(officer: httpx.AsyncClient) -> None:
    sample = await taken(officer, COMPLETE)
    other = form_of(FIRST, uuid4(), basics=COMPLETE["basics"] | {"region_code": HAISHU})
    answer = await officer.post(
        f"/v1/samples/{sample['id']}/corrections",
        json={"reason": "演示", "form": other},
        headers={"If-Match": f'"{sample["version"]}"'},
    )
    places = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert places == [("/form/basics/region_code", "fixed"), ("/form/samplers", "fixed")]


async def test_an_annulled_sample_owes_no_delivery_and_does_not_count(officer: httpx.AsyncClient) -> None:
    task = await dispatched(officer)
    sample = await taken(officer, form_of(FIRST, SECOND), task_id=task["id"])
    answer = await officer.post(
        f"/v1/samples/{sample['id']}/annulment",
        json={"reason": "（演示）封样破损"},
        headers={"If-Match": f'"{sample["version"]}"'},
    )
    assert (answer.json()["state"], answer.json()["clocks"][0]["state"]) == ("voided", "cancelled")
    task = (await officer.get(f"/v1/sampling-tasks/{task['id']}")).json()
    assert (task["taken"], task["state"]) == (0, "open")


async def test_a_moment_in_the_future_is_refused(officer: httpx.AsyncClient) -> None:
    draft = (await put(officer, COMPLETE)).json()
    answer = await submit(officer, draft["id"], at=(now() + timedelta(hours=1)).isoformat())
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/at"]


async def test_a_sampler_needs_a_task_and_sees_his_own_samples_only(
    officer: httpx.AsyncClient, phone: httpx.AsyncClient, client_of: ClientOf
) -> None:
    answer = await put(phone, COMPLETE)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/task_id"]
    others = await taken(officer, without_task(form_of(uuid4(), uuid4())))
    own = await taken(officer, without_task(form_of(FIRST, SECOND)))
    assert (await phone.get(f"/v1/samples/{others['id']}")).status_code == 404
    assert (await phone.get(f"/v1/samples/{own['id']}")).status_code == 200, "he took part in it"
    assert [item["id"] for item in (await phone.get("/v1/samples")).json()["items"]] == [own["id"]]
    elsewhere = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[NANHAI])
    assert (await elsewhere.get(f"/v1/samples/{own['id']}")).status_code == 404


async def test_a_sampler_submits_only_what_he_took_himself(
    officer: httpx.AsyncClient, phone: httpx.AsyncClient
) -> None:
    task = await dispatched(officer)
    await send_files(phone)
    draft = (await put(phone, form_of(uuid4(), uuid4()), task_id=task["id"])).json()
    answer = await submit(phone, draft["id"])
    assert [error["code"] for error in answer.json()["errors"]] == ["not_present"]


@pytest.mark.parametrize("more", [(), (Role.INSPECTOR,), (Role.LEADER, Role.SAMPLER)])
async def test_who_tests_samples_reads_none_of_them_here(
    officer: httpx.AsyncClient, client_of: ClientOf, more: tuple[Role, ...]
) -> None:
    sample = await taken(officer)
    laboratory = await client_of(Unit.SAMPLING, Role.LABORATORY, *more, regions=[HAISHU])
    refused = 404 if more else 403
    site = photo("site")[0]
    for path in (f"/v1/samples/{sample['id']}", f"/v1/sample-attachments/{site}"):
        assert (await laboratory.get(path)).status_code == refused
    listed = await laboratory.get("/v1/samples")
    assert listed.status_code == 403 or listed.json()["items"] == []


async def test_drafts_lie_in_the_region_of_their_task(officer: httpx.AsyncClient) -> None:
    task = await dispatched(officer, region_code=STREET)
    outside = form_of(FIRST, SECOND, basics={"region_code": HAISHU, "stream": "assessment"})
    answer = await put(officer, outside, task_id=task["id"])
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/form/basics/stream"]
    outside["basics"].pop("stream")
    answer = await put(officer, outside, task_id=task["id"])
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/form/basics/region_code"]


async def test_what_the_columns_say_is_what_the_form_says(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    business = await on_file(session)
    form = form_of(
        FIRST,
        SECOND,
        sampled_party={"licence_number": "9133 0203MA00000010", "business_id": str(business.id)},
        producer={"name": "／", "uscc": "不是代码"},
        goods={"lot_code": "DEMO-1", "date_kind": "生产日期", "dated": "2026-07-01", "category_code": "演示"},
    )
    sample = await session.get(Sample, UUID((await taken(officer, without_task(form)))["id"]))
    assert sample is not None
    assert (sample.lot_code, str(sample.production_date), sample.category_code) == ("DEMO-1", "2026-07-01", "演示")
    assert (sample.producer_name, sample.producer_uscc) == (None, None), "a slash says nothing"
    assert sample.sampled_party_uscc == "91330203MA00000010"


async def test_a_task_takes_no_sample_from_years_before_it(officer: httpx.AsyncClient) -> None:
    task = await dispatched(officer)
    await send_files(officer)
    long_ago = date(now().year - 2, 12, 31).isoformat()
    draft = (await put(officer, form_of(FIRST, SECOND, basics={"sampled_on": long_ago}), task_id=task["id"])).json()
    answer = await submit(officer, draft["id"])
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/form/basics/sampled_on"]


async def test_whoever_submits_a_form_has_sampled(session: AsyncSession, client_of: ClientOf) -> None:
    entering = uuid4()
    officer = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU], actor_id=entering)
    sample = await taken(officer, COMPLETE)
    parts = await session.execute(
        select(Participation.user_id, Participation.duty).where(Participation.sample_id == UUID(sample["id"]))
    )
    assert set(map(tuple, parts)) == {(who, "sampler") for who in (FIRST, SECOND, entering)}


async def test_who_entered_a_form_as_one_of_its_samplers_has_sampled_though_he_is_taken_off_it(
    session: AsyncSession, client_of: ClientOf
) -> None:
    entering, another = uuid4(), uuid4()
    officer = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU], actor_id=entering)
    await send_files(officer)
    draft = (await put(officer, without_task(form_of(entering, SECOND)))).json()
    sample_id = UUID(draft["id"])

    async def samplers() -> set[UUID]:
        wanted = select(Participation.user_id).where(Participation.sample_id == sample_id)
        return set(await session.scalars(wanted))

    assert await samplers() == {entering}
    colleague = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU], actor_id=another)
    without_him = without_task(form_of(FIRST, SECOND))
    assert (await put(colleague, without_him, sample_id, revision=2)).status_code == 200
    assert (await submit(colleague, draft["id"], revision=2)).status_code == 200
    assert await samplers() == {entering, another, FIRST, SECOND}


@pytest.mark.parametrize("fault", [None, {"active": False}, {"valid_to": "2024-12-31"}, {"region_code": NANHAI}])
async def test_where_a_county_keeps_a_roster_only_those_on_it_sample(
    session: AsyncSession, officer: httpx.AsyncClient, fault: dict[str, Any] | None
) -> None:
    await stored_sampler(session, id=FIRST)
    if fault is not None:
        await stored_sampler(session, id=SECOND, **fault)
    await send_files(officer)
    assert await faults_of(officer, COMPLETE) == {"/form/samplers/1/user_id": ["not_on_roster"]}
    other = await stored_sampler(session)
    sample = await taken(officer, without_task(form_of(FIRST, other.id)))
    assert sample["doubts"] == []


async def test_whoever_was_sent_for_the_task_needs_no_entry(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    await stored_sampler(session)
    task = await dispatched(officer)
    for who in (FIRST, SECOND):
        session.add(SamplingTaskSampler(task_id=UUID(task["id"]), user_id=who, user_name="演示抽样员（虚构）"))
    await session.flush()
    assert (await taken(officer, form_of(FIRST, SECOND), task_id=task["id"]))["state"] == "taken"


async def test_a_seal_is_on_one_sample_of_the_county_in_the_year(officer: httpx.AsyncClient) -> None:
    first = await taken(officer, without_task(form_of(FIRST, SECOND, sealing={"test_seals": ["Ｆ 0001"]})))
    assert first["form"]["sealing"]["test_seals"] == ["F0001"]
    again = without_task(form_of(FIRST, SECOND, sealing={"backup_seals": ["f0001"]}))
    assert await faults_of(officer, again) == {"/form/sealing/backup_seals/0": ["seal_used"]}
    headers = {"If-Match": f'"{first["version"]}"'}
    body = {"reason": "（演示）重新封样"}
    assert (await officer.post(f"/v1/samples/{first['id']}/annulment", json=body, headers=headers)).status_code == 200
    assert (await taken(officer, again))["state"] == "taken", "an annulled sample is sealed anew"


async def test_a_correction_takes_no_seal_from_another_sample(officer: httpx.AsyncClient) -> None:
    first, second = await taken(officer), await taken(officer)
    seal = first["form"]["sealing"]["test_seals"]
    wrong = second["form"] | {"sealing": second["form"]["sealing"] | {"test_seals": seal}}
    answer = await officer.post(
        f"/v1/samples/{second['id']}/corrections",
        json={"reason": "演示", "form": wrong},
        headers={"If-Match": f'"{second["version"]}"'},
    )
    assert [error["code"] for error in answer.json()["errors"]] == ["seal_used"]
    assert first["number"] not in answer.text and first["id"] not in answer.text


async def test_more_samples_than_the_task_asks_for_are_doubted_not_refused(officer: httpx.AsyncClient) -> None:
    task = await dispatched(officer, quantity=1)
    one = await taken(officer, form_of(FIRST, SECOND), task_id=task["id"])
    two = await taken(officer, form_of(FIRST, SECOND), task_id=task["id"])
    assert not any("超出任务数量" in doubt for doubt in one["doubts"])
    assert any("应抽 1 批次，已抽 2 批次" in doubt for doubt in two["doubts"])


async def test_a_business_chosen_by_mistake_is_told_by_its_code(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    business = await on_file(session, uscc="91330203MA00000028")
    await send_files(officer)
    party = {"licence_number": "91330203MA00000010", "business_id": str(business.id)}
    form = without_task(form_of(FIRST, SECOND, sampled_party=party))
    assert await faults_of(officer, form) == {"/form/sampled_party/business_id": ["uscc"]}


@pytest.mark.parametrize(
    ("others", "is_found"), [([], True), ([{"status": "closed"}], True), ([{"status": "suspended"}], False)]
)
async def test_a_business_is_found_by_its_code_where_a_single_open_one_has_it(
    session: AsyncSession, officer: httpx.AsyncClient, others: list[dict[str, Any]], is_found: bool
) -> None:
    business = await on_file(session)
    for other in others:
        await on_file(session, **other)
    form = form_of(FIRST, SECOND, sampled_party={"licence_number": "91330203MA00000010"})
    sample = await taken(officer, without_task(form))
    assert sample["business_id"] == (str(business.id) if is_found else None)
