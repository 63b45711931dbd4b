"""Signing in and out over HTTP."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Body, Response

from gateway.database import RecordingSession
from gateway.identity.access import CanAdministerAccounts
from gateway.identity.audit.service import CallerOrigin
from gateway.identity.rate_limit import SignInRate
from gateway.identity.sign_in import grants, service
from gateway.identity.sign_in.schemas import (
    Grant,
    MeRead,
    PasswordChange,
    SignOut,
    TemporaryPasswordRead,
    TokenRead,
)
from gateway.identity.tokens import Issuer
from gateway.settings import CurrentSettings
from shared.database import Session
from shared.http.audit import SecretContent
from shared.http.auth import AnyActor, Anyone
from shared.http.routing import Router

router = Router(prefix="/api/v1", tag="登录")


@router.post("/tokens")
async def create_token(
    session: RecordingSession,
    settings: CurrentSettings,
    issuer: Issuer,
    origin: CallerOrigin,
    grant: Annotated[Grant, Body()],
    response: Response,
    _: SignInRate,
    __: Anyone,
    ___: SecretContent,
) -> TokenRead:
    """取得访问令牌：口令、续期令牌或外部系统密钥"""
    granted = await grants.grant(session, settings, origin, grant)
    life = timedelta(minutes=settings.access_token_minutes)
    response.headers["Cache-Control"] = "no-store"
    return TokenRead(
        access_token=issuer.issue(granted.actor, life),
        token_type="Bearer",  # noqa: S106 (the scheme's name)
        expires_in=int(life.total_seconds()),
        refresh_token=granted.refresh_token,
        scopes=sorted(granted.actor.scopes),
    )


@router.post("/sign-outs", status_code=204)
async def sign_out(
    session: RecordingSession, origin: CallerOrigin, wanted: SignOut, _: SignInRate, __: Anyone, ___: SecretContent
) -> None:
    """退出：续期令牌及其后继全部作废"""
    await service.sign_out(session, origin, wanted.refresh_token)


@router.post("/password-changes", status_code=204)
async def change_password(
    session: RecordingSession,
    settings: CurrentSettings,
    origin: CallerOrigin,
    wanted: PasswordChange,
    _: SignInRate,
    __: Anyone,
    ___: SecretContent,
) -> None:
    """凭现在的（或临时的）口令设新口令；其他登录全部退出"""
    await service.change_password(
        session, settings, origin, wanted.login, wanted.current_password, wanted.new_password, wanted.code
    )


@router.get("/me")
async def read_me(actor: AnyActor) -> MeRead:
    """令牌代表谁"""
    roles = sorted(actor.roles)
    return MeRead(
        id=actor.id,
        name=actor.name,
        kind=actor.kind,
        roles=roles,
        role_labels=[role.label for role in roles],
        regions=list(actor.regions),
        organisation_id=actor.organisation_id,
        business_id=actor.business_id,
        scopes=sorted(actor.scopes),
    )


@router.post("/users/{user_id}/password-resets", status_code=201, tags=["用户"])
async def reset_password(
    session: Session,
    settings: CurrentSettings,
    actor: CanAdministerAccounts,
    origin: CallerOrigin,
    user_id: UUID,
    response: Response,
) -> TemporaryPasswordRead:
    """发一个临时口令：只显示这一次，本人须用它另设口令"""
    user, password = await service.reset_password(session, settings, actor, origin, user_id)
    assert user.password_temporary_until is not None
    response.headers["Cache-Control"] = "no-store"
    return TemporaryPasswordRead(temporary_password=password, valid_until=user.password_temporary_until)


@router.post("/users/{user_id}/unlocks", status_code=204, tags=["用户"])
async def unlock_user(session: Session, actor: CanAdministerAccounts, origin: CallerOrigin, user_id: UUID) -> None:
    """解除账号锁定"""
    await service.unlock(session, actor, origin, user_id)


@router.post("/users/{user_id}/sign-outs", status_code=204, tags=["用户"])
async def sign_out_user(session: Session, actor: CanAdministerAccounts, origin: CallerOrigin, user_id: UUID) -> None:
    """让用户在各处退出"""
    await service.end_sign_ins(session, actor, origin, user_id)
