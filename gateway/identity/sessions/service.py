"""A person's own sign-ins: seen, and ended one by one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import Origin, note
from gateway.identity.sessions import repository
from gateway.identity.sessions.schemas import SessionKind, SessionRead
from gateway.identity.sign_in.models import SignIn, WebSession
from gateway.identity.users import repository as users
from gateway.identity.users.service import subject_of
from shared import times
from shared.http.problems import NotFound


async def list_of(session: AsyncSession, user_id: UUID) -> list[SessionRead]:
    """Where the person is signed in, browsers first, the last used before others."""
    at = times.now()
    browsers = [
        _shown(SessionKind.BROWSER, row, row.seen_at) for row in await repository.browsers_of(session, user_id, at)
    ]
    programs = [
        _shown(SessionKind.PROGRAM, row, renewed_at)
        for row, renewed_at in await repository.programs_of(session, user_id, at)
    ]
    return browsers + programs


def _shown(kind: SessionKind, row: WebSession | SignIn, seen_at: datetime) -> SessionRead:
    return SessionRead(
        id=row.id,
        kind=kind,
        kind_label=kind.label,
        device=row.device,
        address=row.address,
        started_at=row.started_at,
        seen_at=seen_at,
        expires_at=row.expires_at,
    )


async def end(session: AsyncSession, origin: Origin, user_id: UUID, session_id: UUID) -> None:
    """End one of the own sign-ins. Raises `NotFound`."""
    if not await repository.end(session, user_id, session_id, times.now()):
        raise NotFound("没有这个登录，或已经退出")
    user = await users.get_user(session, user_id)
    note(session, AuditAction.SESSION_ENDED, origin, subject_of(user), ended=str(session_id))
