"""A plan is drawn up, changed and allocated on pages; what was typed is never lost, and the service decides."""

from uuid import uuid4

import httpx

from gateway.web.row_forms import Group, RowForm, at_most, begun, compact, with_room
from gateway.web.steps import Field
from shared.contracts.codes import Role
from shared.times import day_of, now
from tests.gateway.web.platform import DISTRICT, TOWN, Market, post
from tests.gateway.web.sampled import SAMPLING
from tests.gateway.web.sampling.test_plans import hidden
from tests.gateway.web.sampling_stage import ok, planned

FORM = RowForm(
    "保存",
    (Field("title", "名称"),),
    (Group("rows", "各行", "行", (Field("kind", "种类", value="a"), Field("rate", "多少")), most=5, spare=2),),
)


def sent(**typed: str) -> dict[str, str]:
    return {field.name: typed.get(field.name.replace("/", "_"), "") for field in at_most(FORM).fields}


def test_rows_nobody_wrote_in_are_left_out_and_the_others_numbered_anew() -> None:
    filled = compact(FORM, sent(title="计划", rows_0_kind="a", rows_1_kind="b", rows_3_kind="a", rows_3_rate="7"))
    assert filled.rows == {"rows": 2}, "a row that only holds what it began with was not written in"
    assert (filled.typed["rows/0/kind"], filled.typed["rows/1/rate"]) == ("b", "7")


def test_room_for_rows_ends_where_the_group_does() -> None:
    filled = begun(FORM)
    for expected in (3, 5, 5):
        filled = with_room(FORM, filled, "rows")
        assert filled.rows == {"rows": expected}
    assert with_room(FORM, filled, "elsewhere") == filled


REGION = {
    "region_targets/0/region_code": DISTRICT,
    "region_targets/0/rate": "4.5",
    "region_targets/0/rate_unit": "batches_per_thousand",
    "region_targets/0/population_basis": "resident",
    "region_targets/0/population_year": "2021",
    "region_targets/0/counted_streams": "supervision",
}


def typed_plan(title: str, **change: str) -> dict[str, str]:
    return {
        "year": str(day_of(now()).year),
        "region_code": DISTRICT,
        "title": title,
        "stream": "supervision",
        "task_source": "县级",
        "quantity": "300",
        "category_targets/2/link": "catering",
        "category_targets/2/quantity": "80",
        "coverage_duties/0/title": "市场全覆盖",
        "coverage_duties/0/place": "site",
        "coverage_duties/0/minimum": "1",
        "coverage_duties/0/kinds": "farmers_market",
        "coverage_duties/0/counted_streams": "supervision",
        **REGION,
    } | change


async def opened(browser: httpx.AsyncClient, path: str) -> dict[str, str]:
    """The hidden fields of a form's page."""
    page = await browser.get(path)
    assert page.status_code == 200, page.text
    return hidden(page.text)


async def test_a_form_holds_as_many_rows_as_it_offers(market: Market) -> None:
    goals = {
        f"category_targets/{row}/{name}": "1" for row in range(200) for name in ("link", "category_code", "quantity")
    }
    whole = typed_plan("") | {key.replace("/0/", f"/{row}/"): text for row in range(90) for key, text in REGION.items()}
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        form = await opened(office, "/sampling-plans/new")
        page = await post(office, "/sampling-plans/new", form | whole | goals)
    assert page.status_code == 422, "refused for its title, not for its length"
    assert 'id="category_targets/199/quantity"' in page.text
    assert 'id="region_targets/89/rate"' in page.text


async def test_a_plan_is_drawn_up_mended_changed_and_found_as_it_was_typed(market: Market) -> None:
    title = f"拟定的计划{uuid4().hex[:6]}（演示）"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert "/sampling-plans/new" in (await office.get("/sampling-plans")).text
        kept = await opened(office, "/sampling-plans/new")
        roomier = await post(office, "/sampling-plans/new", kept | typed_plan(title, more="category_targets"))
        assert roomier.status_code == 200
        assert 'id="category_targets/3/link"' in roomier.text
        assert 'value="80"' in roomier.text, "further rows lose nothing that was typed"
        wrong = typed_plan(title, **{"quantity": "许多", "coverage_duties/0/kinds": "workshop"})
        refused = await post(office, "/sampling-plans/new", kept | wrong)
        assert refused.status_code == 422
        assert 'href="#quantity"' in refused.text
        assert "小作坊" in refused.text or "workshop" in refused.text
        made = await post(office, "/sampling-plans/new", hidden(refused.text) | typed_plan(title))
        assert made.status_code == 303, made.text
        address = made.headers["location"].split("?")[0]
        draft = await office.get(f"{address}/draft")
        assert 'value="4.5"' in draft.text
        old = hidden(draft.text)
        changed = typed_plan(title, quantity="320")
        del changed["year"], changed["region_code"]
        saved = await post(office, f"{address}/draft", old | changed)
        assert saved.headers["location"] == f"{address}?done=draft"
        late = await post(office, f"{address}/draft", old | changed | {"note": "另一人"})
        assert late.status_code == 409
        assert "另一人" in late.text
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as caller:
        plan = ok(await caller.get(f"{SAMPLING}{address}"))
    assert (plan["quantity"], [each["quantity"] for each in plan["category_targets"]]) == (320, [80])
    assert plan["coverage_duties"][0]["kinds"] == ["farmers_market"]


async def test_an_allocation_is_computed_from_an_issued_plan_alone(market: Market) -> None:
    plan, draft = await planned(market), await planned(market, issued=False)
    address = f"/sampling-plans/{plan['id']}/allocations/new"
    today = day_of(now())
    typed = {
        "quantity": "6",
        "quarter": f"{today.year}-Q{(today.month + 2) // 3}",
        "cover": "false",
        "credibility": "0.95",
        "seed": "演示种子",
        "prior/failed": "1",
        "prior/passed": "19",
        "cells/0/region_code": TOWN,
        "cells/0/link": "circulation",
        "cells/0/minimum": "2",
        "cells/1/region_code": TOWN,
        "cells/1/link": "catering",
    }
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert (await office.get(f"/sampling-plans/{draft['id']}/allocations/new")).status_code == 404
        kept = await opened(office, address)
        refused = await post(office, address, kept | typed | {"cells/1/minimum": "9"})
        assert refused.status_code == 422, "the bounds ask for more than there is"
        assert "演示种子" in refused.text
        foreign = await post(office, address, hidden(refused.text) | typed | {"cells/1/region_code": "320600000000"})
        assert 'href="#cells/1/region_code"' in foreign.text
        made = await post(office, address, hidden(foreign.text) | typed)
        assert made.status_code == 303, made.text
        page = (await office.get(made.headers["location"])).text
        assert "演示种子" in page
        assert "下达 2 项抽样任务" in page
    async with market.signed_in(Role.LEADER) as leader:
        assert (await leader.get(address)).status_code == 403
        assert "计算分配方案" not in (await leader.get(f"/sampling-plans/{plan['id']}")).text
