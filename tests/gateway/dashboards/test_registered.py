"""What a service keeps of stated values, as the gateway reads it: in pages, within a budget, or not at all."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from gateway.clients import Services
from gateway.dashboards import registered
from gateway.dashboards.registered import read_registered_section
from gateway.dashboards.schemas import SectionStatus
from shared.contracts.codes import SERVICES, Unit
from shared.ids import uuid7
from tests.gateway.dashboards.wire import AS_OF, CALLER, DISTRICT, WireSettings
from tests.virtual_time import in_virtual_time

Answer = Callable[[httpx.Request], Coroutine[Any, Any, httpx.Response]]


def services(answer: Answer) -> Services:
    addresses = {f"{unit.value}_url": f"http://{unit.value}" for unit in SERVICES}
    settings = WireSettings.model_validate({"database_url": "postgresql://none"} | addresses)
    return Services(httpx.AsyncClient(transport=httpx.MockTransport(answer)), settings)


def row(name: str) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "code": "002-34",
        "name": name,
        "region_code": DISTRICT,
        "period": "",
        "kind": "target",
        "comparison": "≥",
        "value": "4.5",
        "unit": "批次/千人·年",
        "quote": f"{name}≥4.5批次/千人·年",
        "source": "演示文件（虚构）",
        "source_date": None,
        "recorded_at": AS_OF.isoformat(),
        "superseded_by": None,
    }


@in_virtual_time
async def test_all_pages_of_a_service_are_read() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        second = "cursor" in request.url.params
        name, following = ("乙", None) if second else ("甲", "after-the-first")
        return httpx.Response(200, json={"items": [row(name)], "next_cursor": following})

    section = await read_registered_section(services(answer), Unit.SAMPLING, DISTRICT, CALLER)
    assert (section.status, section.note) == (SectionStatus.OK, "")
    assert [figure.name for figure in section.figures] == ["甲", "乙"]


@pytest.mark.parametrize("fault", ["slow", "broken", "another version"])
@in_virtual_time
async def test_a_silent_service_is_named(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registered, "BUDGET_SECONDS", 0.1)

    async def answer(_: httpx.Request) -> httpx.Response:
        if fault == "slow":
            await asyncio.sleep(600)
        if fault == "broken":
            return httpx.Response(500)
        return httpx.Response(200, json={"items": [{"figure": 1}], "next_cursor": None})

    section = await read_registered_section(services(answer), Unit.TRACEABILITY, DISTRICT, CALLER)
    assert (section.status, section.figures) == (SectionStatus.UNAVAILABLE, [])
    assert section.note == "追溯服务暂不可用，它登记的数据现在看不到"


@in_virtual_time
async def test_a_refusal_is_said_in_the_services_own_words() -> None:
    async def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(403, json={"title": "没有权限", "detail": "这一步由监管部门办理"})

    section = await read_registered_section(services(answer), Unit.SCORING, DISTRICT, CALLER)
    assert section.note == "这一步由监管部门办理"
