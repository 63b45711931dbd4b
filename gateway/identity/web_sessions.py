"""Signed in by browser: a cookie with a random secret, a row with its hash, and the person behind it.

The cookie is `HttpOnly` and `SameSite=Lax`, and `Secure` over https; that a form comes from our own page is checked
where forms are read (`gateway.web.forms.checked_form`). Pages call services with the fresh bearer token of their
visitor, so services see the person, not the gateway.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import note, origin_of
from gateway.identity.deputations import service as deputations
from gateway.identity.sign_in import repository
from gateway.identity.sign_in.models import WebSession
from gateway.identity.sign_in.service import digest, lacks_second_factor
from gateway.identity.tokens import issuer_of
from gateway.identity.users import repository as users
from gateway.identity.users.models import User
from gateway.identity.users.service import subject_of
from gateway.settings import settings_of
from shared import times
from shared.database import Session
from shared.http.auth import Actor
from shared.http.problems import Unauthenticated

COOKIE = "shian_session"
_SEEN_EVERY = timedelta(minutes=1)
_BEARER_LIFE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The visitor of a page: who it is, and a token of two minutes for calls to services on the visitor's behalf."""

    actor: Actor
    bearer: str


async def open_session(
    session: AsyncSession,
    user: User,
    request: Request,
    response: Response,
    *,
    through: str = "web",
    second_factor_proven: bool = False,
) -> WebSession:
    """Sign the user in in this browser. The user comes from `sign_in.service.check_password`, or from
    `oidc.service.user_of`, which has seen to the second factor.
    """
    settings = settings_of(request)
    secret, at, origin = secrets.token_urlsafe(32), times.now(), origin_of(request)
    life = timedelta(hours=settings.web_session_hours)
    opened = WebSession(
        secret_hash=digest(secret),
        user_id=user.id,
        address=origin.address,
        device=origin.device,
        awaits_second_factor=not second_factor_proven and await lacks_second_factor(session, settings, user),
        started_at=at,
        seen_at=at,
        expires_at=at + life,
    )
    session.add(opened)
    await session.flush()
    note(session, AuditAction.SIGNED_IN, origin, subject_of(user), through=through)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(life.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )
    return opened


async def close_session(session: AsyncSession, request: Request, response: Response) -> None:
    """Sign this browser out. Without a session only the cookie goes."""
    owner = await repository.delete_web_session(session, digest(request.cookies.get(COOKIE, "")))
    if owner:
        user = await users.get_user(session, owner)
        note(session, AuditAction.SIGNED_OUT, origin_of(request), subject_of(user), through="web")
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser's session that holds, and whose it is."""

    row: WebSession
    user: User


async def _open(request: Request, session: Session) -> OpenSession | None:
    secret = request.cookies.get(COOKIE)
    found = await repository.find_web_session(session, digest(secret)) if secret else None
    if found is None:
        return None
    row, user = found
    at = times.now()
    idle = timedelta(minutes=settings_of(request).web_session_idle_minutes)
    if row.expires_at <= at or row.seen_at + idle <= at or not user.is_active:
        return None
    if at - row.seen_at > _SEEN_EVERY:
        row.seen_at = at
    return OpenSession(row, user)


def _present(opened: Annotated[OpenSession | None, Depends(_open)]) -> OpenSession:
    if opened is None:
        raise Unauthenticated("尚未登录，或登录已过期")
    return opened


async def _visitor(
    request: Request, session: Session, opened: Annotated[OpenSession | None, Depends(_open)]
) -> SignedIn | None:
    if opened is None or opened.row.awaits_second_factor:
        return None
    actor = await deputations.acting_actor(session, opened.row, opened.user) or opened.user.as_actor()
    request.state.actor = actor
    return SignedIn(actor, issuer_of(request).issue(actor, _BEARER_LIFE))


async def look_again(request: Request, session: AsyncSession) -> SignedIn | None:
    """Who the browser's session stands for by now, with a fresh token: a stream outlives the look that let it begin.

    Roll `session` back: a screen that is left alone is not being used.
    """
    return await _visitor(request, session, await _open(request, session))


def _signed_in(visitor: Annotated[SignedIn | None, Depends(_visitor)]) -> SignedIn:
    if visitor is None:
        raise Unauthenticated("尚未登录，或登录已过期")
    return visitor


OptionalWebActor = Annotated[SignedIn | None, Depends(_visitor)]
"""The visitor of a page, None when not signed in."""

WebActor = Annotated[SignedIn, Depends(_signed_in)]
"""The visitor of a page. Raises `Unauthenticated`, which the site turns into a way to the login page and back."""

OwnSession = Annotated[OpenSession, Depends(_present)]
"""The browser's own session, also while it awaits a second factor. Raises `Unauthenticated`."""
