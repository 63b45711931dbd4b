"""A terminal's sign-in: a secret in a cookie that no script can read and that only the terminal's paths are sent.

Unlike a program's refresh token the secret is not turned over at each use: an answer lost on the way, an everyday event
in the field, would end the sign-in as if it had been stolen. It is hashed with a key, so
that neither is good in the place of the other, whatever is put before it. The sign-in is one like any other: listed and
ended on the account page, and ended with a new password.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import Origin, note
from gateway.identity.sign_in import repository
from gateway.identity.sign_in.models import EndReason
from gateway.identity.sign_in.service import RefreshRefused, digest, sign_in
from gateway.identity.users import repository as users
from gateway.identity.users.models import User
from gateway.identity.users.service import subject_of
from gateway.settings import Settings
from shared import times
from shared.contracts.codes import Role
from shared.http.problems import Forbidden

COOKIE, PATH = "shian_terminal", "/terminal"
ROLES = (Role.INSPECTOR, Role.GRID_OFFICER)
"""Who works with a terminal."""


@dataclass(frozen=True, slots=True)
class SignedInTerminal:
    """Whose terminal it is, and the secret for its cookie."""

    user: User
    secret: str


async def open_terminal(
    session: AsyncSession, settings: Settings, origin: Origin, login: str, password: str, code: str | None
) -> SignedInTerminal:
    """Sign a terminal in. Raises what `sign_in` raises, and `Forbidden` where the account is for other work."""
    begun = await sign_in(session, settings, origin, login, password, code)
    token = await repository.get_refresh_token(session, digest(begun.refresh_token))
    assert token is not None  # it was made a moment ago
    if not begun.user.as_actor().has(*ROLES):
        (await repository.get_sign_in(session, token.sign_in_id)).end(EndReason.SIGNED_OUT, times.now())
        raise Forbidden(f"移动终端给以下人员用：{'、'.join(role.label for role in ROLES)}。其他人员请用网页")
    secret = secrets.token_urlsafe(32)
    token.token_hash = _digest(secret)
    await session.flush()
    return SignedInTerminal(begun.user, secret)


async def renew(session: AsyncSession, settings: Settings, secret: str) -> User:
    """Whose terminal this is, as long as its sign-in holds. Raises `RefreshRefused`."""
    at = times.now()
    token = await repository.get_refresh_token(session, _digest(secret)) if secret else None
    if token is None:
        raise RefreshRefused("这台终端没有登录")
    begun = await repository.get_sign_in(session, token.sign_in_id)
    user = await users.get_user(session, begun.user_id)
    if begun.ended_at or min(begun.expires_at, token.expires_at) <= at or not user.is_active:
        raise RefreshRefused("这台终端的登录已结束或过期；没有发出的内容都还在终端里")
    token.used_at = at
    token.expires_at = min(at + timedelta(days=settings.refresh_token_days), begun.expires_at)
    return user


async def close_terminal(session: AsyncSession, origin: Origin, secret: str) -> None:
    """End the sign-in; where there is none, nothing happens."""
    token = await repository.get_refresh_token(session, _digest(secret)) if secret else None
    if token is None:
        return
    begun = await repository.get_sign_in(session, token.sign_in_id)
    if begun.ended_at is None:
        begun.end(EndReason.SIGNED_OUT, times.now())
        user = await users.get_user(session, begun.user_id)
        note(session, AuditAction.SIGNED_OUT, origin, subject_of(user), through="terminal")


def keep_secret(request: Request, response: Response, settings: Settings, secret: str) -> None:
    response.set_cookie(
        COOKIE,
        secret,
        max_age=settings.sign_in_days * 86_400,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path=PATH,
    )


def forget_secret(response: Response) -> None:
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")


def _digest(secret: str) -> bytes:
    return hmac.digest(b"terminal", secret.encode(), "sha256")
