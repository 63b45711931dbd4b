"""A sampling task with its samplers, and a plan with its targets, for tests of pages: made over the services."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from gateway.identity.demo_users import demo_organisation_id
from gateway.web.forms import FORM_COOKIE
from shared.contracts.codes import Role
from shared.times import day_of, now
from tests.gateway.web.platform import DISTRICT, OWN_PAGE, TOWN, Market
from tests.gateway.web.sampled import COLLEAGUE as COLLEAGUE
from tests.gateway.web.sampled import SAMPLER as SAMPLER
from tests.gateway.web.sampled import SAMPLING
from tests.services.sampling.apart import laboratory_body, sampler_body
from tests.services.sampling.factories import key

JPEG = b"\xff\xd8\xff\xe0 invented photo "


async def ordered(market: Market, *, assigned: bool = True, **change: Any) -> dict[str, Any]:
    """A task by hand; with `assigned`, drawn for the demo's sampler and a colleague."""
    body = {
        "stream": "supervision",
        "link": "circulation",
        "task_source": "（演示）区级监督抽检",
        "region_code": TOWN,
        "food_name": f"豇豆{uuid4().hex[:6]}",
        "business_name": "演示蔬菜摊（虚构）",
        "quantity": 2,
        "due_on": (day_of(now()) + timedelta(days=5)).isoformat(),
        "instructions": "抽当日到货的",
    } | change
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        task: dict[str, Any] = ok(await office.post(f"{SAMPLING}/sampling-tasks", json=body, headers=key()))
        if assigned:
            await _register(office)
            ok(await office.post(f"{SAMPLING}/sampling-tasks/{task['id']}/assignment-draws", json={}, headers=key()))
    return task


async def _register(office: httpx.AsyncClient) -> None:
    """The two samplers of the demo, and a laboratory to draw."""
    laboratory = f"{SAMPLING}/laboratories/{demo_organisation_id(Role.LABORATORY, DISTRICT)}"
    if (await office.get(laboratory)).status_code == 404:
        ok(await office.put(laboratory, json=laboratory_body()))
    for user_id, name in ((SAMPLER, "演示·抽样人员"), (COLLEAGUE, "演示·抽样同事（虚构）")):
        path = f"{SAMPLING}/samplers/{user_id}"
        if (await office.get(path)).status_code == 404:
            organisation = str(demo_organisation_id(Role.SAMPLER, DISTRICT))
            ok(await office.put(path, json=sampler_body() | {"name": name, "organisation_id": organisation}))


async def planned(market: Market, *, issued: bool = True, **change: Any) -> dict[str, Any]:
    """A plan of this year with targets by region and by link, and every market to be sampled once."""
    streams = ["supervision", "assessment", "special"]
    body = {
        "year": day_of(now()).year,
        "region_code": DISTRICT,
        "stream": "supervision",
        "task_source": "县级",
        "title": f"监督抽检计划{uuid4().hex[:6]}（演示）",
        "quantity": 400,
        "region_targets": [
            {
                "region_code": DISTRICT,
                "rate": "4.5",
                "rate_unit": "batches_per_thousand",
                "population_year": 2021,
                "counted_streams": streams,
            },
            {
                "region_code": TOWN,
                "rate": "4.5",
                "rate_unit": "batches_per_thousand",
                "population_year": 1999 + 1,
                "counted_streams": streams,
            },
        ],
        "category_targets": [{"link": "circulation", "quantity": 120}, {"link": "catering", "quantity": 80}],
        "coverage_duties": [
            {
                "title": "集中交易市场全覆盖",
                "place": "site",
                "kinds": ["farmers_market", "wholesale_market"],
                "counted_streams": streams,
            }
        ],
    } | change
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        plan: dict[str, Any] = ok(await office.post(f"{SAMPLING}/sampling-plans", json=body, headers=key()))
        if issued:
            path = f"{SAMPLING}/sampling-plans/{plan['id']}/issue"
            plan = ok(await office.post(path, headers={"If-Match": f'"{plan["version"]}"'}))
    return plan


async def allocated(market: Market, plan: dict[str, Any]) -> dict[str, Any]:
    """An allocation of the plan's current quarter: two places by risk, and whoever coverage asks for."""
    today = day_of(now())
    body = {
        "method": "supervision",
        "quarter": f"{today.year}-Q{(today.month + 2) // 3}",
        "quantity": 12,
        "seed": "抽签种子（演示）",
        "cells": [
            {"region_code": TOWN, "link": "circulation", "minimum": 2},
            {"region_code": TOWN, "link": "catering", "minimum": 1},
        ],
    }
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        path = f"{SAMPLING}/sampling-plans/{plan['id']}/allocations"
        allocation: dict[str, Any] = ok(await office.post(path, json=body, headers=key()))
    return allocation


def typed_form(**change: str) -> dict[str, str]:
    """Everything that a person types into the form of an on-site sample, without files."""
    seal = uuid4().hex[:12].upper()
    return {
        "basics/sampled_on": day_of(now()).isoformat(),
        "basics/task_source": "（演示）区级监督抽检",
        "basics/place": "农贸市场",
        "basics/picked_by": "samplers",
        "basics/delivery": "samplers",
        "samplers/0/user_id": str(SAMPLER),
        "samplers/1/user_id": str(COLLEAGUE),
        "sampled_party/name": "演示蔬菜摊（虚构）",
        "sampled_party/address": "演示路 1 号（虚构）",
        "goods/name": "豇豆",
        "goods/quantity": "3",
        "goods/quantity_unit": "kg",
        "goods/backup_quantity": "1.5",
        "sampling_body/name": "演示抽样队（虚构）",
        "sealing/test_seals": f"F{seal}-1",
        "sealing/backup_seals": f"F{seal}-2",
        "purchase/amount": "24.00",
        "purchase/receipt_number": "演示-0001",
        "rights_notice/given": "true",
        "rights_notice/name": "演示摊主（虚构）",
        "operator/name": "演示摊主（虚构）",
    } | change


def photos_of_form() -> list[tuple[str, tuple[str, bytes]]]:
    """The files that such a sample needs, each of its own content."""
    places = (
        *(f"attachments/{kind}" for kind in ("site", "sample", "test_seal", "backup_seal")),
        *(f"{who}/signature" for who in ("samplers/0", "samplers/1", "rights_notice", "operator")),
    )
    return [(place, (f"{number}.jpg", JPEG + place.encode() + uuid4().bytes)) for number, place in enumerate(places)]


async def send(
    browser: httpx.AsyncClient,
    path: str,
    form: dict[str, Any],
    files: list[tuple[str, tuple[str, bytes]]] | None = None,
) -> httpx.Response:
    """Send a form with files as a browser does; the empty part keeps it a form with files where there are none."""
    data = {"form_token": browser.cookies[FORM_COOKIE]} | form
    return await browser.post(path, data=data, files=files or [("attachments/other", ("", b""))], headers=OWN_PAGE)


def form_on(page: str) -> tuple[str, dict[str, str]]:
    """Where the form of a page is sent to, and its hidden fields."""
    [action] = re.findall(r'<form class="stack sample-form" method="post" action="([^"]+)"', page)
    return action, dict(re.findall(r'<input type="hidden" name="(task_id|seen)" value="([^"]*)">', page))


def ok(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.url}: {answer.text}"
    return answer.json()
