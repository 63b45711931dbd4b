"""Whatever a terminal sends is kept: doubtful contents wait for an office, unreadable ones stay as bytes."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, new_business
from services.inspection.checklists.models import Origin
from services.inspection.checklists.service import new_draft
from services.inspection.visit_records.service import MAX_KEPT_BYTES
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.checklists.lists import item
from tests.services.inspection.factories import HAISHU, NANHAI, OTHER_STREET, business
from tests.services.inspection.visit_records.contents import (
    ANNA,
    BERT,
    edited,
    list_content,
    pinned,
    published_checklist,
    saved,
    send,
    upload_signatures,
    visit,
)

Document = dict[str, Any]


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


async def waiting(office: httpx.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await office.get("/v1/quarantined-deliveries")).json()["items"]
    return items


async def decide(office: httpx.AsyncClient, kept: dict[str, Any], step: str) -> httpx.Response:
    return await office.post(
        f"/v1/quarantined-deliveries/{kept['id']}/{step}",
        json={"reason": "已电话核实（演示）"},
        headers={"If-Match": f'"{kept["version"]}"'},
    )


DOUBTS: dict[str, Callable[[Document], Document]] = {
    "business_unknown": lambda document: document | {"business_id": str(uuid4())},
    "outside_region": lambda document: document | {"region_code": "440605000000", "authority_code": "440605000000"},
    "region_unknown": lambda document: document | {"region_code": "999999000000"},
    "authority": lambda document: document | {"authority_code": "440605000000"},
    "long_ago": lambda document: (
        document | {"began_at": (now() - timedelta(days=400)).isoformat(), "ended_at": now().isoformat()}
    ),
    "in_future": lambda document: (
        document | {name: (now() + timedelta(days=200)).isoformat() for name in ("began_at", "ended_at")}
    ),
    "handed_in_by_other": lambda document: document | {"saved": saved(BERT)},
    "task_unknown": lambda document: (
        document | {"follow_up": {"visit_id": str(uuid4()), "outcome": "in_order", "notes": "无异常（演示）"}}
    ),
    "checklist_unknown": lambda document: (
        document | {"checklist": {"code": "demo", "number": 1, "version_id": str(uuid4()), "sha256": "0" * 64}}
    ),
}


@pytest.mark.parametrize("doubt", DOUBTS)
async def test_a_doubtful_visit_waits_and_counts_once_an_office_has_released_it(
    anna: httpx.AsyncClient, office: httpx.AsyncClient, client_of: ClientOf, doubt: str
) -> None:
    document, record_id = DOUBTS[doubt](visit()), uuid7()
    for _ in range(2):
        answer = await send(anna, record_id, document)
        assert (answer.status_code, answer.json()["standing"]) == (202, "quarantined"), answer.text
        assert doubt in [reason["code"] for reason in answer.json()["reasons"]]
    region = document["region_code"]
    theirs = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[region, HAISHU])
    if doubt != "region_unknown":  # nobody has such a region; who handed it in still sees it
        [kept] = await waiting(theirs)
        assert (await decide(theirs, kept, "release")).json()["state"] == "released"
        assert (await send(anna, record_id, document)).json()["standing"] == "accepted"
        assert await waiting(theirs) == []


async def test_what_was_found_of_an_item_that_the_list_does_not_have_is_not_dropped(
    session: AsyncSession, anna: httpx.AsyncClient
) -> None:
    document = visit(pinned(await published_checklist(session)))
    document["answers"]["99.9"] = {"finding": "failed", "reason": "另一版的条目（演示）"}
    answer = (await send(anna, uuid7(), document)).json()
    assert answer["standing"] == "quarantined"
    assert [(one["code"], one["pointer"]) for one in answer["reasons"]] == [("item_unknown", "/answers/99.9")]


async def test_what_is_filed_never_counts_and_stays_readable(
    anna: httpx.AsyncClient, bert: httpx.AsyncClient, office: httpx.AsyncClient
) -> None:
    record_id, first = uuid7(), visit()
    await send(anna, record_id, first)
    doubtful = edited(first, BERT, notes="不采用（演示）")
    assert (await send(anna, record_id, doubtful)).json()["standing"] == "quarantined"
    [kept] = await waiting(office)
    assert (await decide(office, kept, "filing")).json()["state"] == "filed"
    assert (await decide(office, kept | {"version": 2}, "release")).json()["type"] == "/problems/quarantine-decided"
    assert (await send(bert, record_id, doubtful)).json()["standing"] == "filed"
    record = (await office.get(f"/v1/visit-records/{record_id}")).json()
    assert "notes" not in record["content"]
    detail = (await office.get(f"/v1/quarantined-deliveries/{kept['id']}")).json()
    assert detail["content"] == doubtful
    assert detail["decision"] == "已电话核实（演示）"


async def test_a_disabled_officers_visits_are_handed_in_by_another_and_stay_his(
    bert: httpx.AsyncClient, anna: httpx.AsyncClient, office: httpx.AsyncClient
) -> None:
    record_id, document = uuid7(), visit()
    answer = await send(bert, record_id, document)
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["handed_in_by_other"]
    [kept] = await waiting(office)
    await decide(office, kept, "release")
    [version] = (await office.get(f"/v1/visit-records/{record_id}")).json()["versions"]
    assert (version["author_id"], version["handed_in_by"]) == (str(ANNA), str(BERT))
    again = uuid7()
    await send(bert, again, document)
    assert (await send(anna, again, document)).json()["standing"] == "accepted", "the author himself is no doubt"
    assert await waiting(office) == []


async def test_a_business_that_moved_is_looked_at_where_the_visit_was_made(
    session: AsyncSession, anna: httpx.AsyncClient
) -> None:
    made = new_business(uuid7(), BusinessWrite.model_validate(business(region_code=OTHER_STREET)))
    await enter(session, [made], None)
    answer = await send(anna, uuid7(), visit(business_id=str(made.id)))
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["business_moved"]


async def test_a_business_entered_since_is_no_doubt_when_it_is_sent_again(
    session: AsyncSession, anna: httpx.AsyncClient
) -> None:
    business_id, record_id = uuid7(), uuid7()
    document = visit(business_id=str(business_id))
    assert (await send(anna, record_id, document)).status_code == 202
    await enter(session, [new_business(business_id, BusinessWrite.model_validate(business()))], None)
    assert (await send(anna, record_id, document)).json()["standing"] == "accepted"


async def test_old_withdrawn_and_changed_versions_of_a_list_are_doubted(
    session: AsyncSession, anna: httpx.AsyncClient
) -> None:
    version = await published_checklist(session)
    document = visit(pinned(version))
    changed = document | {"checklist": pinned(version) | {"sha256": "1" * 64}}
    assert await codes_of(anna, changed) == ["checklist_hash"]
    other = new_draft(
        version.checklist, list_content(sections=[{"title": "新", "items": [item("9", key=True)]}]), Origin.BUREAU, None
    )
    assert await codes_of(anna, document | {"checklist": pinned(other)}) == ["checklist_draft"]
    other.publish(date(2021, 1, 1), None, now() - timedelta(days=3))
    await session.flush()
    assert await codes_of(anna, document) == ["checklist_old"]
    version.withdraw("文字有误（演示）", ANNA, now() - timedelta(days=1))
    await session.flush()
    assert await codes_of(anna, document) == ["checklist_withdrawn"]
    before = {"began_at": (now() - timedelta(days=9)).isoformat(), "ended_at": (now() - timedelta(days=9)).isoformat()}
    assert await codes_of(anna, document | before) == [], "what was in use then was right then"


async def codes_of(anna: httpx.AsyncClient, document: Document) -> list[str]:
    return [reason["code"] for reason in (await send(anna, uuid7(), document)).json()["reasons"]]


async def test_somebody_elses_record_is_not_begun_anew(anna: httpx.AsyncClient, bert: httpx.AsyncClient) -> None:
    record_id = uuid7()
    await send(anna, record_id, visit(notes="甲"))
    answer = await send(bert, record_id, visit(notes="乙", saved=saved(BERT, at="2000-01-01T00:00:00Z")))
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["id_in_use"]
    assert (await anna.get(f"/v1/visit-records/{record_id}")).json()["content"]["notes"] == "甲"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff\xfe not json", "unreadable"),
        (b"[]", "unreadable"),
        (b'{"kind": 1.5}', "unreadable"),
        (b'{"kind": "routine", "kind": "flight"}', "unreadable"),
        (b'{"notes": "\\u0000"}', "characters"),
        (json.dumps(visit() | {"surprise": 1}).encode(), "extra_forbidden"),
        (json.dumps(visit() | {"began_at": "gestern"}).encode(), "datetime_from_date_parsing"),
        (b"[" * 100_000, "unreadable"),
    ],
)
async def test_what_cannot_be_read_is_kept_as_it_came(
    anna: httpx.AsyncClient, office: httpx.AsyncClient, body: bytes, code: str
) -> None:
    record_id = uuid7()
    for _ in range(2):
        answer = await anna.put(
            f"/v1/visit-records/{record_id}",
            content=body,
            headers={"Content-Type": "application/vnd.shian.visit+json"},
        )
        assert (answer.status_code, answer.json()["standing"]) == (202, "quarantined"), answer.text
    [kept] = await waiting(office)
    assert code in [reason["code"] for reason in kept["reasons"]]
    assert all(reason["message"] for reason in kept["reasons"])
    detail = (await office.get(f"/v1/quarantined-deliveries/{kept['id']}")).json()
    assert detail["text"] == body.decode("utf-8", "replace").replace("\x00", "\ufffd")
    assert (await decide(office, kept, "release")).json()["type"] == "/problems/quarantine-not-readable"
    assert (await decide(office, kept, "filing")).json()["state"] == "filed"


async def test_of_bytes_without_end_a_part_is_kept_and_of_too_many_nothing_is_taken(
    anna: httpx.AsyncClient, office: httpx.AsyncClient
) -> None:
    address = f"/v1/visit-records/{uuid7()}"
    assert (await anna.put(address, content=b"x" * (MAX_KEPT_BYTES + 1))).status_code == 202
    [kept] = await waiting(office)
    assert [reason["code"] for reason in kept["reasons"]] == ["unreadable", "cut"]
    detail = (await office.get(f"/v1/quarantined-deliveries/{kept['id']}")).json()
    assert len(detail["text"]) == MAX_KEPT_BYTES
    assert (await anna.put(address, content=b"x" * (3 << 20))).status_code == 413


async def test_a_wrong_hash_and_a_wrong_id_are_doubts_too(anna: httpx.AsyncClient) -> None:
    answer = await send(anna, uuid7(), visit(), **{"Content-SHA256": "0" * 64})
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["hash"]
    answer = await send(anna, uuid4(), visit())
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["identifier"]


async def test_the_quarantine_is_decided_by_an_office_of_the_region(
    anna: httpx.AsyncClient, office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    await send(anna, uuid7(), visit(saved=saved(BERT)))
    [kept] = await waiting(office)
    assert (await decide(anna, kept, "release")).status_code == 403
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert await waiting(stranger) == []
    assert (await decide(stranger, kept, "release")).status_code == 404


async def test_a_released_visit_is_complete_with_files_that_came_meanwhile(
    session: AsyncSession, bert: httpx.AsyncClient, office: httpx.AsyncClient
) -> None:
    checklist = pinned(await published_checklist(session))
    record_id: UUID = uuid7()
    await send(bert, record_id, visit(checklist))
    await upload_signatures(bert)
    [kept] = await waiting(office)
    await decide(office, kept, "release")
    record = (await office.get(f"/v1/visit-records/{record_id}")).json()
    assert (record["state"], record["judgements"][0]["verdict"]) == ("complete", "符合")
