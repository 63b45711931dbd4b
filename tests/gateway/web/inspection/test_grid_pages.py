"""The grid on pages: who is responsible, a cell handed over by both, clues reported once and answered."""

import re
from datetime import timedelta
from uuid import uuid4

from gateway.identity.demo_users import demo_id
from shared.contracts.codes import Role
from shared.ids import uuid7
from shared.times import SHANGHAI, day_of, now
from tests.gateway.web.platform import DISTRICT, TOWN, Market, post
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import INSPECTION, PNG, send

OFFICER = demo_id(Role.GRID_OFFICER, DISTRICT)
TAKER = demo_id(Role.GRID_OFFICER, DISTRICT, second=True)


async def test_a_cell_gets_somebody_responsible_who_hands_it_over(market: Market) -> None:
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        grid = (await office.get(f"/grid?region={TOWN}")).text
        assert "从未有过" in grid
        village, name = re.findall(
            r'<a href="/grid/cells/(\d{12})">([^<]+)</a> <span class="quiet small">从未有过', grid
        )[0]
        address = f"/grid/posts/new?cell={village}"
        form = (await office.get(address)).text
        assert name in form
        carried = dict(re.findall(r'name="(version|key)" value="([^"]*)"', form))
        said = {"user_id": str(OFFICER), "role": "grid_officer", "responsible": "true", "since": "2026-01-01"}
        made = await post(office, address, carried | said | {"basis": "街道任命文件（演示）"})
        assert made.headers["location"] == f"/grid/cells/{village}"
        cell = (await office.get(f"/grid/cells/{village}")).text
        assert "演示·网格员（海曙区）" in cell
        [proposal] = re.findall(r'href="(/grid/handovers/new\?post=[^"]+)"', cell)
        form = (await office.get(proposal)).text
        carried = dict(re.findall(r'name="(version|key)" value="([^"]*)"', form))
        planned = (day_of(now()) + timedelta(days=1)).isoformat()
        proposed = await post(office, proposal, carried | {"taker_id": str(TAKER), "planned_on": planned})
        handover = proposed.headers["location"]
    async with market.signed_in(Role.GRID_OFFICER) as giver:
        page = (await giver.get(handover)).text
        assert "撤回交接" not in page
        form = (await giver.get(f"{handover}/confirmations")).text
        [version] = re.findall(r'name="version" value="(\d+)"', form)
        confirmed = await post(giver, f"{handover}/confirmations", {"version": version, "seen": "0", "side": "giver"})
        assert confirmed.status_code == 303
        not_mine = {"version": str(int(version) + 1), "seen": "0", "side": "taker"}
        refused = await post(giver, f"{handover}/confirmations", not_mine)
        assert refused.status_code == 422
        assert "本人确认" in refused.text


async def test_a_clue_is_reported_once_with_its_photo_and_answered(market: Market) -> None:
    seen_at = now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    what = f"无证制售糕点{uuid4().hex[:6]}（演示）"
    said = {"place": "演示路 8 号（虚构）", "what": what, "cell_code": TOWN, "found_at": seen_at}
    photo = [("evidence", ("现场.png", PNG + uuid4().bytes))]
    async with market.signed_in(Role.GRID_OFFICER) as officer:
        page = (await officer.get("/grid/clues/new")).text
        [action] = re.findall(r'action="(/grid/clues/[0-9a-f-]{36})"', page)
        missing = await send(officer, action, {"place": "演示路 8 号（虚构）", "what": "", "cell_code": TOWN})
        assert missing.status_code == 422
        assert "演示路 8 号（虚构）" in missing.text
        for _ in range(2):
            answer = await send(officer, action, said, photo)
            assert (answer.status_code, answer.headers["location"]) == (303, f"{action}?done=reported")
        other = await send(officer, action, said | {"place": "另一处（演示）"}, photo)
        assert other.status_code == 409
        assert "演示路 8 号（虚构）" in other.text
        assert "另一处（演示）" in other.text
        shown = (await officer.get(action)).text
        assert "还剩" in shown
        [picture] = re.findall(r'<img src="(/visits/files/[0-9a-f]{64})"', shown)
        assert "答复上报人" not in shown
        assert (await officer.get("/grid/clues?mine=true")).text.count(what) == 1
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert what in (await office.get("/")).text
        assert (await office.get(picture)).status_code == 200
        form = (await office.get(f"{action}/answer")).text
        carried = dict(re.findall(r'name="(version|seen|key)" value="([^"]*)"', form))
        said_of_it = {"outcome": "substantiated", "answer": "已责令停止（演示）"}
        assert (await post(office, f"{action}/answer", carried | said_of_it)).status_code == 303
        assert "已责令停止（演示）" in (await office.get(action)).text


async def test_a_clue_begun_offline_is_found_again_under_its_address(market: Market) -> None:
    own = uuid7()
    async with market.signed_in(Role.GRID_OFFICER) as officer:
        page = (await officer.get(f"/grid/clues/new?id={own}")).text
        assert f'action="/grid/clues/{own}"' in page
        assert f'data-keep-page="/grid/clues/new?id={own}"' in page


async def test_duty_lists_say_what_to_look_at_and_that_they_are_not_verified(market: Market) -> None:
    async with market.signed_in(Role.GRID_OFFICER) as officer:
        page = (await officer.get("/grid/duties")).text
        assert "有无无证经营食品的" in page
        assert "待核实" in page
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        coverage = ok(await office.get(f"{INSPECTION}/grid-coverage", params={"region": DISTRICT}))
        assert coverage["places"] > 0
