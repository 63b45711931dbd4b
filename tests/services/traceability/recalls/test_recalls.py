"""A recall from its opening to its end over HTTP: who is held, told and heard, and what a verifier finds."""

import asyncio
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.lots.models import Lot, LotHold
from services.traceability.recall_requests.subscribers import on_recall_requested, on_sample_concluded
from services.traceability.recalls import verifier
from shared.clocks.service import clocks_of
from shared.contracts.clocks import ClockState
from shared.contracts.codes import Role, Unit
from shared.contracts.traceability import HoldState
from shared.events.models import OutboxEvent
from tests.conftest import ClientOf, SessionOf
from tests.factories.statutory_sampling import passed_after_all, recall_requested
from tests.services.traceability.epcis_queries.worlds import HAISHU, NANHAI
from tests.services.traceability.subjects.activating import shop
from tests.services.traceability.tickets.trading import line, purchase, received, sale, sold
from tests.services.traceability.traces.chains import Member, lot, register, tell
from tests.services.traceability.traces.test_traces import told


@pytest.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.TRACEABILITY)


@pytest.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.TRACEABILITY, Role.CASE_HANDLER, regions=[HAISHU])


@pytest.fixture
def members() -> dict[str, Member]:
    return {
        "farm": Member(1, "演示养殖场（虚构）"),
        "kitchen": Member(2, "演示熟食坊（虚构）"),
        "shop": Member(3, "演示熟食店（虚构）"),
    }


async def opened(officer: httpx.AsyncClient, **changed: Any) -> dict[str, Any]:
    body = {
        "code": lot("COOKED"),
        "product_name": "演示酱鸭（虚构）",
        "reason": "监督抽检不合格（演示）",
        "region_code": HAISHU,
    }
    headers = {"Idempotency-Key": uuid4().hex}
    answer = await officer.post("/v1/recalls", json=body | {"level": "1"} | changed, headers=headers)
    assert answer.status_code == 201, answer.text
    read: dict[str, Any] = answer.json()
    return read


async def step(client: httpx.AsyncClient, read: dict[str, Any], name: str, **body: Any) -> httpx.Response:
    kind = "recall-notices" if "holder_key" in read else "recalls"
    headers = {"If-Match": f'"{read["version"]}"'}
    return await client.post(f"/v1/{kind}/{read['id']}/{name}", json=body, headers=headers)


async def done(client: httpx.AsyncClient, read: dict[str, Any], name: str, **body: Any) -> dict[str, Any]:
    answer = await step(client, read, name, **body)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def said(notice: dict[str, Any], stock: str, returned: str, destroyed: str) -> list[dict[str, str]]:
    amounts = {"stock": stock, "returned": returned, "destroyed": destroyed}
    return [{"key": line["key"], "unit": line["unit"], **amounts} for line in notice["lines"]]


async def test_opening_finds_holds_and_freezes(
    session: AsyncSession, members: dict[str, Member], officer: httpx.AsyncClient
) -> None:
    await told(session, members)
    read = await opened(officer)
    assert {notice["holder_name"] for notice in read["notices"]} == {members["kitchen"].name, members["shop"].name}
    left = {n["holder_name"]: [(line["left"], line["sold"]) for line in n["lines"]] for n in read["notices"]}
    assert left[members["shop"].name] == [("5", "55")]
    holds = (await session.scalars(select(LotHold).where(LotHold.state == HoldState.IN_FORCE))).all()
    assert sorted(str(hold.id) for hold in holds) == sorted(one for n in read["notices"] for one in n["holds"])
    [scope] = read["scopes"]
    assert scope["complete"] and scope["gaps"] == 0 and len(scope["sha256"]) == 64
    [clock] = await clocks_of(session, "recall", read["id"])
    assert (clock.code, (clock.due_at - clock.triggered_at).total_seconds()) == ("recall_start_1", 24 * 3600)
    assert not clock.rule.verified


async def test_a_buyer_who_is_not_on_the_platform_is_in_the_scope_by_name(
    client_of: ClientOf, officer: httpx.AsyncClient
) -> None:
    own, seller = await shop(client_of, "演示批发部（虚构）")
    canteen = {"name": "演示幼儿园食堂（虚构）", "address": "演示路 99 号", "contact": "0574-00000099（虚构）"}
    ticket = await sold(seller, sale(line(quantity="20", unit="公斤"), buyer=canteen))
    await sold(seller, sale(line(quantity="8", unit="斤"), buyer=canteen))
    read = await opened(officer, code=ticket["lines"][0]["lot_key"])
    [notice] = [one for one in read["notices"] if one["holder_name"] == canteen["name"]]
    assert notice["business_id"] is None
    assert [(one["unit"], one["left"]) for one in notice["lines"]] == [("KGM", "24")]
    assert {one["business_id"] for one in read["notices"]} == {None, str(own)}


async def test_what_a_shop_scanned_at_the_counter_is_out_once(client_of: ClientOf, officer: httpx.AsyncClient) -> None:
    _, seller = await shop(client_of, "演示批发部（虚构）")
    _, buyer = await shop(client_of, "演示熟食店（虚构）")
    kilos = {"unit": "公斤", "lot": "RT1"}
    bought = await sold(seller, purchase(line(quantity="100", **kilos)))
    await sold(seller, sale(line(quantity="3", **kilos), kind="retail"))
    key = bought["lines"][0]["lot_key"]
    ticket = await sold(seller, sale(line(quantity="10", **kilos | {"lot": key}), kind="retail"))
    await received(buyer, ticket["id"])
    read = await opened(officer, code=key)
    out = {one["holder_name"]: (one["lines"][0]["left"], one["lines"][0]["sold"]) for one in read["notices"]}
    assert out == {"演示批发部（虚构）": ("87", "3"), "演示熟食店（虚构）": ("10", "0")}
    assert [one["out"] for one in read["progress"]["recovered"]] == ["100"]


async def test_whom_goods_were_sent_is_told_though_he_has_recorded_nothing(
    session: AsyncSession, members: dict[str, Member], officer: httpx.AsyncClient
) -> None:
    silent = Member(9, "演示不记店（虚构）")
    await told(session, members)
    await register(session, [silent])
    kitchen = members["kitchen"]
    await tell(session, kitchen, kitchen.shipped(11, silent, {"COOKED": "8"}))
    read = await opened(officer)
    [notice] = [one for one in read["notices"] if one["holder_name"] == silent.name]
    assert [(line["taken_in"], line["left"]) for line in notice["lines"]] == [("8", "8")]
    assert (notice["business_id"], len(notice["holds"])) == (str(silent.business_id), 1)
    assert read["scopes"][0]["gaps"] == 1


async def test_a_recall_runs_to_its_end(
    session: AsyncSession, members: dict[str, Member], officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    await told(session, members)
    shop = members["shop"]
    holder = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=shop.business_id)
    read = await opened(officer)
    assert (await holder.get("/v1/recall-notices")).json()["items"] == [], "told only when the office tells"
    early = await step(officer, read, "closure", reason="完成")
    assert {one["code"] for one in early.json()["errors"]} == {"acknowledgement", "report"}
    read = await done(officer, read, "notices")
    [notice] = (await holder.get("/v1/recall-notices")).json()["items"]
    assert notice["holder_key"] == f"business:{shop.business_id}"
    notice = await done(holder, notice, "acknowledgement")
    evidence = [{"name": "销毁记录（演示）", "sha256": "ab" * 32}]
    notice = await done(holder, notice, "reports", lines=said(notice, "0", "4", "2"), evidence=evidence)
    assert notice["lines"][0]["exceeds_records"] is False
    other = next(n for n in read["notices"] if n["id"] != notice["id"])
    other = await done(officer, other, "reports", lines=said(other, "10", "0", "0"))
    await done(officer, notice, "verification", note="现场查看（演示）")
    read = (await officer.get(f"/v1/recalls/{read['id']}")).json()
    progress = read["progress"]
    assert (progress["holders"], progress["acknowledged"], progress["verified"]) == (2, 2, 1)
    assert progress["acknowledged_share"] == "100"
    [recovered] = progress["recovered"]
    assert (recovered["out"], recovered["recovered"], recovered["share"]) == ("70", "16", "22.86")
    assert [one["code"] for one in read["missing"]] == ["stock"]
    await done(officer, other, "reports", lines=said(other, "0", "0", "10"), evidence=evidence)
    read = (await officer.get(f"/v1/recalls/{read['id']}")).json()
    read = await done(officer, read, "closure", reason="全部退回或销毁（演示）")
    assert read["state"] == "closed"
    clocks = {clock.code: clock.state for clock in await clocks_of(session, "recall", read["id"])}
    assert clocks == {"recall_start_1": ClockState.MET, "recall_completion_1": ClockState.MET}
    steps = [entry["step"] for entry in read["entries"]]
    assert steps == ["opened", "notified", "acknowledged", "reported", "reported", "verified", "reported", "closed"]
    assert (await step(officer, read, "withdrawal", reason="太晚了")).status_code == 409
    types = set(await session.scalars(select(OutboxEvent.type)))
    assert {"traceability.recall.opened.v1", "traceability.recall.closed.v1"} <= types


async def test_a_report_names_only_what_the_notice_names(
    session: AsyncSession, members: dict[str, Member], officer: httpx.AsyncClient
) -> None:
    await told(session, members)
    read = await done(officer, await opened(officer), "notices")
    notice = read["notices"][0]
    wrong = said(notice, "0", "0", "0")
    wrong[0]["unit"] = "LTR"
    answer = await step(officer, notice, "reports", lines=wrong)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/lines/0/key")
    twice = await step(officer, notice, "reports", lines=said(notice, "0", "0", "0") * 2)
    assert twice.json()["errors"][0]["code"] == "line_twice"


async def test_before_it_is_graded_nobody_is_told_and_a_new_grade_runs_its_own_clock(
    session: AsyncSession, members: dict[str, Member], officer: httpx.AsyncClient
) -> None:
    await told(session, members)
    read = await opened(officer, level=None)
    assert (await step(officer, read, "notices")).status_code == 409
    for level in ("2", "1", "2"):
        read = await done(officer, read, "grade", level=level, reason="演示定级")
    states = sorted((clock.code, clock.state.value) for clock in await clocks_of(session, "recall", read["id"]))
    assert states == [
        ("recall_start_1", "cancelled"),
        ("recall_start_2", "cancelled"),
        ("recall_start_2", "running"),
    ]


async def test_a_rehearsal_touches_nobody(
    session: AsyncSession, members: dict[str, Member], officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    await told(session, members, 6)
    events = len((await session.scalars(select(OutboxEvent.id))).all())
    read = await opened(officer, rehearsal=True)
    assert (await session.scalars(select(LotHold))).all() == []
    assert await clocks_of(session, "recall", read["id"]) == []
    assert (await step(officer, read, "notices")).status_code == 409
    read = await done(officer, read, "closure", reason="演练结束（演示）")
    result = read["rehearsal_result"]
    assert (result["links"], result["gaps"]) == (1, 1)
    assert (result["score"], float(result["minutes"]) >= 0) == ("0", True)
    assert len((await session.scalars(select(OutboxEvent.id))).all()) == events


async def test_a_withdrawn_recall_frees_what_it_held(
    session: AsyncSession, members: dict[str, Member], officer: httpx.AsyncClient
) -> None:
    await told(session, members)
    read = await opened(officer)
    read = await done(officer, read, "withdrawal", reason="批号登记有误（演示）")
    assert read["state"] == "withdrawn"
    assert {hold.state for hold in await session.scalars(select(LotHold))} == {HoldState.RELEASED}
    assert {c.state for c in await clocks_of(session, "recall", read["id"])} == {ClockState.CANCELLED}


async def test_an_office_that_the_lot_has_reached_carries_the_trace_on(
    session: AsyncSession, members: dict[str, Member], officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    await told(session, members)
    shop = members["shop"]
    away, further = Member(21, "演示外地店（虚构）", NANHAI), Member(22, "演示外地摊（虚构）", NANHAI)
    await register(session, [away, further])
    await tell(session, shop, shop.shipped(16, away, {"COOKED": "3"}))
    await tell(session, away, away.received(17, shop, {"COOKED": "3"}))
    await tell(session, away, away.shipped(18, further, {"COOKED": "1"}))
    await tell(session, further, further.received(19, away, {"COOKED": "1"}))
    read = await opened(officer)
    names = {notice["holder_name"]: notice for notice in read["notices"]}
    assert names[away.name]["cross_region"] and names[away.name]["region_code"] == NANHAI
    there = await client_of(Unit.TRACEABILITY, Role.CASE_HANDLER, regions=[NANHAI])
    seen = (await there.get(f"/v1/recalls/{read['id']}")).json()
    assert seen["id"] == read["id"]
    assert (await step(there, seen, "withdrawal", reason="不归它撤销")).status_code == 403
    extended = await done(there, seen, "extensions")
    assert {away.name, further.name} <= {notice["holder_name"] for notice in extended["notices"]}
    assert len(extended["scopes"]) == 2
    elsewhere = await client_of(Unit.TRACEABILITY, Role.CASE_HANDLER, regions=["330204000000"])
    assert (await elsewhere.get(f"/v1/recalls/{read['id']}")).status_code == 404
    assert (await elsewhere.get("/v1/recalls")).json()["items"] == []


async def test_nobody_answers_another_s_notice(
    session: AsyncSession, members: dict[str, Member], officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    await told(session, members)
    read = await done(officer, await opened(officer), "notices")
    farm = members["farm"]
    stranger = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=farm.business_id)
    assert (await stranger.get("/v1/recall-notices")).json()["items"] == []
    for notice in read["notices"]:
        assert (await step(stranger, notice, "acknowledgement", note="我的")).status_code == 404
    assert (await stranger.get(f"/v1/recalls/{read['id']}")).status_code == 403


async def bundle_of(officer: httpx.AsyncClient, read: dict[str, Any]) -> httpx.Response:
    answer = await officer.get(f"/v1/recalls/{read['id']}/evidence")
    assert answer.status_code == 200, answer.text
    return answer


async def test_the_evidence_verifies_without_the_platform(
    session: AsyncSession, members: dict[str, Member], officer: httpx.AsyncClient, tmp_path: Path
) -> None:
    await told(session, members)
    read = await opened(officer)
    answer = await bundle_of(officer, read)
    assert answer.content == (await bundle_of(officer, read)).content, "the same recall, the same bytes"
    path, program = tmp_path / "bundle.zip", tmp_path / "verifier.py"
    path.write_bytes(answer.content)
    program.write_bytes((await officer.get("/v1/recall-verifier")).content)
    digest = answer.headers["shian-manifest-digest"]
    command = [sys.executable, "-I", str(program), str(path), digest]
    run = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert (run.returncode, digest in run.stdout) == (0, True), run.stdout + run.stderr
    assert verifier.main([str(path), "0" * 64]) == 1


async def test_any_byte_changed_is_found(
    session: AsyncSession, members: dict[str, Member], officer: httpx.AsyncClient
) -> None:
    await told(session, members)
    bundle = (await bundle_of(officer, await opened(officer))).content
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert any(name.startswith("events/") for name in files)
    _, notes = verifier.verify(files)
    assert notes == []
    for name, content in files.items():
        if name == verifier.MANIFEST:
            continue
        with pytest.raises(verifier.Difference):
            verifier.verify(files | {name: content + b" "})
        with pytest.raises(verifier.Difference):
            verifier.verify({other: text for other, text in files.items() if other != name})
    scope = json.loads(files["scopes/1.json"])
    scope["holders"] = []
    forged = files | {"scopes/1.json": verifier.canonical(scope)}
    manifest = json.loads(files[verifier.MANIFEST])
    manifest["files"]["scopes/1.json"] = verifier.digest(forged["scopes/1.json"])
    with pytest.raises(verifier.Difference, match="冻结"):
        verifier.verify(forged | {verifier.MANIFEST: verifier.canonical(manifest)})


async def test_a_request_that_is_taken_on_opens_a_recall_and_takes_it_back_with_it(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    asked = recall_requested()
    await on_recall_requested(session, asked)
    [request] = (await officer.get("/v1/recall-requests")).json()["items"]
    answer = await officer.post(
        f"/v1/recall-requests/{request['id']}/acceptance", json={}, headers={"If-Match": f'"{request["version"]}"'}
    )
    assert answer.status_code == 200, answer.text
    [listed] = (await officer.get("/v1/recalls")).json()["items"]
    read = (await officer.get(f"/v1/recalls/{listed['id']}")).json()
    assert (read["request_id"], read["state"], read["level"]) == (request["id"], "open", None)
    assert [notice["business_id"] for notice in read["notices"]] == [str(asked.business_id)]
    assert "scope" in {one["code"] for one in read["missing"]}
    passed = passed_after_all(asked)
    await on_sample_concluded(session, passed)
    read = (await officer.get(f"/v1/recalls/{listed['id']}")).json()
    assert read["state"] == "withdrawn"
    lots = (await session.scalars(select(Lot.id))).all()
    assert lots
    assert {hold.state for hold in await session.scalars(select(LotHold))} == {HoldState.RELEASED}


async def test_a_code_without_events_is_not_recalled_by_hand(officer: httpx.AsyncClient) -> None:
    body = {"code": lot("NOTHING"), "product_name": "无", "reason": "演示理由", "region_code": HAISHU}
    answer = await officer.post("/v1/recalls", json=body, headers={"Idempotency-Key": uuid4().hex})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/nothing-traced")
