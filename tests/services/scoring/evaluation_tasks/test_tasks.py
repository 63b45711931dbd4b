"""Tasks are given with a time limit, reported, looked at by another, and reminded of."""

from typing import Any

import httpx
import pytest_asyncio

from tests.conftest import ClientOf
from tests.services.scoring.evaluations.running import People, add, begun, people_of, published

TEXT = """1. 签责任书。〔责任单位：市食安办、各县（市、区）人民政府〕
（一）能力工程
（牵头单位：市财政局；参与单位：市食安办）"""


@pytest_asyncio.fixture
async def people(client_of: ClientOf) -> People:
    found = await people_of(client_of)
    await published(found.city)
    return found


async def step(client: httpx.AsyncClient, task: dict[str, Any], name: str, **body: Any) -> httpx.Response:
    path = f"/v1/evaluation-tasks/{task['id']}"
    etag = (await client.get(path)).headers["etag"]
    return await client.post(f"{path}/{name}", json=body, headers={"If-Match": etag})


async def listed(client: httpx.AsyncClient, **wanted: Any) -> list[str]:
    answer = await client.get("/v1/evaluation-tasks", params=wanted)
    assert answer.status_code == 200, answer.text
    return [task["title"] for task in answer.json()["items"]]


async def test_every_clause_of_the_scheme_becomes_one_task(people: People) -> None:
    run = await begun(people)
    given = await add(people.city, run, "tasks/by-scheme", days=60)
    assert [task["clause_code"] for task in given.json()] == ["A1", "A2", "A3", "B1", "B2"]
    [task, *_] = given.json()
    assert task["units"] == [{"name": "演示局", "part": "lead"}]
    assert task["clock"]["name"] == "完成创建任务" and task["clock"]["due_at"] is not None
    assert (await add(people.city, run, "tasks/by-scheme", days=60)).json() == []


async def test_tasks_of_a_plan_s_text_are_all_given_or_none(people: People) -> None:
    run = await begun(people)
    broken = await add(
        people.district, run, "tasks/by-text", text=f"{TEXT}\n（责任单位：某局", days=30, source="方案（演示）"
    )
    [error] = broken.json()["errors"]
    assert (broken.status_code, error["row"]) == (422, 4)
    assert await listed(people.district) == []
    given = await add(people.district, run, "tasks/by-text", text=TEXT, days=30, source="方案（演示）")
    assert [task["title"] for task in given.json()] == ["签责任书", "能力工程"]
    assert await listed(people.district, unit="市食安办") == ["签责任书", "能力工程"]
    assert await listed(people.district, unit="市食安办", part="lead") == ["签责任书"]
    assert await listed(people.outsider) == []


async def test_what_is_soon_due_and_not_reported_is_listed(people: People) -> None:
    run = await begun(people)
    tasks = [
        {"title": "近的（演示）", "lead": ["演示局"], "days": 3},
        {"title": "远的（演示）", "lead": ["演示局"], "days": 90},
    ]
    [near, _] = (await add(people.city, run, "tasks", tasks=tasks)).json()
    assert await listed(people.district, due_within_days=7) == ["近的（演示）"]
    reminded = await step(people.city, near, "reminder", note="请抓紧（演示）")
    assert reminded.json()["reminders"] == 1
    await step(people.district, near, "report", note="已办（演示）")
    assert await listed(people.district, due_within_days=7) == []


async def test_a_task_is_done_when_another_has_looked(people: People) -> None:
    run = await begun(people)
    body = {"clause_code": "A1", "title": "签责任书（演示）", "lead": ["演示局"], "days": 30}
    [task] = (await add(people.city, run, "tasks", tasks=[body])).json()
    assert (await step(people.city, task, "acceptance")).status_code == 409, "nobody has reported yet"
    await step(people.district, task, "report", note="已签（演示）")
    assert (await step(people.district, task, "acceptance")).status_code == 409, "nobody checks his own report"
    returned = await step(people.city, task, "return", reason="缺两个镇（演示）")
    assert returned.json()["state"] == "open"
    await step(people.district, task, "report", note="已补（演示）")
    done = (await step(people.city, task, "acceptance")).json()
    assert (done["state"], done["clock"]["state"]) == ("done", "met")
    assert [entry["kind"] for entry in done["entries"]] == ["reported", "returned", "reported", "accepted"]
    assert (await step(people.city, task, "withdrawal", reason="演示")).status_code == 409


async def test_a_clause_has_one_task_that_stands(people: People) -> None:
    run = await begun(people)
    body = {"clause_code": "A1", "title": "签责任书（演示）", "lead": ["演示局"], "days": 30}
    [task] = (await add(people.city, run, "tasks", tasks=[body])).json()
    assert (await add(people.city, run, "tasks", tasks=[body])).status_code == 422
    assert (await add(people.city, run, "tasks", tasks=[body | {"clause_code": "Z"}])).status_code == 422
    assert (await step(people.city, task, "withdrawal", reason="演示")).json()["clock"]["state"] == "cancelled"
    assert (await add(people.city, run, "tasks", tasks=[body])).status_code == 201
