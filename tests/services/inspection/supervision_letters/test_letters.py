"""From a draft to a reply: who may take which step, what a letter says, and that nothing issued is changed."""

import io
import re
import zipfile
from html import unescape
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.supervision_letters.kinds import LetterKind
from shared.contracts.codes import Role, Unit
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.inspection.corrections.making import FAILED, found, on_file, ordered
from tests.services.inspection.corrections.making import done as correct
from tests.services.inspection.corrections.making import read as correction
from tests.services.inspection.factories import HAISHU, NANHAI
from tests.services.inspection.supervision_letters.making import (
    FIELDS,
    SERVED,
    act,
    an_issuer,
    done,
    drafted,
    issued,
    letter,
    post,
)
from tests.shared.documents.reading import pages_of

YEAR = day_of(now()).year


async def read(client: httpx.AsyncClient, letter_id: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/supervision-letters/{letter_id}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


@pytest.mark.parametrize("kind", list(LetterKind))
async def test_each_of_the_four_goes_from_draft_to_reply_on_its_own_clock(
    officer: httpx.AsyncClient, leader: httpx.AsyncClient, kind: LetterKind
) -> None:
    issuer_id = await an_issuer(leader)
    shown = await issued(officer, leader, issuer_id, kind.value)
    assert (shown["number"], shown["position"]) == (f"演食安办{kind.mark}〔{YEAR}〕1号", 1)
    assert any("内" in text and f"{shown['reply_length']}" in text for text in shown["paragraphs"])
    assert not any("{" in text for text in shown["paragraphs"]), "everything is filled in"
    assert shown["clock"] is None, "the time for the reply runs from service"
    served = await done(officer, shown["id"], "service", **SERVED)
    clock = served["clock"]
    assert (clock["code"], clock["state"], clock["verified"]) == (kind.reply_code, "running", False)
    replied = await done(officer, shown["id"], "reply", note="已办理（演示）")
    assert (replied["state"], replied["clock"]["state"]) == ("replied", "met")
    assert [entry["kind"] for entry in replied["entries"]] == ["drafted", "submitted", "issued", "served", "replied"]


async def test_numbers_run_without_gaps_for_each_issuer_kind_and_year(
    officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    one, other = await an_issuer(leader), await an_issuer(leader, "演市监")
    numbers = [(await issued(officer, leader, one, kind))["number"] for kind in ("interview", "reminder", "interview")]
    numbers.append((await issued(officer, leader, other))["number"])
    assert [number[-2:] for number in numbers] == ["1号", "1号", "2号", "1号"]
    refused = await drafted(officer, one)
    assert (await act(leader, refused, "issue")).status_code == 409
    assert (await issued(officer, leader, one))["number"].endswith("〕3号"), "a refused step takes no number"


async def test_whoever_prepared_it_does_not_approve_it(
    officer: httpx.AsyncClient, leader: httpx.AsyncClient, client_of: ClientOf
) -> None:
    issuer_id = await an_issuer(leader)
    both = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, Role.LEADER, regions=[HAISHU])
    own = await drafted(both, issuer_id)
    await done(both, own, "submission")
    assert "另一位领导" in (await act(both, own, "issue")).json()["detail"]
    assert (await act(officer, own, "issue")).status_code == 403
    await done(leader, own, "return", note="请补充依据（演示）")
    assert (await read(officer, own))["state"] == "draft"


async def test_a_draft_may_lack_fields_but_not_have_wrong_ones_and_a_submitted_one_is_whole(
    officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    issuer_id = await an_issuer(leader)
    fields = FIELDS["interview"] | {"held_at": "下周一", "unknown": "x"}
    refused = await post(officer, "/v1/supervision-letters", letter(issuer_id, fields=fields))
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/fields/unknown", "/fields/held_at"]
    draft = await drafted(officer, issuer_id, fields={"reason": "逾期（演示）"})
    lacking = await act(officer, draft, "submission")
    assert {error["pointer"] for error in lacking.json()["errors"]} == {
        f"/fields/{name}" for name in ("basis", "held_at", "place", "attendees")
    }


async def test_an_issued_letter_is_never_changed_and_withdrawn_only_by_one_in_its_place(
    officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    issuer_id = await an_issuer(leader)
    old = await issued(officer, leader, issuer_id)
    await done(officer, old["id"], "service", **SERVED)
    path = f"/v1/supervision-letters/{old['id']}"
    version = (await officer.get(path)).headers["ETag"]
    assert (await officer.put(path, json=letter(issuer_id), headers={"If-Match": version})).status_code == 409
    wrong = await post(officer, "/v1/supervision-letters", letter(issuer_id, "reminder", supersedes_id=old["id"]))
    assert wrong.json()["errors"][0]["pointer"] == "/supersedes_id"
    new = await issued(officer, leader, issuer_id, supersedes_id=old["id"])
    assert any(old["number"] in text for text in new["paragraphs"])
    gone = await read(officer, old["id"])
    assert (gone["state"], gone["superseded_by"], gone["clock"]["state"]) == ("withdrawn", new["id"], "cancelled")
    assert gone["paragraphs"] == old["paragraphs"], "what it said stays"
    late = await drafted(officer, issuer_id)
    again = letter(issuer_id, supersedes_id=old["id"])
    assert (await post(officer, "/v1/supervision-letters", again)).status_code == 409
    assert (await read(officer, late))["state"] == "draft"


async def test_an_interview_escalates_the_corrections_it_names_and_only_those_missed_or_failed(
    session: AsyncSession, client_of: ClientOf, officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    inspector = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])
    issuer_id = await an_issuer(leader)
    failed, running = await found(session), await found(session)
    await ordered(inspector, failed.id)
    await ordered(inspector, running.id)
    await correct(inspector, failed.id, "rechecks", **FAILED)
    early = await drafted(officer, issuer_id, correction_ids=[str(running.id)])
    await done(officer, early, "submission")
    assert "不能升级" in (await act(leader, early, "issue")).json()["detail"]
    shown = await issued(officer, leader, issuer_id, correction_ids=[str(failed.id)])
    assert shown["number"].endswith("〕1号"), "the refused issue gave its number back"
    entry = (await correction(inspector, failed.id))["entries"][-1]
    assert (entry["kind"], entry["note"]) == ("interviewed", f"责任约谈通知书 {shown['number']}")


async def test_a_business_sees_what_was_served_on_it_and_answers(
    session: AsyncSession, client_of: ClientOf, officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    owner = await on_file(session)
    issuer_id = await an_issuer(leader)
    to_owner: dict[str, Any] = {"business_id": str(owner.id), "addressee": None, "region_code": None}
    shown = await issued(officer, leader, issuer_id, **to_owner)
    other = await issued(officer, leader, issuer_id)
    trader = await client_of(Unit.INSPECTION, Role.BUSINESS, regions=[HAISHU], business_id=owner.id)
    path = f"/v1/supervision-letters/{shown['id']}"
    assert (await trader.get(path)).status_code == 404, "not yet served"
    await done(officer, shown["id"], "service", **SERVED)
    await done(officer, other["id"], "service", **SERVED)
    assert [item["id"] for item in (await trader.get("/v1/supervision-letters")).json()["items"]] == [shown["id"]]
    seen = await read(trader, shown["id"])
    assert (seen["prepared_by_name"], [entry["kind"] for entry in seen["entries"]]) == ("", ["issued", "served"])
    assert (await trader.get(f"{path}/document")).status_code == 200
    early = await act(trader, shown["id"], "reply", note="已整改（演示）", at=now().isoformat())
    assert early.json()["errors"][0]["pointer"] == "/at"
    assert (await done(trader, shown["id"], "reply", note="已整改（演示）"))["state"] == "replied"


async def test_letters_are_seen_in_the_own_regions_only(
    officer: httpx.AsyncClient, leader: httpx.AsyncClient, client_of: ClientOf
) -> None:
    issuer_id = await an_issuer(leader)
    draft = await drafted(officer, issuer_id)
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert (await stranger.get("/v1/supervision-letters")).json()["items"] == []
    assert (await act(stranger, draft, "submission")).status_code == 404
    assert (await post(stranger, "/v1/supervision-letters", letter(issuer_id))).status_code == 404
    assert (await stranger.get(f"/v1/letter-issuers/{issuer_id}/chain")).status_code == 404
    assert (await post(officer, "/v1/supervision-letters", letter(issuer_id, region_code=NANHAI))).status_code == 403


async def test_the_document_shows_the_hash_it_can_be_checked_by_and_is_the_same_every_time(
    officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    issuer_id = await an_issuer(leader)
    hostile = FIELDS["interview"] | {"place": "<script>alert(1)</script>&（演示）"}
    shown = await issued(officer, leader, issuer_id, fields=hostile)
    path = f"/v1/supervision-letters/{shown['id']}"
    first, second = [(await officer.get(f"{path}/document")).content for _ in range(2)]
    assert first == second
    archive = zipfile.ZipFile(io.BytesIO(first))
    assert archive.testzip() is None
    words = "".join(ElementTree.fromstring(archive.read("word/document.xml")).itertext())
    for expected in (
        shown["number"],
        shown["content_sha256"],
        shown["chain_sha256"],
        "<script>",
        "演示小吃店（虚构）：",
    ):
        assert expected in words
    page = await officer.get(f"{path}/page")
    assert shown["content_sha256"] in page.text
    assert "<script>" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


async def test_the_pdf_says_the_same_and_is_the_same_every_time(
    officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    shown = await issued(officer, leader, await an_issuer(leader))
    path = f"/v1/supervision-letters/{shown['id']}"
    first, second = [(await officer.get(f"{path}/pdf")).content for _ in range(2)]
    assert first == second
    words = "".join(pages_of(first))
    printed = (await officer.get(f"{path}/page")).text
    for paragraph in re.findall(r"<p>([^<]+)</p>", printed):
        assert unescape(paragraph).replace("\n", "") in words


async def test_what_no_paper_shows_is_refused_and_what_the_font_lacks_is_marked(
    officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    issuer_id = await an_issuer(leader)
    for hidden in ("\ufffe", "\x0b", "\u202e", "\u200b"):
        fields = FIELDS["reminder"] | {"situation": f"演示{hidden}情况"}
        refused = await post(officer, "/v1/supervision-letters", letter(issuer_id, "reminder", fields=fields))
        assert [error["pointer"] for error in refused.json()["errors"]] == ["/fields/situation"]
        refused = await post(officer, "/v1/supervision-letters", letter(issuer_id, addressee=f"演示{hidden}店"))
        assert [error["pointer"] for error in refused.json()["errors"]] == ["/addressee"]
    fields = FIELDS["reminder"] | {"situation": "王\U00020bb7（虚构）\r\n另有一行"}
    shown = await issued(officer, leader, issuer_id, "reminder", fields=fields)
    words = "".join(pages_of((await officer.get(f"/v1/supervision-letters/{shown['id']}/pdf")).content))
    assert "王〓（虚构）" in words
    assert "U+20BB7" in words
    assert "\U00020bb7" in (await officer.get(f"/v1/supervision-letters/{shown['id']}/page")).text


async def test_a_draft_prints_as_one_and_has_no_document(officer: httpx.AsyncClient, leader: httpx.AsyncClient) -> None:
    draft = await drafted(officer, await an_issuer(leader))
    page = await officer.get(f"/v1/supervision-letters/{draft}/page")
    assert "草稿：没有编号，不具效力" in page.text
    for part in ("document", "pdf"):
        assert (await officer.get(f"/v1/supervision-letters/{draft}/{part}")).status_code == 409


async def test_a_bureaus_own_form_is_checked_and_used_from_its_day(
    officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    shipped = (await officer.get("/v1/letter-templates")).json()
    assert {row["verified"] for row in shipped} == {False}
    field = {"name": "what", "label": "事项", "type": "text", "required": True, "max_length": 100}
    form = {"kind": "reminder", "valid_from": "2026-01-01", "source": "本区格式（演示）", "verified": True}
    bad = form | {"fields": [field, field | {"name": "idle"}], "paragraphs": ["请办理{wat}", "落款}"]}
    refused = await post(leader, "/v1/letter-templates", bad)
    assert [error["pointer"] for error in refused.json()["errors"]] == [
        *("/fields/0/name", "/fields/1/name", "/paragraphs/0", "/paragraphs/1")
    ]
    added = await post(leader, "/v1/letter-templates", form | {"fields": [field], "paragraphs": ["请办理{what}。"]})
    assert (added.status_code, added.json()["number"]) == (201, 2)
    issuer_id = await an_issuer(leader)
    shown = await issued(officer, leader, issuer_id, "reminder", fields={"what": "节前检查（演示）"})
    assert shown["paragraphs"] == ["请办理节前检查（演示）。"]


async def test_an_issuer_is_known_by_its_abbreviation_once(leader: httpx.AsyncClient) -> None:
    await an_issuer(leader)
    body = {"region_code": HAISHU, "name": "另一机关（虚构）", "abbreviation": "演食安办"}
    assert (await post(leader, "/v1/letter-issuers", body)).status_code == 409


async def test_a_reply_longer_or_shorter_than_the_rule_is_what_the_letter_says(
    officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    shown = await issued(officer, leader, await an_issuer(leader), reply_length=3)
    assert any("3 个工作日内" in text for text in shown["paragraphs"])
    served = await done(officer, shown["id"], "service", **SERVED)
    assert served["clock"]["remaining"]["count"] == 3
    assert UUID(served["clock"]["object_id"]) == UUID(shown["id"])
