"""Second factors over HTTP: administrators help who has lost theirs; people set up their own on a page."""

from uuid import UUID

from gateway.identity.access import CanAdministerAccounts
from gateway.identity.audit.service import CallerOrigin
from gateway.identity.second_factor import service
from gateway.identity.users import service as users
from shared.database import Session
from shared.http.routing import Router

router = Router(prefix="/api/v1/users", tag="用户")


@router.post("/{user_id}/second-factor-resets", status_code=204)
async def reset_second_factor(
    session: Session, actor: CanAdministerAccounts, origin: CallerOrigin, user_id: UUID
) -> None:
    """重置用户的动态口令：手机和恢复码都丢了时，核实本人之后办理"""
    await service.reset(session, actor, origin, await users.read(session, actor, user_id))
