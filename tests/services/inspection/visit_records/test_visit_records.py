"""Visits from offline terminals: received once, merged visibly, complete with their last file, published in time."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import TimelineEntry
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, new_business
from services.inspection.visit_records.models import VisitRecord, VisitVersion
from services.inspection.visits import service as follow_ups
from shared.clocks.service import clocks_of
from shared.contracts.clocks import ClockState
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import VisitState
from shared.ids import uuid7
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, business, whistle
from tests.services.inspection.visit_records.contents import (
    ANNA,
    BERT,
    canonical_sha256,
    edited,
    photo,
    pinned,
    published_checklist,
    saved,
    send,
    upload,
    upload_signatures,
    visit,
)

Terminal = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def anna(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU], actor_id=ANNA)


@pytest_asyncio.fixture
async def bert(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU], actor_id=BERT)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


@pytest_asyncio.fixture
async def checklist(session: AsyncSession) -> dict[str, Any]:
    return pinned(await published_checklist(session))


async def read(client: httpx.AsyncClient, record_id: UUID) -> dict[str, Any]:
    answer = await client.get(f"/v1/visit-records/{record_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def completed(terminal: httpx.AsyncClient, document: dict[str, Any]) -> UUID:
    """A visit that was sent with all its files."""
    record_id = uuid7()
    await upload_signatures(terminal)
    answer = await send(terminal, record_id, document)
    assert (answer.status_code, answer.json()["state"]) == (201, "complete"), answer.text
    return record_id


# Once


async def test_the_same_content_again_changes_nothing(
    session: AsyncSession, anna: httpx.AsyncClient, checklist: dict[str, Any]
) -> None:
    record_id, document = uuid7(), visit(checklist)
    answers = [await send(anna, record_id, document) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert {answer.headers["ETag"] for answer in answers} == {answers[0].headers["ETag"]}
    assert {answer.json()["sha256"] for answer in answers} == {canonical_sha256(document)}
    assert await session.scalar(select(func.count()).select_from(VisitVersion)) == 1
    assert len((await read(anna, record_id))["entries"]) == 1


async def test_members_in_another_order_are_the_same_content(anna: httpx.AsyncClient) -> None:
    record_id, document = uuid7(), visit()
    await send(anna, record_id, document)
    assert (await send(anna, record_id, dict(reversed(document.items())))).status_code == 200


async def test_other_content_without_a_base_is_shown_beside_what_holds_and_kept(
    session: AsyncSession, anna: httpx.AsyncClient
) -> None:
    record_id, first = uuid7(), visit(notes="先")
    second = visit(notes="后") | {"saved": saved(at=(now() + timedelta(seconds=1)).isoformat())}
    await send(anna, record_id, first)
    for _ in range(2):
        answer = await send(anna, record_id, second)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/visit-record-differs")
        assert {"pointer": "/notes", "stored": "先", "sent": "后"} in answer.json()["differences"]
    record = await read(anna, record_id)
    assert record["content"]["notes"] == "先"
    assert record["aside"] == [canonical_sha256(second)]
    assert {version["content"]["notes"] for version in record["versions"]} == {"先", "后"}
    both = await send(anna, record_id, edited(second, base=[canonical_sha256(first), canonical_sha256(second)]))
    assert both.status_code == 201, both.text
    record = await read(anna, record_id)
    assert (record["content"]["notes"], record["aside"], record["disputed"]) == ("后", [], [])


# Merging


async def test_two_who_changed_different_fields_have_both(
    anna: httpx.AsyncClient, bert: httpx.AsyncClient, checklist: dict[str, Any]
) -> None:
    record_id, first = uuid7(), visit(checklist)
    mine, theirs = edited(first, notes="甲写的"), edited(first, BERT, found={"2": "failed"})
    for terminal, document in ((anna, first), (anna, mine), (bert, theirs)):
        assert (await send(terminal, record_id, document)).status_code == 201
    record = await read(anna, record_id)
    assert record["content"]["notes"] == "甲写的"
    assert record["content"]["answers"]["2"]["finding"] == "failed"
    assert record["disputed"] == []
    assert record["heads"] == sorted([canonical_sha256(mine), canonical_sha256(theirs)])


async def test_what_two_changed_otherwise_says_who_won_and_keeps_both(
    anna: httpx.AsyncClient, bert: httpx.AsyncClient
) -> None:
    record_id, first = uuid7(), visit()
    corrected = first["answers"] | {"1": {"finding": "passed", "reason": "已改正（演示）"}}
    failed, passed = edited(first, found={"1": "failed"}), edited(first, BERT, minutes=9, answers=corrected)
    for terminal, document in ((anna, first), (bert, passed), (anna, failed)):
        answer = await send(terminal, record_id, document)
    assert answer.json()["disputed"] == ["/answers/1"]
    [dispute] = (await read(anna, record_id))["disputes"]
    assert {claim["value"]["finding"] for claim in dispute["claims"]} == {"failed", "passed"}
    assert (dispute["winner"]["by"], dispute["winner"]["value"]["finding"]) == (str(ANNA), "failed")
    assert dispute["base"] == {"finding": "passed"}
    settled = edited(passed, BERT, base=(await read(bert, record_id))["heads"])
    await send(bert, record_id, settled)
    record = await read(anna, record_id)
    assert record["disputed"] == [], "who saw both sides has decided"
    assert record["content"]["answers"]["1"]["finding"] == "passed"
    assert len(record["versions"]) == 4


async def test_a_change_that_comes_before_what_it_changes_waits_for_it(anna: httpx.AsyncClient) -> None:
    record_id, first = uuid7(), visit(notes="一")
    second = edited(first, notes="二")
    third = edited(second, notes="三")
    for document in (third, second):
        answer = await send(anna, record_id, document)
        assert (answer.status_code, answer.json()["standing"], answer.json()["state"]) == (202, "waiting", "waiting")
    assert (await send(anna, record_id, first)).status_code == 201
    record = await read(anna, record_id)
    assert (record["content"]["notes"], record["heads"], record["waiting"]) == ("三", [canonical_sha256(third)], [])


# Complete


async def test_a_visit_is_complete_only_when_all_its_files_are_in(
    session: AsyncSession, anna: httpx.AsyncClient, checklist: dict[str, Any]
) -> None:
    content, sha256 = photo(1)
    record_id = uuid7()
    document = visit(checklist)
    document["answers"]["1"]["photos"] = [sha256, sha256]
    answer = await send(anna, record_id, document)
    assert (answer.json()["state"], len(answer.json()["missing_files"])) == ("awaiting_files", 4)
    await upload_signatures(anna)
    assert (await read(anna, record_id))["missing_files"] == [sha256]
    assert await clocks_of(session, "visit_record", record_id) == []
    await upload(anna, content)
    record = await read(anna, record_id)
    assert (record["state"], record["missing_files"]) == ("complete", [])
    [judged] = record["judgements"]
    assert judged["verdict"] == "符合"
    assert judged["judgement"]["steps"]
    [clock] = await clocks_of(session, "visit_record", record_id)
    assert clock.triggered_at.isoformat() == document["ended_at"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"inspectors": [{"user_id": str(ANNA), "name": "演示检查员甲（虚构）"}] * 2}, "/inspectors"),
        ({"identity_shown": False}, "/identity_shown"),
        ({"recusal": None}, "/recusal"),
        ({"recusal": "requested"}, "/recusal_note"),
        ({"position": None}, "/position"),
        ({"ended_at": None}, "/ended_at"),
        ({"checklist": None}, "/checklist"),
        ({"unregistered_place": ""}, "/business_id"),
        ({"signatures": []}, "/signatures"),
    ],
)
async def test_a_finished_visit_says_what_it_lacks_and_is_kept(
    anna: httpx.AsyncClient, checklist: dict[str, Any], change: dict[str, Any], pointer: str
) -> None:
    answer = await send(anna, uuid7(), visit(**({"checklist": checklist} | change)))
    assert (answer.status_code, answer.json()["state"]) == (201, "incomplete"), answer.text
    assert pointer in [fault["pointer"] for fault in answer.json()["faults"]]


async def test_who_refuses_to_sign_is_witnessed_and_filmed(anna: httpx.AsyncClient, checklist: dict[str, Any]) -> None:
    film, sha256 = photo(7)
    document = visit(checklist, refusal={"note": "拒不签名（演示）", "witness": "演示见证人（虚构）", "video": sha256})
    document["signatures"] = document["signatures"][:2]
    record_id = uuid7()
    await upload_signatures(anna)
    assert (await send(anna, record_id, document)).json()["missing_files"] == [sha256]
    await upload(anna, film)
    assert (await read(anna, record_id))["state"] == "complete"


async def test_a_failure_added_later_is_judged_anew_beside_the_old_verdict(
    session: AsyncSession, anna: httpx.AsyncClient, checklist: dict[str, Any]
) -> None:
    document = visit(checklist)
    record_id = await completed(anna, document)
    await send(anna, record_id, edited(document, found={"1": "failed"}))
    record = await read(anna, record_id)
    assert [judged["verdict"] for judged in record["judgements"]] == ["符合", "不符合"]
    assert len(await clocks_of(session, "visit_record", record_id)) == 1, "a correction does not put the duty off"


async def test_the_business_knows_of_it_in_its_timeline(
    session: AsyncSession, anna: httpx.AsyncClient, checklist: dict[str, Any]
) -> None:
    made = new_business(uuid7(), BusinessWrite.model_validate(business()))
    await enter(session, [made], None)
    await completed(anna, visit(checklist, business_id=str(made.id), unregistered_place=""))
    told = await session.scalars(select(TimelineEntry.kind).where(TimelineEntry.business_id == made.id))
    assert [kind.value for kind in told] == ["registered", "inspected"]


# Clocks of devices


async def test_a_wrong_clock_is_corrected_beside_what_it_said(
    anna: httpx.AsyncClient, checklist: dict[str, Any]
) -> None:
    hour = timedelta(hours=1)
    sent = now() - timedelta(minutes=30)
    contact = {
        "sent_at": (sent + hour).isoformat(),
        "received_at": (sent + timedelta(seconds=1)).isoformat(),
        "answered_at": (sent + timedelta(seconds=1)).isoformat(),
        "got_at": (sent + hour + timedelta(seconds=2)).isoformat(),
    }
    began = now() - timedelta(hours=2)
    document = visit(checklist, began_at=(began + hour).isoformat(), ended_at=(began + 1.5 * hour).isoformat())
    document["saved"] |= {"contacts": [contact], "at": (now() + hour - timedelta(minutes=5)).isoformat()}
    record_id = uuid7()
    await send(anna, record_id, document)
    record = await read(anna, record_id)
    assert record["began_at"] == began.isoformat().replace("+00:00", "Z")
    assert record["content"]["began_at"] == document["began_at"], "what the device said stays"
    [version] = record["versions"]
    assert (version["skew_ms"], version["skew_error_ms"], version["clock_moved"]) == (-3_600_000, 1000, False)


async def test_without_contacts_the_time_of_sending_tells_the_skew(anna: httpx.AsyncClient) -> None:
    record_id = uuid7()
    await send(anna, record_id, visit(), **{"Sent-At": (now() + timedelta(hours=2)).isoformat()})
    [version] = (await read(anna, record_id))["versions"]
    assert -7_200_000 <= version["skew_ms"] < -7_190_000
    assert version["skew_error_ms"] is None


# Follow-up tasks


async def test_a_record_answers_a_follow_up_task(session: AsyncSession, anna: httpx.AsyncClient) -> None:
    task = await follow_ups.schedule(session, whistle(blown_at=now() - timedelta(days=1)))
    found = {"visit_id": str(task.id), "outcome": "corrected", "notes": "问题批次已封存（演示）"}
    record_id = await completed(anna, visit(kind="follow_up", follow_up=found))
    assert task.state is VisitState.COMPLETED
    assert (await read(anna, record_id))["judgements"][0]["verdict"] is None
    another = await send(anna, uuid7(), visit(kind="follow_up", follow_up=found))
    assert another.status_code == 202
    assert [reason["code"] for reason in another.json()["reasons"]] == ["task_closed"]


# Publishing


async def test_a_result_is_published_once_and_corrected_with_a_reason(
    session: AsyncSession,
    anna: httpx.AsyncClient,
    office: httpx.AsyncClient,
    client_of: ClientOf,
    checklist: dict[str, Any],
) -> None:
    made = new_business(uuid7(), BusinessWrite.model_validate(business()))
    await enter(session, [made], None)
    owner = await client_of(Unit.INSPECTION, Role.BUSINESS, business_id=made.id)
    rival = await client_of(Unit.INSPECTION, Role.BUSINESS, business_id=uuid4())
    document = visit(checklist, business_id=str(made.id), unregistered_place="")
    record_id = await completed(anna, document)
    assert (await owner.get("/v1/visit-results")).json()["items"] == []

    async def publish(**body: Any) -> httpx.Response:
        version = (await office.get(f"/v1/visit-records/{record_id}")).headers["ETag"]
        return await office.post(f"/v1/visit-records/{record_id}/publication", json=body, headers={"If-Match": version})

    assert (await publish()).status_code == 200
    assert (await publish()).json()["type"] == "/problems/visit-result-published"
    [clock] = await clocks_of(session, "visit_record", record_id)
    assert clock.state is ClockState.MET
    await send(anna, record_id, edited(document, found={"2": "failed"}))
    assert (await publish()).status_code == 422, "a correction says why"
    corrected = await publish(note="复核更正（演示）")
    assert [one["current"] for one in corrected.json()["publications"]] == [False, True]
    [result] = (await owner.get("/v1/visit-results")).json()["items"]
    assert result["result"]["verdict"] == "基本符合"
    assert result["result"]["failed"] == [{"number": "2", "reason": "（演示）"}]
    assert "inspectors" not in result["result"]
    assert (await rival.get("/v1/visit-results")).json()["items"] == []


async def test_what_is_not_complete_is_not_published(anna: httpx.AsyncClient, office: httpx.AsyncClient) -> None:
    record_id = uuid7()
    answer = await send(anna, record_id, visit(finished=False))
    refused = await office.post(
        f"/v1/visit-records/{record_id}/publication", json={}, headers={"If-Match": answer.headers["ETag"]}
    )
    assert refused.json()["type"] == "/problems/visit-result-not-formed"


# Who


async def test_records_are_read_in_the_own_regions_only(anna: httpx.AsyncClient, client_of: ClientOf) -> None:
    record_id = uuid7()
    await send(anna, record_id, visit())
    stranger = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    assert (await stranger.get(f"/v1/visit-records/{record_id}")).status_code == 404
    assert (await stranger.get("/v1/visit-records")).json()["items"] == []
    colleague = await client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])
    assert [item["id"] for item in (await colleague.get("/v1/visit-records")).json()["items"]] == [str(record_id)]
    assert (await send(colleague, uuid7(), visit())).status_code == 403


async def test_two_visits_of_one_business_at_one_time_are_shown_to_each_other(
    session: AsyncSession, anna: httpx.AsyncClient, checklist: dict[str, Any]
) -> None:
    made = new_business(uuid7(), BusinessWrite.model_validate(business()))
    await enter(session, [made], None)
    one, other = uuid7(), uuid7()
    for record_id in (one, other):
        await send(anna, record_id, visit(checklist, business_id=str(made.id)))
    [found] = (await read(anna, one))["possible_duplicates"]
    assert found == {"record_id": str(other), "reasons": ["检查时间重叠", "同一检查人员同日检查同一主体"]}
    records = await session.scalars(select(VisitRecord.id))
    assert set(records) == {one, other}, "nothing is dropped"


async def test_disputed_records_can_be_listed(anna: httpx.AsyncClient, bert: httpx.AsyncClient) -> None:
    quiet, loud, first = uuid7(), uuid7(), visit()
    await send(anna, quiet, first)
    for terminal, document in (
        (anna, first),
        (anna, edited(first, notes="甲")),
        (bert, edited(first, BERT, notes="乙")),
    ):
        await send(terminal, loud, document)
    listed = (await anna.get("/v1/visit-records?contested=true")).json()["items"]
    assert [(item["id"], item["disputed"]) for item in listed] == [(str(loud), ["/notes"])]
