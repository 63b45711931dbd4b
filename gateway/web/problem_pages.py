"""Errors as pages for people: what happened, how to mend it, the request's id. Programs get problem documents."""

import json
from typing import Any
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.pages import render
from shared.http.problems import InternalError, Problem, respond

log = structlog.get_logger(__name__)

PROGRAM_PATHS = (
    *("/api/", "/v1/", "/events", "/healthz", "/readyz", "/metrics", "/static/", "/.well-known/"),
    "/terminal/companions",  # wants the terminal's own token: no login page can help, and it would send back here
)

WHAT_NOW = {
    404: "地址可能写错了，记录也可能不在您的辖区；请从首页或查找进去。",
    405: "这个地址要从页面上的按钮进去，不能直接打开。",
    500: "不是您做错了。刚才填的如果没有保存，请退回上一页再送一次；还是这样，请报下面的编号。",
    503: "过一会儿再试；其他页面照常使用。",
    504: "过一会儿再试；其他页面照常使用。",
}
"""Said where the problem itself does not say what to do."""
_TOLD_TO_ALL = frozenset({"retry-after", "ratelimit", "ratelimit-policy"})
TRY_AGAIN = frozenset({409, 412, 429, 500, 502, 503, 504})


class UnexpectedErrorPages:
    """An error that nobody foresaw, as a page where a person's browser asked for one; programs get the document of the
    chassis. Pure ASGI, so streams pass through.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not wants_page(Request(scope)):
            await self.app(scope, receive, send)
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception:
            if begun:
                raise
            log.exception("unhandled_error")
            request = Request(scope)
            document = InternalError().document(instance=request.url.path, request_id=scope.get("request_id"))
            await problem_page(request, document)(scope, receive, send)


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks for a page, as opposed to a program or a script of the page."""
    return not request.url.path.startswith(PROGRAM_PATHS) and "text/html" in request.headers.get("accept", "")


def as_wanted(request: Request, response: Response) -> Response:
    """A problem document as a page, where a person's browser asked for one; any other answer as it is."""
    is_problem = response.headers.get("content-type", "").startswith("application/problem+json")
    if not is_problem or not wants_page(request):
        return response
    page = problem_page(request, json.loads(bytes(response.body)))
    for name in _TOLD_TO_ALL & set(response.headers):
        page.headers[name] = response.headers[name]
    return page


def refuse(request: Request, problem: Problem) -> Response:
    """The answer of what stands before the pages and the API."""
    return as_wanted(request, respond(request, problem))


def problem_page(request: Request, document: dict[str, Any]) -> Response:
    """The page of a problem document. Who is not signed in is sent to the login page and back."""
    status = int(document["status"])
    if status == 401 and request.method == "GET":
        return RedirectResponse(f"/login?next={quote(_asked(request), safe='')}", status_code=303)
    followed = status == 422 and request.method == "GET"  # a person follows addresses, and does not write them
    return render(
        request,
        "problem.html",
        status_code=status,
        title="这个地址里有读不懂的内容" if followed else document["title"],
        detail=document.get("detail") or WHAT_NOW.get(status, ""),
        errors=[error["message"] for error in document.get("errors", [])],
        request_id=document.get("request_id") or "",
        next_steps=_next_steps(request, status),
    )


def _next_steps(request: Request, status: int) -> list[tuple[str, str]]:
    if status == 401:
        return [("重新登录", "/login")]
    steps = [("回到首页", "/")]
    if status in TRY_AGAIN and request.method == "GET":
        steps.insert(0, ("再试一次", _asked(request)))
    elif status == 422 and request.url.query:
        steps.insert(0, ("不带条件再看", request.url.path))
    elif status == 403:
        steps.append(("看我的账号和角色", "/account"))
    return steps


def _asked(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
