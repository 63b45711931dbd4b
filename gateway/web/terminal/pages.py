"""The terminal as a browser gets it: one page, its service worker, its sign-in.

What it sends of visits, patrols, clues and rapid tests goes to the services by the same interface as from any program.
"""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gateway.database import RecordingSession
from gateway.identity.audit.service import CallerOrigin
from gateway.identity.rate_limit import SignInRate
from gateway.identity.sign_in.schemas import Code, Password, TypedLogin
from gateway.identity.tokens import Issuer
from gateway.identity.users.models import User
from gateway.settings import CurrentSettings, Settings
from gateway.web.forms import FormFromElsewhere, same_origin
from gateway.web.pages import ENVIRONMENT
from gateway.web.security_headers import CONTENT_SECURITY_POLICY, HEADERS
from gateway.web.terminal import sessions
from gateway.web.terminal.sessions import COOKIE, PATH
from gateway.web.terminal.shell import Shell, manifest, shell
from shared.contracts.inspection import BusinessKind, VisitOutcome
from shared.contracts.schema import Schema
from shared.database import Session
from shared.http.auth import Anyone
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False, prefix=PATH)

POLICY = "; ".join(
    (
        CONTENT_SECURITY_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'").replace(
            "img-src 'self' data:", "img-src 'self' data: blob:"
        ),
        "manifest-src 'self'",
    )
)
"""What every page may do, and besides: read codes with WebAssembly, show photos that lie in the browser."""

PAGE_HEADERS = {
    "content-security-policy": POLICY,
    "permissions-policy": HEADERS["permissions-policy"].replace("camera=()", "camera=(self)"),
    "cache-control": "no-cache",
}
SCRIPT_HEADERS = {"cache-control": "no-cache"}
KINDS = {kind.value: kind.label for kind in BusinessKind}
OUTCOMES = {outcome.value: outcome.label for outcome in VisitOutcome}


class TerminalSignIn(Schema):
    """Who takes the terminal along."""

    login: TypedLogin
    password: Password
    code: Code | None = None


class TerminalAccess(Schema):
    """A token of minutes, kept in memory only, and whose terminal it is."""

    access_token: str
    expires_in: int = Field(description="还有多少秒有效")
    user: dict[str, Any]


@router.get("")
async def without_slash(_: Anyone) -> Response:
    """The worker's scope ends with a slash, and so does the one address of the app."""
    return RedirectResponse(f"{PATH}/", status_code=308)


@router.get("/")
async def terminal_page(settings: CurrentSettings, _: Anyone) -> Response:
    """The frame of the app, the same for everybody: who it is for is known only inside."""
    built = shell()
    return HTMLResponse(_page(built, settings), status_code=200 if built else 503, headers=PAGE_HEADERS)


@router.get("/worker.js")
async def worker(settings: CurrentSettings, _: Anyone) -> Response:
    built = shell()
    if built is None:
        raise NotFound("移动终端还没有构建")
    return Response(built.worker(_page(built, settings)), media_type="text/javascript", headers=SCRIPT_HEADERS)


@router.get("/manifest.webmanifest")
async def web_manifest(_: Anyone) -> Response:
    return Response(manifest(), media_type="application/manifest+json", headers=SCRIPT_HEADERS)


@router.post("/sessions")
async def sign_in(
    request: Request,
    session: RecordingSession,
    settings: CurrentSettings,
    issuer: Issuer,
    origin: CallerOrigin,
    wanted: TerminalSignIn,
    response: Response,
    _: SignInRate,
    __: Anyone,
) -> TerminalAccess:
    """登录这台终端：凭据放在脚本读不到的 Cookie 里"""
    _ensure_own_page(request)
    opened = await sessions.open_terminal(session, settings, origin, wanted.login, wanted.password, wanted.code)
    sessions.keep_secret(request, response, settings, opened.secret)
    return _access(issuer, settings, opened.user, response)


@router.post("/sessions/renewal")
async def renew(
    request: Request, session: Session, settings: CurrentSettings, issuer: Issuer, response: Response, _: Anyone
) -> TerminalAccess:
    """换一个访问令牌；登录已结束的答复 401"""
    _ensure_own_page(request)
    user = await sessions.renew(session, settings, request.cookies.get(COOKIE, ""))
    return _access(issuer, settings, user, response)


@router.delete("/sessions/mine", status_code=204)
async def sign_out(request: Request, session: Session, origin: CallerOrigin, response: Response, _: Anyone) -> None:
    """退出这台终端"""
    _ensure_own_page(request)
    await sessions.close_terminal(session, origin, request.cookies.get(COOKIE, ""))
    sessions.forget_secret(response)


def _page(built: Shell | None, settings: Settings) -> str:
    return ENVIRONMENT.get_template("terminal/terminal.html").render(
        shell=built,
        warn_days=settings.terminal_warning_days,
        most_businesses=settings.terminal_businesses,
        most_bytes=settings.terminal_pack_megabytes * 2**20,
        demo=settings.demo,
        words={"kinds": KINDS, "outcomes": OUTCOMES},
    )


def _access(issuer: Issuer, settings: Settings, user: User, response: Response) -> TerminalAccess:
    actor, life = user.as_actor(), timedelta(minutes=settings.access_token_minutes)
    response.headers["cache-control"] = "no-store"
    return TerminalAccess(
        access_token=issuer.issue(actor, life),
        expires_in=int(life.total_seconds()),
        user={
            "id": str(actor.id),
            "name": actor.name,
            "roles": sorted(actor.roles),
            "regions": list(actor.regions),
        },
    )


def _ensure_own_page(request: Request) -> None:
    if not same_origin(request):
        raise FormFromElsewhere("请从移动终端自己的页面登录")
