"""Errors as pages for people: what happened, how to mend it, the request's id. Programs get problem documents."""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.web.pages import render

PROGRAM_PATHS = ("/api/", "/v1/", "/events", "/healthz", "/readyz", "/metrics", "/static/", "/.well-known/")


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks for a page, as opposed to a program or a script of the page."""
    return not request.url.path.startswith(PROGRAM_PATHS) and "text/html" in request.headers.get("accept", "")


def problem_page(request: Request, document: dict[str, Any]) -> Response:
    """The page of a problem document. Who is not signed in is sent to the login page and back."""
    status = int(document["status"])
    if status == 401 and request.method == "GET":
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(back, safe='')}", status_code=303)
    return render(
        request,
        "problem.html",
        status_code=status,
        title=document["title"],
        detail=document.get("detail") or "",
        errors=[error["message"] for error in document.get("errors", [])],
        request_id=document.get("request_id") or "",
        next_steps=_next_steps(status),
    )


def _next_steps(status: int) -> list[tuple[str, str]]:
    return [("重新登录", "/login")] if status == 401 else [("回到首页", "/")]
