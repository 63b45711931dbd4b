"""What people of the grid do through pages: patrols, supervision by leaders, training and exams."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from gateway.identity.demo_users import demo_id
from shared.contracts.codes import Role
from shared.times import SHANGHAI, day_of, now
from tests.gateway.web.platform import DISTRICT, TOWN, Market, post
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import INSPECTION, PNG, registered, send

CARRIED = re.compile(r'name="(version|key|seen|duty_list_id)" value="([^"]*)"')


async def opened(browser: httpx.AsyncClient, address: str) -> dict[str, str]:
    """What a form carries along."""
    page = await browser.get(address)
    assert page.status_code == 200, page.text
    return dict(CARRIED.findall(page.text))


async def test_a_patrol_is_handed_in_once_and_what_it_found_is_a_clue(market: Market) -> None:
    moment = now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    what = f"冷藏柜没有开（演示）{uuid4().hex[:6]}"
    async with market.signed_in(Role.GRID_OFFICER) as officer:
        page = (await officer.get("/grid/patrols/new")).text
        if 'action="/grid/patrols/' not in page:
            page = (await officer.get(re.findall(r'href="(/grid/patrols/new\?list=[^"]+)"', page)[0])).text
        [action] = re.findall(r'action="(/grid/patrols/[0-9a-f-]{36})"', page)
        names = re.findall(r'name="finding_id" value="([^"]+)"', page)
        said: dict[str, Any] = {"cell_code": TOWN, "started_at": moment, "ended_at": moment}
        said |= dict(CARRIED.findall(page))
        looked = {"looks/0/in_order": "true", "looks/1/in_order": "false"}
        found: dict[str, Any] = {"findings/1/what": what, "findings/1/place": "演示路 8 号（虚构）"}
        found["finding_id"] = names
        photo = [("findings/1/evidence", ("现场.png", PNG + uuid4().bytes))]
        lacking = await send(officer, action, said | looked | found | {"findings/1/place": ""}, photo)
        assert lacking.status_code == 422
        assert 'href="#findings/1/place"' in lacking.text
        [kept] = re.findall(r'name="findings/1/evidence" value="([0-9a-f]{64})"', lacking.text)
        for _ in range(2):
            answer = await send(officer, action, said | looked | found | {"findings/1/evidence": kept})
            assert (answer.status_code, answer.headers["location"]) == (303, f"{action}?done=true")
        differs = await send(officer, action, said | {"looks/0/in_order": "false", "finding_id": names})
        assert differs.status_code == 409
        shown = (await officer.get(action)).text
        assert ("有问题" in shown, "没有看" in shown) == (True, True)
        assert "没有在这个网格任职" in shown or "存疑" not in shown
        clue = (await officer.get(f"/grid/clues/{names[1]}")).text
        assert what in clue
        assert f"/visits/files/{kept}" in clue
        assert action in (await officer.get("/grid/patrols?mine=true")).text


async def test_a_leader_answers_for_a_business_and_tells_what_he_saw(market: Market) -> None:
    business = await registered(market)
    today = day_of(now())
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        [address] = re.findall(
            r'href="(/grid/assignments/new\?business=[^"]+)"', (await office.get(f"/businesses/{business['id']}")).text
        )
        carried = await opened(office, address)
        said = {
            "leader_name": "演示干部甲（虚构）",
            "leader_post": "演示街道副主任（虚构）",
            "leader_id": str(demo_id(Role.LEADER, DISTRICT)),
            "level": "C",
            "since": (today - timedelta(days=400)).isoformat(),
        }
        made = await post(office, address, carried | said)
        assert made.status_code == 303, made.text
        page = made.headers["location"]
        listed = (await office.get("/grid/assignments")).text
        assert business["name"] in listed.split("现在的包保")[0], "it is owed a visit"
    async with market.signed_in(Role.LEADER) as leader:
        assert "结束包保" not in (await leader.get(page)).text
        carried = await opened(leader, f"{page}/visits")
        seen = {"visited_on": today.isoformat(), "found": "记录齐全（演示）", "problems": "留样不足（演示）"}
        photo = [("evidence", ("现场.png", PNG + uuid4().bytes))]
        told = await send(leader, f"{page}/visits", carried | seen, photo)
        assert told.status_code == 303, told.text
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        shown = (await office.get(page)).text
        assert "留样不足（演示）" in shown
        [picture] = re.findall(r'<img src="(/visits/files/[0-9a-f]{64})"', shown)
        assert (await office.get(picture)).status_code == 200
        listed = (await office.get("/grid/assignments")).text
        assert business["name"] not in listed.split("现在的包保")[0]
        carried = await opened(office, f"{page}/end")
        on = (today + timedelta(days=1)).isoformat()
        assert (
            await post(office, f"{page}/end", carried | {"on": on, "reason": "职务调整（演示）"})
        ).status_code == 303


async def test_hours_and_marks_are_entered_person_by_person(market: Market) -> None:
    today = day_of(now())
    name, title = f"演示人员{uuid4().hex[:6]}（虚构）", f"法规培训{uuid4().hex[:6]}（演示）"
    async with market.signed_in(Role.INSPECTOR) as officer:
        form = "/grid/trainings/people/new"
        person = {"role_group": "grid", "name": name, "region_code": DISTRICT, "since": f"{today.year - 1}-01-01"}
        assert (await post(officer, form, await opened(officer, form) | person)).status_code == 303
        form = "/grid/trainings/new"
        held = {
            "title": title,
            "organiser": "演示区市场监管局（虚构）",
            "region_code": DISTRICT,
            "held_on": today.isoformat(),
            "hours": "４.５",
        }
        training = (await post(officer, form, await opened(officer, form) | held)).headers["location"]
        page = (await officer.get(f"{training}/attendances")).text
        [trainee] = re.findall(rf'<option value="([^"]+)">{re.escape(name)}</option>', page)[:1]
        row = {"attendances/0/trainee_id": trainee, "attendances/0/hours": "5"}
        refused = await post(officer, f"{training}/attendances", dict(CARRIED.findall(page)) | row)
        assert refused.status_code == 422, "more hours than the training had"
        row["attendances/0/hours"] = "4"
        carried = await opened(officer, f"{training}/attendances")
        assert (await post(officer, f"{training}/attendances", carried | row)).status_code == 303
        assert name in (await officer.get(training)).text
        form = "/grid/trainings/exams/new"
        exam = {
            "title": title,
            "role_group": "grid",
            "region_code": DISTRICT,
            "held_on": today.isoformat(),
            "pass_mark": "60",
            "full_mark": "100",
        }
        exam_page = (await post(officer, form, await opened(officer, form) | exam)).headers["location"]
        for score in ("59", "60"):
            mark = {"results/0/trainee_id": trainee, "results/0/sat_on": today.isoformat(), "results/0/score": score}
            carried = await opened(officer, f"{exam_page}/results")
            assert (await post(officer, f"{exam_page}/results", carried | mark)).status_code == 303
        shown = (await officer.get(exam_page)).text
        assert ("第1次补考" in shown, "不合格" in shown) == (True, True)
        year = (await officer.get("/grid/trainings?group=grid")).text
        assert name in year
        assert "没有规则" in year, "nobody has set hours for the grid: neither met nor missed"
    async with market.signed_in(Role.LEADER) as leader:
        assert "登记培训" not in (await leader.get("/grid/trainings")).text
        assert (await leader.get("/grid/trainings/new")).status_code == 403


async def test_an_enterprises_people_come_on_the_roster_from_its_file(market: Market) -> None:
    business = await registered(market)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        form = f"/grid/trainings/people/new?business={business['id']}"
        assert form in (await office.get(f"/businesses/{business['id']}")).text
        name = f"演示安全员{uuid4().hex[:6]}（虚构）"
        person = {"name": name, "region_code": DISTRICT, "since": "2026-01-01"}
        assert (await post(office, form, await opened(office, form) | person)).status_code == 303
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as caller:
        page = ok(await caller.get(f"{INSPECTION}/trainees", params={"group": "enterprise", "limit": 200}))
        [found] = [each for each in page["items"] if each["name"] == name]
        assert found["business_id"] == business["id"]


async def test_what_a_business_has_in_place_is_entered_and_ended_from_its_file(market: Market) -> None:
    restaurant = await registered(market, kind="catering")
    page = f"/businesses/{restaurant['id']}"
    today = day_of(now())
    async with market.signed_in(Role.INSPECTOR) as officer:
        assert f"{page}/facilities/new" in (await officer.get(page)).text
        form = f"{page}/facilities/new"
        said = {"kind": "workshop_video", "since": (today - timedelta(days=9)).isoformat(), "basis": "现场核实（演示）"}
        refused = await post(officer, form, await opened(officer, form) | said)
        assert refused.status_code == 422, "a restaurant is no workshop"
        made = await post(officer, form, await opened(officer, form) | said | {"kind": "open_kitchen"})
        assert (made.status_code, made.headers["location"]) == (303, page)
        [ending] = re.findall(rf'href="({page}/facilities/[0-9a-f-]+/end)"', (await officer.get(page)).text)
        gone = {"on": today.isoformat(), "reason": "设备拆除（演示）"}
        assert (await post(officer, ending, await opened(officer, ending) | gone)).status_code == 303
        assert "没有登记过明厨亮灶" in (await officer.get(page)).text
    async with market.signed_in(Role.LEADER) as leader:
        assert "登记设施" not in (await leader.get(page)).text
