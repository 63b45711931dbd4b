"""Forms: proof that a form was sent from our own page, and errors a person can mend."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from shared.http.problems import Problem

FORM_COOKIE = "shian_form"
FORM_FIELD = "form_token"
MOST_FIELDS = 5_000
"""What one form may hold: a plan or an allocation with all rows that its page offers."""


class FormFromElsewhere(Problem):
    """A form that another site sent, or a page that was left open until its token was gone."""

    slug, title, status = "form-from-elsewhere", "没有收下：这张表单不是从本站页面提交的，或页面放置太久", 403


@dataclass(frozen=True)
class FieldError:
    """An error at a field (`field` is the input's id) in words that say how to mend it."""

    field: str
    message: str


def form_token(request: Request) -> str:
    """The token of this browser, made once per request when the browser has none yet."""
    existing = request.cookies.get(FORM_COOKIE, "")
    if len(existing) >= 32:
        return existing
    if not hasattr(request.state, "form_token"):
        request.state.form_token = secrets.token_urlsafe(32)
    token: str = request.state.form_token
    return token


def keep_form_token(request: Request, response: Response) -> None:
    """Give the browser the token its next form must carry; unreadable to scripts and to other sites."""
    if hasattr(request.state, "form_token"):
        response.set_cookie(
            FORM_COOKIE,
            request.state.form_token,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
            path="/",
        )


def same_origin(request: Request) -> bool:
    """Whether the browser says the form came from this site: `Sec-Fetch-Site`, else `Origin` or `Referer`."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin") or request.headers.get("referer")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


@asynccontextmanager
async def checked_form(request: Request) -> AsyncIterator[FormData]:
    """The form, proven to be ours twice over: the browser's word, and its token against the cookie.

    Raises `FormFromElsewhere` otherwise. The browser's word is checked before the body is read; files of the form are
    gone when the block ends.
    """
    if not same_origin(request):
        raise FormFromElsewhere("请回到本站页面，刷新后再提交一次")
    async with request.form(max_fields=MOST_FIELDS) as form:
        sent, kept = form.get(FORM_FIELD), request.cookies.get(FORM_COOKIE, "")
        if not (isinstance(sent, str) and len(kept) >= 32 and secrets.compare_digest(sent.encode(), kept.encode())):
            raise FormFromElsewhere("请刷新页面后再提交一次；若总是这样，请允许本站保存 Cookie")
        yield form


def safe_path(path: str) -> str:
    """A path of this site, or the home page: never another host (`//elsewhere`, `/\\elsewhere`, `https:…`)."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
