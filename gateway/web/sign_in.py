"""Signing in and out by page, and setting one's own password in place of a temporary one."""

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.database import RecordingSession
from gateway.identity.audit.service import CallerOrigin
from gateway.identity.rate_limit import SignInRate
from gateway.identity.sign_in.service import (
    PasswordChangeRequired,
    SecondFactorRefused,
    SecondFactorRequired,
    change_password,
    check_password,
)
from gateway.identity.users.models import User
from gateway.identity.web_sessions import close_session, open_session
from gateway.settings import CurrentSettings, Settings
from gateway.web.account import SETTING_UP
from gateway.web.forms import FieldError, checked_form, safe_path
from gateway.web.pages import render
from gateway.web.visitors import PerhapsVisitor
from shared.database import Session
from shared.http.auth import Anyone
from shared.http.problems import InvalidRequest, Problem

router = APIRouter(include_in_schema=False)

_FIELDS = {InvalidRequest: "new_password", SecondFactorRequired: "code", SecondFactorRefused: "code"}
"""Where on the page a refusal stands."""

REQUIRED = {"login": "填写登录名", "password": "填写口令"}


@router.get("/login")
async def login_page(
    request: Request,
    settings: CurrentSettings,
    visitor: PerhapsVisitor,
    next: str = "/",  # noqa: A002 (the parameter's name in the address)
) -> Response:
    if visitor:
        return RedirectResponse(safe_path(next), status_code=303)
    return login_form(request, settings, safe_path(next))


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
        login, password, code = (str(form.get(name, "")) for name in ("login", "password", "code"))
        onward = safe_path(str(form.get("next", "/")))
    errors = [
        FieldError(field, REQUIRED[field]) for field, given in (("login", login), ("password", password)) if not given
    ]
    if not errors:
        try:
            user = await check_password(session, settings, origin, login, password, code or None)
        except PasswordChangeRequired:
            return RedirectResponse(f"/password?{urlencode({'login': login, 'next': onward})}", status_code=303)
        except (SecondFactorRequired, SecondFactorRefused) as refusal:
            errors = [FieldError("code", words_of(refusal)), FieldError("password", "请再填一次口令")]
        except Problem as refusal:
            errors = [FieldError("login", words_of(refusal))]
        else:
            return await _let_in(session, user, request, onward)
    return login_form(request, settings, onward, login=login, errors=errors)


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
        names = ("login", "current_password", "new_password", "code")
        login, current, new, code = (str(form.get(name, "")) for name in names)
        again, onward = form.get("new_password_again"), safe_path(str(form.get("next", "/")))
    try:
        if new != again:
            raise InvalidRequest("两次填写的新口令不一样，请重新填写")
        user = await change_password(session, settings, origin, login, current, new, code or None)
    except Problem as refusal:
        at = _FIELDS.get(type(refusal), "login")
        errors = [FieldError(at, words_of(refusal))]
        return render(request, "password.html", status_code=422, next=onward, login=login, errors=errors)
    return await _let_in(session, user, request, onward)


async def _let_in(session: AsyncSession, user: User, request: Request, onward: str) -> Response:
    """Open a session and go on; first to set up a second factor, where the person's role needs one."""
    response = RedirectResponse(onward, status_code=303)
    opened = await open_session(session, user, request, response)
    if opened.awaits_second_factor:
        response.headers["location"] = f"{SETTING_UP}?{urlencode({'next': onward})}"
    return response


def login_form(
    request: Request, settings: Settings, onward: str, *, login: str = "", errors: Sequence[FieldError] = ()
) -> Response:
    """The login page, with what went wrong the last time."""
    elsewhere = settings.oidc_name if settings.oidc_issuer else ""
    status = 422 if errors else 200
    return render(
        request, "login.html", status_code=status, next=onward, login=login, errors=list(errors), elsewhere=elsewhere
    )


def words_of(refusal: Problem) -> str:
    """The refusal as one sentence: what it is, and what to do."""
    return f"{refusal.title}：{refusal.detail}" if refusal.detail else refusal.title
