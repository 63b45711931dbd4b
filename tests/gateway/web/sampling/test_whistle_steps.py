"""The steps of a whistle from its page: who is offered what, and what the service says to it."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway.web.sampling import whistle_steps
from gateway.web.steps import body
from shared.contracts.codes import Role
from shared.times import SHANGHAI, now
from tests.gateway.web.platform import Market, file_of, finished, positive, post, upload
from tests.gateway.web.sampling.test_whistle_timeline import NOW, clock, whistle

INSPECTOR, OPERATOR, LEADER = (frozenset({role}) for role in (Role.INSPECTOR, Role.MARKET_OPERATOR, Role.LEADER))
WINDOW_OVER = [clock("rapid_test_objection", timedelta(hours=-1), state="running")]


def slugs(answer: dict[str, Any], roles: frozenset[Role] = INSPECTOR) -> list[str]:
    return [step.slug for step in whistle_steps.offered(answer, roles, NOW)]


def test_the_seller_is_told_first() -> None:
    assert slugs(whistle(told_at=None))[0] == "notice"
    assert slugs(whistle())[0] == "statutory-sample"


def test_who_only_reads_is_offered_nothing_and_an_operator_no_decision() -> None:
    assert slugs(whistle(), LEADER) == []
    assert slugs(whistle(), OPERATOR) == ["objection", "repeats"]


def test_the_seller_is_told_once_and_only_an_officer_corrects_it_until_an_objection_is_decided() -> None:
    assert "notice" in slugs(whistle(told_at=None), OPERATOR)
    assert "notice" in slugs(whistle(), INSPECTOR)
    for told_at, objection, offered in [
        (None, "refused_late", True),
        (None, "accepted", False),
        (NOW.isoformat(), "refused_late", False),
        (NOW.isoformat(), "accepted", False),
    ]:
        contested = whistle(told_at=told_at, objection=objection)
        assert "notice" not in slugs(contested, OPERATOR)
        assert ("notice" in slugs(contested, INSPECTOR)) == offered


def test_only_an_officer_is_asked_when_a_paper_objection_came() -> None:
    for roles, asked in ((INSPECTOR, ["note", "at", "evidence"]), (OPERATOR, ["note", "evidence"])):
        [objection] = [step for step in whistle_steps.offered(whistle(), roles, NOW) if step.slug == "objection"]
        assert [field.name for field in objection.fields] == asked


def test_nothing_may_be_destroyed_while_the_seller_may_contest_or_has_contested() -> None:
    assert "disposals" not in slugs(whistle())
    assert "disposals" in slugs(whistle(clocks=WINDOW_OVER))
    assert "disposals" not in slugs(whistle(clocks=WINDOW_OVER, objection="accepted"))


@pytest.mark.parametrize(
    ("answer", "steps"),
    [
        ({"state": "sampled", "objection": "accepted"}, ["outcome", "repeats"]),
        ({"state": "concluded", "outcome": "confirmed"}, ["disposals"]),
        (
            {"state": "concluded", "outcome": "confirmed", "held_quantity": "20", "destroyed_quantity": "12"},
            ["closure", "disposals"],
        ),
        (
            {"state": "concluded", "outcome": "confirmed", "held_quantity": "20", "destroyed_quantity": "20"},
            ["closure"],
        ),
        ({"state": "concluded", "outcome": "unconfirmed"}, ["stop-sale-release"]),
        ({"state": "concluded", "outcome": "unconfirmed", "stop_sale": "lifted"}, ["closure"]),
        ({"state": "closed", "outcome": "unconfirmed", "stop_sale": "lifted"}, []),
    ],
)
def test_a_state_offers_what_it_carries(answer: dict[str, Any], steps: list[str]) -> None:
    assert slugs(whistle(**answer)) == steps


def test_a_moment_is_meant_in_shanghai_and_what_is_no_moment_is_left_to_the_service() -> None:
    [notice] = [step for step in whistle_steps.STEPS if step.slug == "notice"]
    typed = {"at": "2026-07-24T09:30", "note": " ", "evidence": "告知书 演示-1\n\n照片 2\n"}
    assert body(notice, typed) == {
        "at": "2026-07-24T09:30:00+08:00",
        "evidence": ["告知书 演示-1", "照片 2"],
    }
    assert body(notice, typed | {"at": "昨天"})["at"] == "昨天"


@pytest.mark.parametrize(("typed", "sent"), [("１２．５", "12.5"), ("－３", "-3"), ("½", "½"), ("十二", "十二")])
def test_a_number_is_taken_as_a_chinese_keyboard_writes_it_and_nothing_else_is_guessed(typed: str, sent: str) -> None:
    [disposal] = [step for step in whistle_steps.STEPS if step.slug == "disposals"]
    empty = {field.name: "" for field in disposal.fields}
    assert body(disposal, empty | {"quantity": typed})["quantity"] == sent


def test_how_much_may_still_be_destroyed_is_said() -> None:
    held = whistle(held_quantity="20.0000", destroyed_quantity="12.5", unit="公斤")
    assert whistle_steps.quantity_hint(held) == "停售20公斤，最多还可登记7.5公斤"
    assert whistle_steps.quantity_hint(whistle()) == "停售数量未知，按实际数量登记"


async def blown(market: Market) -> str:
    """The address of a new whistle's page."""
    product = f"韭菜{uuid4().hex[:6]}"
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        await finished(operator, await upload(operator, market.site_id, file_of(positive(product)), dry_run=False))
        found = re.search(rf'<a href="(/whistles/[^"]+)">{product}：', (await operator.get("/whistles")).text)
        assert found
        return found[1]


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(version|seen)" value="(\d+)">', page))


async def take(browser: httpx.AsyncClient, address: str, slug: str, **typed: str) -> httpx.Response:
    """Open the form of a step, fill it in and send it, as a browser without scripts does."""
    form = await browser.get(f"{address}/{slug}")
    assert form.status_code == 200, form.text
    return await post(browser, f"{address}/{slug}", hidden(form.text) | typed)


def minute(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


async def test_a_whistle_is_worked_from_its_page_to_its_end(market: Market) -> None:
    address = await blown(market)
    async with market.signed_in(Role.INSPECTOR) as officer:
        first = (await officer.get(address)).text
        assert f'<a class="button button-primary" href="{address}/notice">登记告知</a>' in first
        assert f"{address}/closure" not in first
        steps: list[tuple[str, dict[str, str]]] = [
            ("notice", {"at": minute(now()), "evidence": "告知书 演示-1"}),
            ("statutory-sample", {"sample_number": f"XBJ演示{uuid4().hex[:8]}", "same_lot": "true"}),
            ("outcome", {"outcome": "unconfirmed", "note": "检验报告 演示-2"}),
            ("stop-sale-release", {}),
            ("closure", {}),
        ]
        for slug, typed in steps:
            answer = await take(officer, address, slug, **typed)
            assert answer.status_code == 303, (slug, re.findall(r"field-error[^<]*<", answer.text), answer.text)
            assert answer.headers["location"] == f"{address}?done={slug}"
        last = (await officer.get(address)).text
        assert "已办结" in last
        assert "告知书 演示-1" in last
        assert "可以办理" not in last


async def test_who_works_from_an_old_page_is_told_what_changed_and_keeps_what_he_typed(market: Market) -> None:
    address = await blown(market)
    async with market.signed_in(Role.INSPECTOR) as late, market.signed_in(Role.MARKET_OPERATOR) as quick:
        seen = hidden((await late.get(f"{address}/statutory-sample")).text)
        assert (await take(quick, address, "notice", at=minute(now()))).status_code == 303
        number = f"XBJ演示{uuid4().hex[:8]}"
        answer = await post(late, f"{address}/statutory-sample", seen | {"sample_number": number, "same_lot": "false"})
        assert answer.status_code == 409
        assert "已被他人修改" in answer.text
        assert "检测结果告知销售者" in answer.text, "what was done meanwhile"
        assert f'value="{number}"' in answer.text
        again = hidden(answer.text) | {"sample_number": number, "same_lot": "false"}
        assert (await post(late, f"{address}/statutory-sample", again)).status_code == 303


async def test_what_the_service_refuses_stands_at_the_top_and_at_the_field(market: Market) -> None:
    address = await blown(market)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        tomorrow = await take(office, address, "notice", at=minute(now() + timedelta(days=1)))
        assert tomorrow.status_code == 422
        assert re.search(r'<a href="#at">[^<]*不能晚于现在', tomorrow.text)
        assert 'id="at-error-1"' in tomorrow.text
        nothing = await take(office, address, "statutory-sample")
        assert {'<a href="#sample_number">', '<a href="#same_lot">'} <= set(
            re.findall(r'<a href="#\w+">', nothing.text)
        )
        too_soon = await take(office, address, "outcome", outcome="confirmed", note="检验报告 演示-3")
        what_then_why = re.search(r'<a href="#step">[^<：]+：还没有登记监督抽检的样品', too_soon.text)
        assert what_then_why, too_soon.text
        assert "检验报告 演示-3" in too_soon.text, "what was typed is not lost"


async def test_no_more_is_destroyed_than_is_held(market: Market) -> None:
    address = await blown(market)
    async with market.signed_in(Role.INSPECTOR) as officer:
        typed = {"outcome": "unreachable", "note": "货物已无法抽样"}
        assert (await take(officer, address, "outcome", **typed)).status_code == 303
        form = (await officer.get(f"{address}/disposals")).text
        assert "停售20公斤，最多还可登记20公斤" in form
        much = await take(officer, address, "disposals", quantity="21", unit="公斤", note="粉碎后深埋")
        assert "超过停售数量" in much.text
        enough = await take(officer, address, "disposals", quantity="20", unit="公斤", note="粉碎后深埋")
        assert enough.status_code == 303


async def test_a_step_of_somebody_else_is_not_offered_and_refused_by_the_service(market: Market) -> None:
    address = await blown(market)
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        assert f"{address}/outcome" not in (await operator.get(address)).text
        form = await operator.get(f"{address}/outcome")
        assert "不由您的角色办理" in form.text
        sent = {"version": "1", "seen": "1", "outcome": "unreachable", "note": "没有权限的人"}
        answer = await post(operator, f"{address}/outcome", sent)
        assert answer.status_code == 422
        assert "没有权限的人" not in (await operator.get(address)).text
