"""Signing in by way of the bureau's own identity system: sent there, and come back from there."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.database import RecordingSession
from gateway.identity.audit.service import CallerOrigin
from gateway.identity.oidc import service
from gateway.identity.oidc.provider import Attempt, Provider
from gateway.identity.rate_limit import SignInRate
from gateway.identity.web_sessions import open_session
from gateway.settings import CurrentSettings
from gateway.web.forms import FieldError, safe_path
from gateway.web.sign_in import login_form, words_of
from shared.http.auth import Anyone
from shared.http.problems import NotFound, Problem

router = APIRouter(include_in_schema=False)

START, RETURN = "/login/oidc", "/login/oidc/return"
COOKIE, ONWARD = "shian_oidc", "shian_oidc_next"
_SECONDS = 600


@router.get(START)
async def go_to_provider(
    request: Request,
    settings: CurrentSettings,
    _: SignInRate,
    __: Anyone,
    next: str = "/",  # noqa: A002 (the parameter's name in the address)
) -> Response:
    if not settings.oidc_issuer:
        raise NotFound("没有设置外部身份系统，请用口令登录")
    attempt = Attempt.new()
    try:
        address = await _provider(request).way_in(attempt, _return_address(request))
    except Problem as refusal:
        return _refused(request, settings, refusal, safe_path(next))
    response = RedirectResponse(address, status_code=303)
    for name, value in ((COOKIE, attempt.written()), (ONWARD, safe_path(next))):
        response.set_cookie(
            name,
            value,
            max_age=_SECONDS,
            httponly=True,
            samesite="lax",  # it must come along when the provider sends the browser back
            secure=request.url.scheme == "https",
            path=START,
        )
    return response


@router.get(RETURN)
async def come_from_provider(
    request: Request,
    session: RecordingSession,
    settings: CurrentSettings,
    origin: CallerOrigin,
    _: SignInRate,
    __: Anyone,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    if not settings.oidc_issuer:
        raise NotFound("没有设置外部身份系统，请用口令登录")
    onward = safe_path(request.cookies.get(ONWARD, "/"))
    attempt = Attempt.read(request.cookies.get(COOKIE, ""))
    try:
        if attempt is None or not code or not attempt.fits(state):
            raise service.NoAccount("身份系统没有让您进来，或耽搁得太久；请重新登录")
        claims = await _provider(request).claims(attempt, code, _return_address(request))
        user = await service.user_of(session, settings, origin, claims)
    except Problem as refusal:
        response = _refused(request, settings, refusal, onward)
    else:
        response = RedirectResponse(onward, status_code=303)
        await open_session(session, user, request, response, through="oidc", second_factor_proven=True)
    for name in (COOKIE, ONWARD):
        response.delete_cookie(name, path=START, httponly=True, samesite="lax")
    return response


def _provider(request: Request) -> Provider:
    provider: Provider = request.app.state.identity_provider
    return provider


def _return_address(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{RETURN}"


def _refused(request: Request, settings: CurrentSettings, refusal: Problem, onward: str) -> Response:
    return login_form(request, settings, onward, errors=[FieldError("login", words_of(refusal))])
