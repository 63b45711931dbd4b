"""What is frozen and why somebody is left out; what may change after a draw; unannounced and joint draws; visits."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.evidence import EXAMPLE_HASH
from services.inspection.random_draws.inspectors.repository import inspector_of_account
from services.inspection.random_draws.verifier import verify
from services.inspection.visit_records.models import VisitRecord
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from shared.times import day_of, now
from tests.services.inspection.factories import HAISHU, STREET
from tests.services.inspection.random_draws.ceremony import CITY, DEPARTMENT, Ceremony, key, ok, wanted
from tests.services.inspection.visit_records.contents import (
    NAMES,
    send,
    upload_signatures,
    visit,
)


async def inspected(
    ceremony: Ceremony, business_id: UUID | str, users: list[UUID], *, authority: str = HAISHU, days_ago: int = 0
) -> UUID:
    """A complete record of a visit by these accounts."""
    checklist = await ceremony.published_checklist()
    officer = await ceremony.client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[CITY, HAISHU], actor_id=users[0])
    began = now() + timedelta(seconds=1) - timedelta(days=days_ago)
    names = list(NAMES.values())
    document = visit(
        checklist,
        business_id=str(business_id),
        unregistered_place="",
        authority_code=authority,
        began_at=began.isoformat(),
        ended_at=began.isoformat(),
        inspectors=[{"user_id": str(user), "name": name} for user, name in zip(users, names, strict=True)],
    )
    document["saved"] |= {"by": str(users[0]), "by_name": names[0]}
    await upload_signatures(officer)
    record_id = uuid7()
    answer = await send(officer, record_id, document)
    assert answer.json()["state"] == "complete", answer.text
    return record_id


async def test_who_cannot_be_drawn_stays_on_the_roster_with_the_reason(
    ceremony: Ceremony, session: AsyncSession
) -> None:
    closed, suspended, excluded, checked, last, free = ceremony.businesses[:6]
    kitchen = (await ceremony.on_file(1, kind="central_kitchen"))[0]
    closed.status = type(closed.status).CLOSED
    suspended.status = type(suspended.status).SUSPENDED
    await session.flush()
    upper = [uuid4(), uuid4()]
    await inspected(ceremony, checked.id, upper, authority=CITY, days_ago=20)
    await inspected(ceremony, last.id, ceremony.accounts[:2], days_ago=20)
    draw = await ceremony.frozen(
        kinds=["sales", "catering", "central_kitchen"],
        exclusions=[{"business_id": str(excluded.id), "reason": "在办案件（演示）"}],
    )
    rows = await ceremony.subjects(draw)
    assert rows[closed.name]["excluded"] == "已注销"
    assert rows[suspended.name]["excluded"] == "已停业"
    assert rows[excluded.name]["excluded"] == "在办案件（演示）"
    assert rows[checked.name]["excluded"].startswith(f"上级机关 {day_of(now()) - timedelta(days=20)} 已检查")
    assert rows[kitchen.name]["excluded"].startswith("重点检查事项")
    assert rows[free.name]["excluded"] is None
    roster = ok(await ceremony.office.get(f"/v1/random-draws/{draw['id']}/parts/inspectors"))
    people = [await inspector_of_account(session, account) for account in ceremony.accounts[:2]]
    assert rows[last.name]["last_inspectors"] == sorted(str(one.id) for one in people if one)
    assert rows[last.name]["excluded"] is None, "its own bureau's visit does not exclude it"
    assert len(roster) == 5
    assert draw["counts"]["subjects_fit"] == len(rows) - 5
    assert draw["counts"]["subjects_excluded"]["上级机关三个月内已检查"] == 1


async def test_inspectors_who_are_away_or_may_not_go_are_not_sent(ceremony: Ceremony) -> None:
    today = day_of(now()).isoformat()
    [away] = await ceremony.inspectors(1, leaves=[{"first_day": today, "last_day": today}])
    [expired] = await ceremony.inspectors(1, certificate_until="2020-01-01")
    [unable] = await ceremony.inspectors(1, skills=["farm"])
    listed = ok(await ceremony.office.get("/v1/draw-inspectors"))["items"]
    target, recused = ceremony.businesses[0], listed[0]
    body = {"business_id": str(target.id), "reason": "近亲属（演示）", "since": today}
    ok(await ceremony.office.post(f"/v1/draw-inspectors/{recused['id']}/recusals", json=body, headers=key()))
    draw = await ceremony.announced(percent=100)
    bundle = await ceremony.bundle(draw)
    reasons = {row["id"]: row["excluded"] for row in bundle["inspectors"]}
    assert reasons[away["id"]] == "不在岗"
    assert reasons[expired["id"]] == "执法证件已过期"
    assert "近亲属" not in str(bundle), "why somebody may not go is nobody's business"
    sent = {one["subject"]: one["inspectors"] for one in bundle["result"]["assignments"]}
    assert len(sent) == 12
    assert recused["id"] not in sent[str(target.id)]
    assert {one for people in sent.values() for one in people}.isdisjoint({away["id"], expired["id"], unable["id"]})


async def test_nobody_inspects_in_the_cell_he_holds(ceremony: Ceremony) -> None:
    account = ceremony.accounts[0]
    post = {
        "cell_code": STREET,
        "role": "supervisor",
        "responsible": False,
        "user_id": str(account),
        "user_name": "演示·检查人员0（虚构）",
        "since": "2026-01-01",
        "basis": "演示文件",
    }
    ok(await ceremony.office.post("/v1/grid-posts", json=post, headers=key()))
    draw = await ceremony.announced(percent=100)
    bundle = await ceremony.bundle(draw)
    [row] = [row for row in bundle["inspectors"] if row["home_grids"]]
    assert row["home_grids"] == [STREET]
    assert all(row["id"] not in one["inspectors"] for one in bundle["result"]["assignments"])


async def test_a_reserve_takes_the_place_and_the_recused_is_followed_as_the_seed_says(ceremony: Ceremony) -> None:
    draw = await ceremony.announced()
    first, second = (await ceremony.visits(draw))[:2]
    path = f"/v1/random-draws/{draw['id']}/changes"
    gone = {"kind": "replace_subject", "business_id": first["business_id"], "reason": "原址无人经营（演示）"}
    ok(await ceremony.office.post(path, json=gone, headers=key()))
    recused = second["inspectors"][0]["id"]
    related = {
        "kind": "recuse",
        "business_id": second["business_id"],
        "inspector_id": recused,
        "reason": "本人申请回避（演示）",
    }
    ok(await ceremony.office.post(path, json=related, headers=key()))
    bundle = await ceremony.bundle(draw)
    assert verify(bundle) == []
    assert [one["kind"] for one in bundle["changes"]] == ["replace_subject", "recuse"]
    visits = [one for one in await ceremony.visits(draw) if one["state"] != "replaced"]
    assert [(one["business_id"], [each["id"] for each in one["inspectors"]]) for one in visits] == [
        (one["subject"], one["inspectors"]) for one in bundle["result"]["assignments"]
    ]
    assert recused not in [each["id"] for each in visits[1]["inspectors"]]
    told = ok(await ceremony.street.get(f"/v1/public-draws/{draw['id']}"))
    assert [one["reason"] for one in told["changes"]] == ["原址无人经营（演示）", "本人申请回避（演示）"]
    assert (await ceremony.office.post(path, json=gone, headers=key())).status_code == 404, "it is on the list no more"
    assert (await ceremony.office.post(path, json=related, headers=key())).status_code == 409
    named = gone | {"business_id": second["business_id"], "reason": "联系 13800138000（演示）"}
    assert (await ceremony.office.post(path, json=named, headers=key())).status_code == 422, "everybody would read it"


async def test_of_an_unannounced_inspection_only_the_commitment_is_public_until_it_is_over(ceremony: Ceremony) -> None:
    draw = await ceremony.drawn(purpose="flight", percent=10, title="演示飞行检查某店（虚构）")
    path, street = f"/v1/random-draws/{draw['id']}", ceremony.street
    told = await street.get(f"/v1/public-draws/{draw['id']}")
    assert "某店" not in told.text
    assert told.json()["counts"] is None
    assert told.json()["commitment"] == draw["commitment"]
    assert "某店" not in (await street.get("/v1/public-draws")).text
    assert (await street.get(f"/v1/public-draws/{draw['id']}/bundle")).status_code == 404
    visits = await ceremony.visits(draw)
    accounts = {one["id"]: one["user_id"] for one in ok(await ceremony.office.get("/v1/draw-inspectors"))["items"]}
    sent = {accounts[each["id"]] for one in visits for each in one["inspectors"]}
    leader = await ceremony.client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])
    assert ok(await leader.get(f"{path}/visits"))["items"] == []
    read = ok(await leader.get(path))
    assert (read["result_hidden"], read["reveal"], read["seed"]) == (True, None, None)
    assert (await leader.get(f"{path}/parts/result")).status_code == 404
    for account in map(str, ceremony.accounts):
        inspector = await ceremony.inspector(account)
        mine = ok(await inspector.get("/v1/drawn-visits/mine"))["items"]
        assert bool(mine) is (account in sent)
        assert bool(ok(await inspector.get(f"{path}/visits"))["items"]) is (account in sent)
        packed = ok(await inspector.get("/v1/task-packs/mine"))["businesses"]
        taken = {one["id"] for one in packed if one["drawn_visits"]}
        assert taken == {one["business_id"] for one in mine}
    assert (await ceremony.step(draw, "announcement")).status_code == 409, "visits are still to be made"
    for one in visits:
        await made(ceremony, one, [UUID(accounts[each["id"]]) for each in one["inspectors"]])
    ok(await ceremony.step(draw, "announcement"))
    assert verify(await ceremony.bundle(draw)) == []


async def made(ceremony: Ceremony, drawn: dict[str, Any], users: list[UUID]) -> httpx.Response:
    """The visit was made by these; what the platform says of it."""
    record_id = await inspected(ceremony, drawn["business_id"], users)
    return await completed(ceremony, drawn, users[0], record_id)


async def completed(ceremony: Ceremony, drawn: dict[str, Any], by: UUID, record_id: UUID) -> httpx.Response:
    officer = await ceremony.inspector(by)
    return await officer.post(
        f"/v1/drawn-visits/{drawn['id']}/completion",
        json={"record_id": str(record_id)},
        headers={"If-Match": f'"{drawn["version"]}"'},
    )


async def test_a_drawn_visit_is_made_by_whom_chance_sent(ceremony: Ceremony, session: AsyncSession) -> None:
    draw = await ceremony.announced(percent=10)
    accounts = {one["id"]: one["user_id"] for one in ok(await ceremony.office.get("/v1/draw-inspectors"))["items"]}
    first, second = (await ceremony.visits(draw))[:2]
    sent = [UUID(accounts[each["id"]]) for each in first["inspectors"]]
    other = next(one for one in ceremony.accounts if one not in sent)
    swapped = await inspected(ceremony, first["business_id"], [sent[0], other])
    refused = await completed(ceremony, first, sent[0], swapped)
    assert refused.status_code == 422
    assert first["inspectors"][1]["name"] in refused.json()["errors"][0]["message"]
    elsewhere = await inspected(ceremony, second["business_id"], sent)
    assert (await completed(ceremony, first, sent[0], elsewhere)).status_code == 422, "another business"
    assert (await completed(ceremony, first, other, elsewhere)).status_code == 404, "nobody else's task"
    right = await inspected(ceremony, first["business_id"], sent)
    record = await session.get(VisitRecord, right)
    assert record is not None
    done = ok(await completed(ceremony, first, sent[0], right))
    assert (done["state"], done["record_id"]) == ("completed", str(right))
    assert (await completed(ceremony, done, sent[0], right)).status_code == 409
    gone = {"kind": "replace_subject", "business_id": first["business_id"], "reason": "想换一户（演示）"}
    late = await ceremony.office.post(f"/v1/random-draws/{draw['id']}/changes", json=gone, headers=key())
    assert late.status_code == 409, "what was inspected is not replaced"


async def test_who_is_not_at_the_registered_address_is_told_with_photos_by_who_was_sent(ceremony: Ceremony) -> None:
    draw = await ceremony.announced(percent=10)
    accounts = {one["id"]: one["user_id"] for one in ok(await ceremony.office.get("/v1/draw-inspectors"))["items"]}
    first = (await ceremony.visits(draw))[0]
    sent = [UUID(accounts[each["id"]]) for each in first["inspectors"]]
    officer = await ceremony.inspector(sent[0])
    stranger = await ceremony.inspector(next(one for one in ceremony.accounts if one not in sent))
    path, tag = f"/v1/drawn-visits/{first['id']}/not-found", {"If-Match": f'"{first["version"]}"'}
    told = {"at": now().isoformat(), "words": "门头已换（演示）", "evidence": [EXAMPLE_HASH]}
    for wrong, pointer in (
        ({"evidence": []}, "/evidence"),
        ({"at": (now() - timedelta(days=1)).isoformat()}, "/at"),
        ({"at": (now() + timedelta(hours=1)).isoformat()}, "/at"),
    ):
        refused = await officer.post(path, json=told | wrong, headers=tag)
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert (await stranger.post(path, json=told, headers=tag)).status_code == 404
    packed = ok(await officer.get("/v1/task-packs/mine", params={"business": first["business_id"]}))["businesses"]
    [task] = packed[0]["drawn_visits"]
    assert (task["id"], [UUID(one) for one in task["user_ids"]]) == (first["id"], sent)
    ended = ok(await officer.post(path, json=told, headers=tag))
    assert (ended["state"], ended["record_id"], ended["not_found"]["words"]) == ("not_found", None, told["words"])
    assert (await officer.post(path, json=told, headers=tag)).status_code == 412, "it has ended"
    public = ok(await ceremony.street.get(f"/v1/public-draws/{draw['id']}/visits"))["items"]
    [shown] = [one for one in public if one["business_id"] == first["business_id"]]
    assert shown["state_label"] == "在登记的地址找不到"
    assert "门头" not in str(public), "what was seen there is not for everybody"
    later = ok(await officer.get("/v1/task-packs/mine", params={"business": first["business_id"]}))["businesses"]
    assert later[0]["drawn_visits"] == []


async def test_where_too_few_may_go_the_authority_above_sends_its_own(ceremony: Ceremony) -> None:
    for one in ok(await ceremony.office.get("/v1/draw-inspectors"))["items"][1:]:
        body = {name: one[name] for name in ("name", "department", "region_code", "skills", "certificate_until")}
        tag = {"If-Match": f'"{one["version"]}"'}
        address = f"/v1/draw-inspectors/{one['user_id']}"
        ok(await ceremony.office.put(address, json=body | {"active": False}, headers=tag))
    draw = await ceremony.announced(percent=10)
    assert "报上级机关调派" in draw["entries"][-2]["note"]
    first = (await ceremony.visits(draw))[0]
    assert (len(first["inspectors"]), first["missing"]) == (1, 1)
    path, tag = f"/v1/drawn-visits/{first['id']}/lent-inspectors", {"If-Match": f'"{first["version"]}"'}
    lent = {"people": [{"user_id": str(uuid4()), "name": "演示·市局人员（虚构）"}], "reason": "区内人员不足（演示）"}
    assert (await ceremony.office.post(path, json=lent, headers=tag)).status_code == 409, "not its own"
    above = await ceremony.client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[CITY])
    beside = await ceremony.client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=["330204000000"])
    assert (await beside.post(path, json=lent, headers=tag)).status_code == 404
    two = lent | {"people": [{"user_id": str(uuid4()), "name": "演示（虚构）"}] * 2}
    assert (await above.post(path, json=two, headers=tag)).status_code == 422
    assert ok(await above.post(path, json=lent, headers=tag))["missing"] == 0
    told = ok(await ceremony.street.get(f"/v1/public-draws/{draw['id']}/visits"))["items"]
    assert told[0]["lent"] == ["演示·市局人员（虚构）"]
    assert verify(await ceremony.bundle(draw)) == []


async def test_in_a_joint_draw_every_department_sends_its_own(ceremony: Ceremony) -> None:
    await ceremony.inspectors(3, department="消防")
    teams = [{"code": DEPARTMENT, "each": 2}, {"code": "消防", "each": 1}]
    draw = await ceremony.announced(teams=teams)
    for one in await ceremony.visits(draw):
        assert [each["team"] for each in one["inspectors"]] == [DEPARTMENT, DEPARTMENT, "消防"]
    nobody = wanted(teams=[*teams, {"code": "没有登记的单位", "each": 1}])
    refused = await ceremony.office.post("/v1/random-draws", json=nobody, headers=key())
    assert refused.status_code == 409
    alone = wanted(teams=[{"code": DEPARTMENT, "each": 1}])
    assert (await ceremony.office.post("/v1/random-draws", json=alone, headers=key())).status_code == 422


async def test_key_matters_are_all_visited_and_drawn_for_their_order(ceremony: Ceremony) -> None:
    kitchens = await ceremony.on_file(3, kind="central_kitchen")
    for one in ok(await ceremony.office.get("/v1/draw-inspectors"))["items"]:
        body = {name: one[name] for name in ("name", "department", "region_code", "certificate_until", "active")}
        tag = {"If-Match": f'"{one["version"]}"'}
        address = f"/v1/draw-inspectors/{one['user_id']}"
        ok(await ceremony.office.put(address, json=body | {"skills": ["central_kitchen"]}, headers=tag))
    draw = await ceremony.announced(purpose="key_matters", kinds=["sales", "central_kitchen"], percent=0)
    assert {one["business_id"] for one in await ceremony.visits(draw)} == {str(one.id) for one in kitchens}
    assert draw["counts"]["subjects"] == 3


async def test_a_share_above_the_stated_cap_is_not_drawn(ceremony: Ceremony) -> None:
    weights = {"A": 1, "B": 2, "C": 4, "D": 8, "none": 4}
    content = {"subject": "draw_weights", "risk": weights, "credit": weights, "most_percent": 5}
    rule = {
        "code": "random-draw",
        "region_code": HAISHU,
        "valid_from": date(2026, 1, 1).isoformat(),
        "valid_to": None,
        "title": "演示工作细则",
        "content": content,
        "source": "演示文件",
        "verified": True,
        "reason": "按本地细则（演示）",
    }
    ok(await ceremony.office.post("/v1/dated-rules", json=rule, headers=key()))
    refused = await ceremony.office.post("/v1/random-draws", json=wanted(), headers=key())
    assert refused.status_code == 409
    assert "5%" in refused.json()["detail"]
