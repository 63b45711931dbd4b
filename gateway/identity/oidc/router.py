"""External identities over HTTP: an administrator unbinds an account that changed hands."""

from uuid import UUID

from gateway.identity.access import CanAdministerAccounts
from gateway.identity.audit.service import CallerOrigin
from gateway.identity.oidc import service
from shared.database import Session
from shared.http.routing import Router

router = Router(prefix="/api/v1/users", tag="用户")


@router.post("/{user_id}/identity-unlinks", status_code=204)
async def unlink_identity(session: Session, actor: CanAdministerAccounts, origin: CallerOrigin, user_id: UUID) -> None:
    """解除账号与外部身份的绑定；下次从身份系统登录时重新绑定"""
    await service.unlink(session, actor, origin, user_id)
