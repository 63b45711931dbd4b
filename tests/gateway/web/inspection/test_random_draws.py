"""The ceremony on pages, without scripts; what everybody may read; and the verifier with a published draw at hand."""

import re
from typing import Any
from uuid import uuid4

from services.inspection.random_draws.verifier import sha256_of_text, verify
from shared.contracts.codes import Role
from shared.times import now
from tests.gateway.web.platform import DISTRICT, TOWN, Market, post
from tests.gateway.web.sampling.test_plans import hidden
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import INSPECTION, INSPECTOR, PNG, registered

NONCES = {Role.LEADER: "领导的随机数（演示）0000000001", Role.AUDITOR: "审计的随机数（演示）0000000002"}


async def staged(market: Market) -> None:
    """Businesses of a kind of their own, and people who can inspect them."""
    for _ in range(4):
        await registered(market, kind="canteen")
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        for account in (INSPECTOR, uuid4(), uuid4()):
            body = {
                "name": "演示·检查人员（虚构）",
                "department": "市场监管",
                "region_code": DISTRICT,
                "skills": ["canteen"],
                "certificate_until": None,
                "active": True,
            }
            answer = await office.put(f"{INSPECTION}/draw-inspectors/{account}", json=body)
            assert answer.status_code in (200, 428), answer.text


async def ceremony(market: Market, title: str, **change: str) -> str:
    """From the freeze to the result on pages; the address of the draw."""
    typed = {
        "title": title,
        "purpose": "general",
        "region_code": TOWN,
        "kinds": "canteen",
        "percent": "50",
        "load_slack": "1",
        "teams/0/code": "市场监管",
        "teams/0/each": "2",
    } | change
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        form = await office.get("/random-draws/new")
        made = await post(office, "/random-draws/new", hidden(form.text) | typed | {"region_code": DISTRICT})
        assert made.status_code == 303, made.text
        address = made.headers["location"].split("?")[0]
    for role, nonce in NONCES.items():
        await stepped(market, role, address, "pledges", {"nonce_sha256": sha256_of_text(nonce)})
    await stepped(market, Role.FOOD_SAFETY_OFFICE, address, "commitment", {"entropy/mode": "witnesses"})
    for role, nonce in NONCES.items():
        await stepped(market, role, address, "nonces", {"nonce": nonce})
    await stepped(market, Role.FOOD_SAFETY_OFFICE, address, "draw", {})
    return address


async def stepped(market: Market, role: Role, address: str, slug: str, typed: dict[str, str]) -> None:
    async with market.signed_in(role) as browser:
        assert f"{address}/{slug}" in (await browser.get(address)).text, "the page offers the step"
        form = await browser.get(f"{address}/{slug}")
        taken = await post(browser, f"{address}/{slug}", hidden(form.text) | typed)
        assert taken.status_code == 303, taken.text


async def test_a_ceremony_on_pages_ends_with_what_everybody_can_recompute(market: Market) -> None:
    await staged(market)
    title = f"演示食堂抽查{now():%H%M%S%f}（虚构）"
    address = await ceremony(market, title)
    public = address.replace("/random-draws/", "/public-draws/")
    async with market.browser() as street:
        before = await street.get(public)
        assert "结果还没有公布" in before.text
        assert "抽中的主体" not in before.text
        assert not before.cookies
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        wall = (await office.get(f"{address}?theme=wall")).text
        assert all(nonce in wall for nonce in NONCES.values()), "revealed with the draw"
    await stepped(market, Role.FOOD_SAFETY_OFFICE, address, "announcement", {})
    async with market.browser() as street:
        assert title in (await street.get("/public-draws")).text
        page = (await street.get(public)).text
        [bundle] = set(re.findall(r'href="(/api/inspection/v1/public-draws/[^"]+/bundle)"', page))
        downloaded: dict[str, Any] = ok(await street.get(bundle))
        assert verify(downloaded) == []
        verification = (await street.get(f"{public}/verification")).text
        assert f'data-bundle="{bundle}"' in verification
        assert "核验程序" in (await street.get("/public-draws/verifier")).text
        assert "def verify" in (await street.get("/api/inspection/v1/public-draws/verifier")).text


async def test_a_wrong_nonce_is_refused_at_its_field_and_nothing_is_shown_before_the_draw(market: Market) -> None:
    await staged(market)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        form = await office.get("/random-draws/new")
        typed = {
            "title": "演示抽查（虚构）",
            "purpose": "general",
            "region_code": DISTRICT,
            "kinds": "canteen",
            "percent": "50",
            "load_slack": "1",
            "teams/0/code": "市场监管",
            "teams/0/each": "1",
        }
        refused = await post(office, "/random-draws/new", hidden(form.text) | typed)
        assert refused.status_code == 422
        assert "不少于 2 名" in refused.text
        made = await post(office, "/random-draws/new", hidden(refused.text) | typed | {"teams/0/each": "2"})
        address = made.headers["location"].split("?")[0]
    for role, nonce in NONCES.items():
        await stepped(market, role, address, "pledges", {"nonce_sha256": sha256_of_text(nonce)})
    await stepped(market, Role.FOOD_SAFETY_OFFICE, address, "commitment", {"entropy/mode": "witnesses"})
    async with market.signed_in(Role.LEADER) as leader:
        form = await leader.get(f"{address}/nonces")
        wrong = await post(leader, f"{address}/nonces", hidden(form.text) | {"nonce": "记错了的"})
        assert wrong.status_code == 422
        assert "与您事先交存的指纹不符" in wrong.text
    await stepped(market, Role.LEADER, address, "nonces", {"nonce": NONCES[Role.LEADER]})
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        page = (await office.get(address)).text
        assert NONCES[Role.LEADER] not in page
        assert "1/2 位见证人已交出" in page
        assert f"{address}/draw" not in page, "one is missing"
    async with market.signed_in(Role.SAMPLER) as sampler:
        assert (await sampler.get("/random-draws")).status_code == 403


async def test_an_inspector_finds_what_he_was_drawn_for(market: Market) -> None:
    await staged(market)
    await ceremony(market, "演示食堂飞行检查（虚构）", purpose="flight", percent="100")
    async with market.signed_in(Role.INSPECTOR) as inspector:
        mine = (await inspector.get("/random-draws/mine")).text
        [first, *_] = re.findall(r'href="(/random-draws/mine/[^"]+/completion)"', mine)
        form = await inspector.get(first)
        refused = await post(inspector, first, hidden(form.text) | {"record_id": str(uuid4())})
        assert refused.status_code == 422
        assert "没有这份检查记录" in refused.text
        gone = first.replace("/completion", "/not-found")
        form = await inspector.get(gone)
        told = hidden(form.text) | {"words": "门头已换（演示）"}
        bare = await post(inspector, gone, told)
        assert (bare.status_code, "请改正" in bare.text or "至少" in bare.text) == (422, True), "without a photo"
        carried = hidden(bare.text) | {"words": "门头已换（演示）"}
        sent = await post(inspector, gone, carried, files={"evidence": ("门牌.png", PNG + uuid4().bytes)})
        assert sent.status_code == 303, sent.text
        after = (await inspector.get("/random-draws/mine")).text
        assert gone not in after
        assert "在登记的地址找不到" in after
