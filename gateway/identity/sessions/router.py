"""One's own sign-ins over HTTP."""

from uuid import UUID

from gateway.identity.audit.service import CallerOrigin
from gateway.identity.sessions import service
from gateway.identity.sessions.schemas import SessionRead
from shared.database import Session
from shared.http.auth import AnyActor
from shared.http.pagination import Page
from shared.http.routing import Router

router = Router(prefix="/api/v1/me/sessions", tag="登录")


@router.get("")
async def list_my_sessions(session: Session, actor: AnyActor) -> Page[SessionRead]:
    """本人在哪里登录着：网页、终端与程序"""
    return Page(items=await service.list_of(session, actor.id), next_cursor=None)


@router.delete("/{session_id}", status_code=204)
async def end_my_session(session: Session, actor: AnyActor, origin: CallerOrigin, session_id: UUID) -> None:
    """退出其中一处；已签发的访问令牌几分钟内自然失效"""
    await service.end(session, origin, actor.id, session_id)
