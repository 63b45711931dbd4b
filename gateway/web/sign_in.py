"""Signing in and out by page, and setting one's own password in place of a temporary one."""

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.database import RecordingSession
from gateway.identity.audit.service import CallerOrigin
from gateway.identity.rate_limit import SignInRate
from gateway.identity.sign_in.service import PasswordChangeRequired, change_password, check_password
from gateway.identity.web_sessions import close_session, open_session
from gateway.settings import CurrentSettings
from gateway.web.forms import FieldError, checked_form, safe_path
from gateway.web.pages import render
from gateway.web.visitors import PerhapsVisitor
from shared.database import Session
from shared.http.auth import Anyone
from shared.http.problems import InvalidRequest, Problem

router = APIRouter(include_in_schema=False)

REQUIRED = {"login": "填写登录名", "password": "填写口令"}


@router.get("/login")
async def login_page(request: Request, visitor: PerhapsVisitor, next: str = "/") -> Response:  # noqa: A002 (the parameter's name in the address)
    if visitor:
        return RedirectResponse(safe_path(next), status_code=303)
    return render(request, "login.html", next=safe_path(next), login="", errors=[])


@router.post("/login")
async def log_in(
    request: Request,
    session: RecordingSession,
    settings: CurrentSettings,
    origin: CallerOrigin,
    _: SignInRate,
    __: Anyone,
) -> Response:
    async with checked_form(request) as form:
        login, password = str(form.get("login", "")), str(form.get("password", ""))
        onward = safe_path(str(form.get("next", "/")))
    errors = [
        FieldError(field, REQUIRED[field]) for field, given in (("login", login), ("password", password)) if not given
    ]
    if not errors:
        try:
            user = await check_password(session, settings, origin, login, password)
        except PasswordChangeRequired:
            return RedirectResponse(f"/password?{urlencode({'login': login, 'next': onward})}", status_code=303)
        except Problem as refusal:
            errors = [FieldError("login", _words_of(refusal))]
        else:
            response = RedirectResponse(onward, status_code=303)
            await open_session(session, user, request, response)
            return response
    return render(request, "login.html", status_code=422, next=onward, login=login, errors=errors)


@router.post("/logout")
async def log_out(request: Request, session: Session, _: Anyone) -> Response:
    async with checked_form(request):
        response = RedirectResponse("/login", status_code=303)
        await close_session(session, request, response)
        return response


@router.get("/password")
async def password_page(request: Request, _: Anyone, login: str = "", next: str = "/") -> Response:  # noqa: A002
    return render(request, "password.html", next=safe_path(next), login=login, errors=[])


@router.post("/password")
async def set_password(
    request: Request,
    session: RecordingSession,
    settings: CurrentSettings,
    origin: CallerOrigin,
    _: SignInRate,
    __: Anyone,
) -> Response:
    async with checked_form(request) as form:
        login, current, new = (str(form.get(name, "")) for name in ("login", "current_password", "new_password"))
        again, onward = form.get("new_password_again"), safe_path(str(form.get("next", "/")))
    try:
        if new != again:
            raise InvalidRequest("两次填写的新口令不一样，请重新填写")
        user = await change_password(session, settings, origin, login, current, new)
    except Problem as refusal:
        at = "new_password" if isinstance(refusal, InvalidRequest) else "login"
        errors = [FieldError(at, _words_of(refusal))]
        return render(request, "password.html", status_code=422, next=onward, login=login, errors=errors)
    response = RedirectResponse(onward, status_code=303)
    await open_session(session, user, request, response)
    return response


def _words_of(refusal: Problem) -> str:
    """The refusal as one sentence: what it is, and what to do."""
    return f"{refusal.title}：{refusal.detail}" if refusal.detail else refusal.title
