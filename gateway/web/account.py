"""One's own account: the second factor, and where one is signed in."""

from io import BytesIO
from uuid import UUID

import segno
from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.database import RecordingSession
from gateway.identity.audit.service import CallerOrigin
from gateway.identity.deputations import service as deputations
from gateway.identity.rate_limit import SignInRate
from gateway.identity.second_factor import repository as second_factors
from gateway.identity.second_factor import service as second_factor
from gateway.identity.sessions import service as sessions
from gateway.identity.web_sessions import OpenSession, OwnSession
from gateway.settings import CurrentSettings, Settings
from gateway.web.forms import FieldError, checked_form, safe_path
from gateway.web.pages import render
from gateway.web.visitors import PerhapsVisitor
from shared.database import Session
from shared.http.problems import Problem

router = APIRouter(include_in_schema=False)

SETTING_UP = "/account/second-factor"


@router.get("/account")
async def account_page(
    request: Request,
    session: Session,
    settings: CurrentSettings,
    own: OwnSession,
    _: PerhapsVisitor,
    ended: bool = False,
    removed: bool = False,
) -> Response:
    if own.row.awaits_second_factor:
        return RedirectResponse(SETTING_UP, status_code=303)
    done = "那一处已经退出。" if ended else "动态口令已经停用。" if removed else ""
    return await _account(request, session, settings, own, done=done)


@router.get(SETTING_UP)
async def second_factor_page(
    request: Request,
    session: Session,
    settings: CurrentSettings,
    own: OwnSession,
    _: PerhapsVisitor,
    next: str = "/account",  # noqa: A002 (the parameter's name in the address)
) -> Response:
    if await second_factors.is_set(session, own.user.id):
        return RedirectResponse("/account", status_code=303)
    return await _setting_up(request, session, settings, own, onward=safe_path(next))


@router.post(SETTING_UP)
async def set_second_factor(
    request: Request,
    session: RecordingSession,
    settings: CurrentSettings,
    origin: CallerOrigin,
    own: OwnSession,
    _: SignInRate,
) -> Response:
    async with checked_form(request) as form:
        code, onward = str(form.get("code", "")), safe_path(str(form.get("next", "/account")))
    try:
        codes = await second_factor.confirm(session, settings, origin, own.user, code)
    except Problem as refusal:
        errors = [FieldError("code", refusal.detail or refusal.title)]
        return await _setting_up(request, session, settings, own, onward=onward, errors=errors)
    own.row.awaits_second_factor = False
    return render(request, "recovery_codes.html", codes=codes, next=onward)


@router.post(SETTING_UP + "/removal")
async def remove_second_factor(
    request: Request,
    session: RecordingSession,
    settings: CurrentSettings,
    origin: CallerOrigin,
    own: OwnSession,
    visitor: PerhapsVisitor,
    _: SignInRate,
) -> Response:
    async with checked_form(request) as form:
        code = str(form.get("code", ""))
    try:
        if visitor is None or not await second_factor.check(session, settings, origin, own.user, code):
            errors = [FieldError("code", "动态口令不对：请填现在的六位数字，或一个恢复码")]
            return await _account(request, session, settings, own, errors=errors)
        await second_factor.remove(session, settings, origin, own.user)
    except Problem as refusal:
        errors = [FieldError("code", refusal.detail or refusal.title)]
        return await _account(request, session, settings, own, errors=errors)
    return RedirectResponse("/account?removed=true", status_code=303)


@router.post("/account/deputations/{deputation_id}/begin")
async def begin_acting(
    request: Request,
    session: Session,
    settings: CurrentSettings,
    origin: CallerOrigin,
    own: OwnSession,
    deputation_id: UUID,
) -> Response:
    async with checked_form(request):
        await deputations.begin_acting(session, settings, origin, own.row, own.user, deputation_id)
    return RedirectResponse("/", status_code=303)


@router.post("/account/deputations/end")
async def end_acting(request: Request, session: Session, origin: CallerOrigin, own: OwnSession) -> Response:
    async with checked_form(request):
        await deputations.end_acting(session, origin, own.row, own.user)
    return RedirectResponse("/account", status_code=303)


@router.post("/account/sessions/{session_id}/end")
async def end_session(
    request: Request,
    session: Session,
    origin: CallerOrigin,
    own: OwnSession,
    session_id: UUID,
) -> Response:
    async with checked_form(request):
        await sessions.end(session, origin, own.user.id, session_id)
    return RedirectResponse("/account?ended=true", status_code=303)


async def _account(
    request: Request,
    session: Session,
    settings: Settings,
    own: OpenSession,
    *,
    errors: list[FieldError] | None = None,
    done: str = "",
) -> Response:
    return render(
        request,
        "account.html",
        status_code=422 if errors else 200,
        name=own.user.display_name,
        login=own.user.login,
        is_set=await second_factors.is_set(session, own.user.id),
        is_required=second_factor.is_required(settings, own.user.roles),
        recovery_codes_left=await second_factors.recovery_codes_left(session, own.user.id),
        sessions=await sessions.list_of(session, own.user.id),
        own_id=own.row.id,
        deputations=await deputations.open_to(session, own.user),
        acting=own.row.deputation_id,
        errors=errors or [],
        done=done,
    )


async def _setting_up(
    request: Request,
    session: Session,
    settings: Settings,
    own: OpenSession,
    *,
    onward: str,
    errors: list[FieldError] | None = None,
) -> Response:
    enrolment = await second_factor.read_begun(session, settings, own.user)
    response = render(
        request,
        "second_factor.html",
        status_code=422 if errors else 200,
        secret=" ".join(enrolment.secret[at : at + 4] for at in range(0, len(enrolment.secret), 4)),
        code_svg=_qr(enrolment.uri),
        is_required=own.row.awaits_second_factor,
        next=onward,
        errors=errors or [],
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _qr(text: str) -> Markup:
    """The code as SVG to stand in the page, black on white in every theme."""
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False)
    return Markup(out.getvalue().decode())  # noqa: S704 (made here, of squares only)
