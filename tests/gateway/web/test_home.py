"""What the home page puts first, for whom, and what it says where there is nothing or nobody answers."""

import pytest

from gateway.web import home
from gateway.web.home import Asked, _counted, _longest_first
from gateway.web.home_tasks import BUSINESS, COUNTED, Line, Tasks
from shared.contracts.codes import Role, Unit
from shared.times import now
from tests.gateway.web.platform import DISTRICT, Market
from tests.gateway.web.supervision_stage import registered, visited

WORKERS = sorted(set(Role) - {Role.EXTERNAL_SYSTEM})


def test_what_has_been_overdue_longest_stands_first_whichever_service_it_is_of() -> None:
    def clocks(*days: int) -> list[dict[str, str]]:
        return [{"due_at": f"2026-07-{day:02d}T16:00:00Z"} for day in days]

    told = [Asked(Unit.SAMPLING, clocks(19, 20)), Asked(Unit.INSPECTION, clocks(3)), Asked(Unit.SCORING, [], True)]
    assert [unit for unit, _ in _longest_first(told)] == [Unit.INSPECTION, Unit.SAMPLING, Unit.SAMPLING]
    assert _counted(told) == "3"
    assert _counted([Asked(Unit.SAMPLING, clocks(*[1] * COUNTED)), *told[1:]]) == f"{COUNTED + 1}+", "there may be more"


def test_the_deadline_that_presses_most_stands_beside_the_count() -> None:
    def tasks(*due: tuple[str, str]) -> Tasks:
        return Tasks("整改", "/corrections", [Line("", "", due=each) for each in due], len(due))

    later, soon, late = ("running", "还剩 9 天"), ("warning", "还剩 1 天"), ("danger", "已超 2 天")
    assert tasks(later, soon, late).pressing == late
    assert tasks(later, ("running", "还剩 12 天")).pressing == later, "what is due first is asked first"
    assert tasks(("", ""), ("unknown", "已暂停")).pressing == ("", ""), "what stands still does not press"


@pytest.mark.parametrize("role", WORKERS)
async def test_what_a_role_is_shown_it_may_ask_for_and_nothing_to_do_is_said(market: Market, role: Role) -> None:
    kinds = [kind for kind in home.KINDS if role in kind.roles]
    async with market.caller(role) as caller:
        me = (await caller.get("/api/v1/me")).json()
        for kind in kinds:
            if kind.is_of_business and not me["business_id"]:
                continue
            wanted = {name: value.replace(BUSINESS, str(me["business_id"])) for name, value in kind.wanted.items()}
            answer = await caller.get(f"/api/{kind.unit.value}{kind.path}", params=wanted | {"limit": str(COUNTED)})
            assert answer.status_code == 200, (kind.title, answer.text)
            lines = [] if kind.beside else [kind.line(one, now()) for one in answer.json()["items"]]
            assert all(line is None or line.title for line in lines)
    async with market.signed_in(role) as browser:
        page = (await browser.get("/")).text
    assert "今天要办的" in page
    assert ("对接与接口账号" in page) is (role is Role.ADMINISTRATOR)
    assert ("等您办的，各有多少" in page) != ("现在没有等您办的事" in page), "one of the two, and never neither"


async def test_a_problem_of_a_visit_is_counted_and_leads_to_its_place(market: Market) -> None:
    await visited(market, await registered(market), {"1.1": "没有公示（演示）"})
    async with market.signed_in(Role.INSPECTOR) as browser:
        page = (await browser.get("/")).text
    counts = page.partition("等您办的，各有多少")[2].partition("</nav>")[0]
    anchor = counts.partition(">还没有处理的问题")[0].rpartition('href="#')[2].rstrip('"')
    assert f'id="{anchor}"' in page
    assert "没有公示（演示）" in page.partition(f'id="{anchor}"')[2].partition("</section>")[0]


async def test_a_service_that_does_not_answer_is_named_and_the_others_are_shown(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visited(market, await registered(market), {"1.1": "没有公示（演示）"})
    settings = market.app(Unit.GATEWAY).state.settings
    monkeypatch.setattr(settings, "scoring_url", "http://127.0.0.1:9")
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as browser:
        page = (await browser.get("/")).text
        assert f"{Unit.SCORING.label}服务暂不可用" in page
        assert "30日内没有到期的创建任务" not in page, "nobody said that there is none"
        assert DISTRICT in page
