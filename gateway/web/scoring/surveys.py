"""A questionnaire for whoever has its address: no signing in, no script, no cookie, one small page.

As nothing of who it is can be stolen by a form of another site, none is asked for proof of where it comes from. What
keeps machines out is a field that people do not see, a limit for each address, and the number that a link takes.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent, caller_of
from gateway.identity.rate_limit import Window
from gateway.web.steps import PLAIN_DIGITS
from gateway.web.traceability.consumer import BUDGET_SECONDS, consumer_page
from shared.contracts.codes import Unit
from shared.http.auth import Anyone
from shared.http.problems import FieldError, TooManyRequests
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

MOST_A_MINUTE = 20
MOST_FIELDS = 80
LABELS = {"stratum": "您住在哪里", "age": "您的年龄", "months_resident": "在本地住了几个月"}


@router.get("/surveys/{token}")
async def survey_form(request: Request, services: ServicesHere, _: Anyone, token: str) -> Response:
    try:
        form = await _questionnaire(services, request, token)
    except Refused as refused:
        return consumer_page(
            request, "scoring/survey_end.html", 404, title=refused.answered_title, said=refused.detail or ""
        )
    return _show(request, token, form, {"answer_id": str(uuid7())})


@router.post("/surveys/{token}")
async def send_answers(request: Request, services: ServicesHere, _: Anyone, token: str) -> Response:
    """Hand the answers on under the id that the page was opened with: sent twice they are one."""
    _ensure_few(request)
    async with request.form(max_fields=MOST_FIELDS, max_files=0) as sent:
        typed = _typed(sent)
    try:
        form = await _questionnaire(services, request, token)
        if typed.get("website"):
            return _show(request, token, form, typed, ["有一栏应当留空，请清空后再提交"])
        answer_id = UUID(typed.get("answer_id", ""))
        path = f"/v1/public-surveys/{quote(token, safe='')}/answers/{answer_id}"
        body = _body(form, typed)
        await services.send(Unit.SCORING, "PUT", path, caller_of(request, ""), BUDGET_SECONDS, json=body)
    except ValueError:
        return _show(request, token, form, typed | {"answer_id": str(uuid7())}, ["页面不完整，请再提交一次"])
    except ServiceSilent:
        title, said = "没有提交成功", "没有网络或正忙。请按返回键回到问卷，再提交一次即可，不会记两遍。"
        return consumer_page(request, "scoring/survey_end.html", 503, title=title, said=said)
    except Refused as refused:
        if not refused.errors:
            said = refused.detail or ""
            return consumer_page(
                request, "scoring/survey_end.html", refused.answered_status, title=refused.answered_title, said=said
            )
        return _show(request, token, form, typed, [_said(form, error) for error in refused.errors])
    return RedirectResponse(f"/surveys/{quote(token, safe='')}/thanks", status_code=303)


@router.get("/surveys/{token}/thanks")
async def thanks(request: Request, _: Anyone, token: str) -> Response:
    """The same for everybody, whatever the answers count for."""
    said = "不记姓名和电话，只用于统计。"
    return consumer_page(request, "scoring/survey_end.html", title="收到了，谢谢您", said=said)


async def _questionnaire(services: Services, request: Request, token: str) -> dict[str, Any]:
    path = f"/v1/public-surveys/{quote(token[:64], safe='')}"
    found: dict[str, Any] = await services.get(Unit.SCORING, path, caller_of(request, ""), BUDGET_SECONDS)
    return found


def _typed(sent: FormData) -> dict[str, str]:
    return {name: value.strip() for name, value in sent.items() if isinstance(value, str)}


def _body(form: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, Any]:
    """The form as the service takes it; a question without an answer is left out."""
    answers = {
        question["code"]: typed[f"answer-{question['code']}"]
        for question in form["questions"]
        if typed.get(f"answer-{question['code']}")
    }
    numbers = {name: typed.get(name, "").translate(PLAIN_DIGITS) for name in ("age", "months_resident")}
    return {"stratum": typed.get("stratum") or None, "answers": answers} | numbers


def _said(form: Mapping[str, Any], error: FieldError) -> str:
    field = error.pointer.strip("/").split("/")[-1]
    texts = {question["code"]: question["text"] for question in form["questions"]}
    return f"{LABELS.get(field) or texts.get(field, '')}：{error.message}"


def _show(
    request: Request, token: str, form: Mapping[str, Any], typed: Mapping[str, str], refused: Sequence[str] = ()
) -> HTMLResponse:
    status = 422 if refused else 200
    return consumer_page(
        request, "scoring/survey.html", status, token=token, form=form, typed=typed, refused=refused, labels=LABELS
    )


def _ensure_few(request: Request) -> None:
    window: Window = request.app.state.doubt_window
    address = request.client.host if request.client else ""
    left, seconds = window.take(f"survey {address}", MOST_A_MINUTE, time.monotonic())
    if left < 0:
        raise TooManyRequests(
            f"这个网络一分钟内已提交 {MOST_A_MINUTE} 次，请 {seconds} 秒后再试", headers={"Retry-After": str(seconds)}
        )
