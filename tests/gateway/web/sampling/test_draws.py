"""Registers and draws on pages: who is entered is drawn, who must stand back is not, and everybody can reckon again."""

import hashlib
import json
import re
from uuid import uuid4

import httpx

from gateway.identity.demo_token import demo_token
from gateway.settings import Settings
from shared.contracts.codes import Role, Unit
from tests.gateway.web.platform import DISTRICT, TOWN, Market, post
from tests.gateway.web.sampled import COLLEAGUE, SAMPLER, SAMPLING
from tests.gateway.web.sampling.test_plans import hidden
from tests.gateway.web.sampling_stage import ok, ordered
from tests.services.sampling.apart import laboratory_body
from tests.services.sampling.factories import NANHAI


async def test_a_draw_shows_everybody_with_his_ticket_and_that_it_can_be_reckoned_again(market: Market) -> None:
    task = await ordered(market)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        page = (await office.get(f"/sampling-tasks/{task['id']}")).text
        [first] = re.findall(r'href="(/assignment-draws/[^"]+)"', page)
        drawn = (await office.get(first)).text
        assert "重算一致" in drawn
        assert drawn.count("抽中</span>") >= 3, "two samplers and a laboratory"
        record = json.loads((await office.get(f"{first}/record.json")).text)
        canonical = json.dumps(record["roster"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(canonical.encode()).hexdigest() == record["roster_sha256"]
        assert record["roster_sha256"] in drawn
        form = await office.get(f"/sampling-tasks/{task['id']}/draw")
        typed = hidden(form.text) | {"samplers": "2"}
        unexplained = await post(office, f"/sampling-tasks/{task['id']}/draw", typed)
        assert unexplained.status_code == 422
        why = {"reason": "演示：一人临时有事", "samplers": "2"}
        too_few = hidden(unexplained.text) | why | {"exclude/0/id": str(COLLEAGUE), "exclude/0/reason": "亲属（演示）"}
        refused = await post(office, f"/sampling-tasks/{task['id']}/draw", too_few)
        assert "回避：亲属（演示）" in refused.text
        again = await post(office, f"/sampling-tasks/{task['id']}/draw", hidden(refused.text) | why)
        assert again.status_code == 303, again.text
        assert "第2次抽取" in (await office.get(again.headers["location"])).text
        assert "已被后一次代替" in (await office.get(f"/sampling-tasks/{task['id']}")).text
        assert first in (await office.get("/assignment-draws")).text
    async with market.signed_in(Role.SAMPLER) as sampler:
        shown = await sampler.get(f"/sampling-tasks/{task['id']}")
        assert "/assignment-draws/" not in shown.text
        assert (await sampler.get(f"/sampling-tasks/{task['id']}/draw")).status_code == 403


async def test_a_sampler_is_entered_from_his_account_and_put_right(market: Market) -> None:
    await ordered(market)
    address = f"/samplers/{SAMPLER}/entry"
    typed = {
        "name": "演示·抽样人员",
        "region_code": DISTRICT,
        "valid_from": "2024-01-01",
        "valid_to": "2099-12-31",
        "active": "true",
    }
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        form = await office.get(address)
        [house] = re.findall(r'<option value="([^"]+)" selected>[^<]*（', form.text)[:1]
        leave = {"organisation_id": house, "leaves/0/first_day": "2027-02-01", "leaves/0/last_day": "2027-01-01"}
        refused = await post(office, address, hidden(form.text) | typed | leave)
        assert "止日不能早于起日" in refused.text
        mended = hidden(refused.text) | typed | leave | {"leaves/0/last_day": "2027-02-05"}
        assert (await post(office, address, mended)).status_code == 303
        assert "2027-02-01 至 2027-02-05" in (await office.get("/samplers")).text
        late = await post(office, address, mended)
        assert late.status_code == 409, "somebody changed the entry meanwhile"
        unknown = await office.get("/samplers/00000000-0000-4000-8000-000000000001/entry")
        assert unknown.status_code == 404
    async with market.signed_in(Role.INSPECTOR) as inspector:
        assert "更正" not in (await inspector.get("/samplers")).text
        assert (await inspector.get(address)).status_code == 403


async def test_a_laboratory_for_every_food_stays_one_for_every_food(market: Market) -> None:
    await ordered(market)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        page = (await office.get("/laboratories")).text
        address = re.findall(r'href="(/laboratories/[^"]+/entry)"', page)[0]
        form = await office.get(address)
        typed = {
            "name": "演示检验所（虚构）",
            "region_code": DISTRICT,
            "cma_number": "演示-CMA-001",
            "cma_valid_from": "2024-01-01",
            "cma_valid_to": "2099-12-31",
            "on_retest_roster": "false",
            "active": "true",
            "serves": DISTRICT,
            "scope/0/category_code": "*",
        }
        assert (await post(office, address, hidden(form.text) | typed)).status_code == 303
        assert "各类食品：全部项目" in (await office.get("/laboratories")).text
        assert '<option value="*" selected>' in (await office.get(address)).text
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as caller:
        entry = ok(await caller.get(f"{SAMPLING}{address.removesuffix('/entry')}"))
    assert entry["scope"] == [{"category_code": None, "items": None}]


async def test_a_laboratory_of_another_region_is_read_here_and_kept_there(market: Market) -> None:
    elsewhere, house = NANHAI, uuid4()
    settings = market.platform.settings[Unit.GATEWAY]
    assert isinstance(settings, Settings)
    token = demo_token(settings, Role.FOOD_SAFETY_OFFICE, elsewhere)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=market.address, headers=headers, timeout=60) as there:
        body = laboratory_body() | {"region_code": elsewhere, "serves": [elsewhere]}
        ok(await there.put(f"{SAMPLING}/laboratories/{house}", json=body))
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert f"/laboratories/{house}/entry" not in (await office.get("/laboratories")).text
        assert (await office.get(f"/laboratories/{house}/entry")).status_code == 404
        await office.get("/laboratories")
        assert (await post(office, f"/laboratories/{house}/entry", {"name": "改"})).status_code == 404


async def test_a_task_is_given_out_by_hand_and_taken_back_with_its_reason(market: Market) -> None:
    typed = {
        "stream": "special",
        "link": "catering",
        "region_code": TOWN,
        "task_source": "专项（演示）",
        "food_name": "凉皮",
        "quantity": "3",
    }
    async with market.signed_in(Role.INSPECTOR) as inspector:
        form = await inspector.get("/sampling-tasks/new")
        made = await post(inspector, "/sampling-tasks/new", hidden(form.text) | typed)
        assert made.status_code == 303, made.text
        address = made.headers["location"].split("?")[0]
        page = (await inspector.get(made.headers["location"])).text
        assert "已办：下达任务" in page
        assert "还没有随机抽取" in page
        step = await inspector.get(f"{address}/cancellation")
        sent = hidden(step.text) | {"reason": "该店已歇业（演示）"}
        assert (await post(inspector, f"{address}/cancellation", sent)).status_code == 303
        assert "该店已歇业（演示）" in (await inspector.get(address)).text
