"""What is wrong with a request is said in Chinese, with the right measure word, and how to mend it."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import FastAPI
from pydantic import AfterValidator, BaseModel, Field

from shared.http.etags import IfMatch
from shared.http.problems import install_problem_handlers


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"
    HUGE = "huge"


class Body(BaseModel):
    """One text checked by us before its length, a list, and choices of texts and of an enumeration's members."""

    note: Annotated[str, AfterValidator(str)] = Field(default="", max_length=3)
    name: str = Field(default="", min_length=0, max_length=3)
    lots: list[str] = Field(default=[], max_length=2)
    weight: Decimal = Field(default=Decimal(0), max_digits=4, decimal_places=2)
    kind: Literal["a", "b", "c"] = "a"
    size: Literal[Size.SMALL, Size.LARGE] = Size.SMALL
    shape: Literal[Size.HUGE] = Size.HUGE


async def send(content: str, **headers: str) -> dict[str, Any]:
    app = FastAPI()
    install_problem_handlers(app)

    @app.post("/")
    async def take(body: Body, version: IfMatch) -> dict[str, int]:
        return {"version": version}

    headers = {"content-type": "application/json", "if-match": '"2"'} | headers
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer: dict[str, Any] = (await client.post("/", content=content, headers=headers)).json()
    return answer


@pytest.mark.parametrize(
    ("content", "pointer", "message"),
    [
        ('{"note": "一二三四"}', "/note", "至多 3 字，收到 4 字"),
        ('{"name": "一二三四"}', "/name", "至多 3 字，收到 4 字"),
        ('{"lots": ["1", "2", "3"]}', "/lots", "至多 2 条，收到 3 条"),
        ('{"weight": "123"}', "/weight", "小数点前至多 2 位"),
        ('{"kind": "d"}', "/kind", "应为以下之一：a、b 或 c"),
        ('{"size": "d"}', "/size", "应为以下之一：small 或 large"),
        ('{"shape": "d"}', "/shape", "应为以下之一：huge"),
        ('{"kind": ', "", "不是合法的 JSON：第 10 个字符处应有一个值"),
        ('{"kind" "a"}', "", "不是合法的 JSON：第 9 个字符处缺少冒号"),
        ("{kind: 1}", "", "不是合法的 JSON：第 2 个字符处应为双引号括起的名称"),
        ('{"kind": "a"} x', "", "不是合法的 JSON：第 15 个字符处之后还有多余的内容"),
    ],
)
async def test_a_fault_is_said_in_chinese_with_its_place(content: str, pointer: str, message: str) -> None:
    (error,) = (await send(content))["errors"]
    assert (error["pointer"], error["message"]) == (pointer, message)


@pytest.mark.parametrize("content", ["[" * 100_000 + "]" * 100_000, '{"lots": ' + "9" * 5_000 + "}"])
async def test_what_the_reader_gives_up_on_is_refused_in_chinese(content: str) -> None:
    answer = await send(content)
    assert (answer["status"], answer["title"][:9]) == (400, "提交的内容读不出来")


@pytest.mark.parametrize("unquoted", ["2", "W/2", '"2', "abc", '"two"', '"²"'])
async def test_a_version_that_is_no_etag_is_told_to_stand_in_quotes(unquoted: str) -> None:
    answer = await send("{}", **{"if-match": unquoted.encode("ascii", "replace").decode()})
    assert answer["status"] == 422
    assert "连同双引号" in answer["errors"][0]["message"]


@pytest.mark.parametrize("etag", ['"2"', 'W/"2"'])
async def test_an_etag_names_its_version(etag: str) -> None:
    assert await send("{}", **{"if-match": etag}) == {"version": 2}
