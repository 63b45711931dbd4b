"""Whose account an identity elsewhere opens. Accounts are never made by it: roles and regions are given here."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import Origin, Subject, note
from gateway.identity.oidc import repository
from gateway.identity.oidc.models import ExternalIdentity
from gateway.identity.second_factor import repository as second_factors
from gateway.identity.second_factor import service as second_factor
from gateway.identity.users import repository as users
from gateway.identity.users import rules
from gateway.identity.users import service as user_service
from gateway.identity.users.models import User
from gateway.identity.users.service import subject_of
from gateway.settings import Settings
from shared import times
from shared.http.auth import Actor
from shared.http.problems import Forbidden, Unauthenticated

SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "swk", "sms", "fpt", "face", "sc"})
"""Values of `amr` (RFC 8176) by which a provider says that more than a password was asked for."""


class NoAccount(Unauthenticated):
    slug, title = "not-let-in", "没有登录"


async def user_of(session: AsyncSession, settings: Settings, origin: Origin, claims: Mapping[str, Any]) -> User:
    """The active user whom the claims name; bound to them when they come for the first time.

    Raises `NoAccount`, which a `RecordingSession` commits with its entry in the audit trail.
    """
    issuer, subject = settings.oidc_issuer, str(claims["sub"])
    known = await repository.find(session, issuer, subject)
    user = await users.get_user(session, known.user_id) if known else await _by_name(session, settings, claims)
    if user is None or not user.is_active:
        whose = subject_of(user) if user else Subject(None, "（没有这个账号）")
        note(session, AuditAction.SIGN_IN_REFUSED, origin, whose, through="oidc")
        raise NoAccount("请管理员先建立账号，登录名与身份系统里的用户名相同；停用的账号请管理员启用")
    if known is None:
        if await repository.is_bound(session, issuer, user.id):
            note(
                session, AuditAction.SIGN_IN_REFUSED, origin, subject_of(user), through="oidc", reason="bound_to_other"
            )
            raise NoAccount("这个登录名的账号已属于身份系统里的另一个人，请管理员核实后解除绑定")
        at = times.now()
        session.add(ExternalIdentity(issuer=issuer, subject=subject, user_id=user.id, linked_at=at))
        note(session, AuditAction.IDENTITY_LINKED, origin, subject_of(user), issuer=issuer)
    await _ensure_second_factor(session, settings, origin, user, claims)
    return user


async def unlink(session: AsyncSession, actor: Actor, origin: Origin, user_id: UUID) -> None:
    """Forget whom an account belongs to elsewhere. Nothing changes where there is no bond."""
    user = await user_service.read(session, actor, user_id)
    if refusals := rules.faults_of_grant(actor.id, actor.roles, user.id):
        raise Forbidden("；".join(refusals))
    if await repository.unbind(session, user.id):
        note(session, AuditAction.IDENTITY_UNLINKED, origin, subject_of(user), actor)


async def _by_name(session: AsyncSession, settings: Settings, claims: Mapping[str, Any]) -> User | None:
    name = claims.get(settings.oidc_login_claim)
    return await users.find_by_login(session, name.strip().casefold()) if isinstance(name, str) else None


async def _ensure_second_factor(
    session: AsyncSession, settings: Settings, origin: Origin, user: User, claims: Mapping[str, Any]
) -> None:
    """Who has or needs a second factor gets in only when the provider says that it asked for one."""
    wanted = second_factor.is_required(settings, user.roles) or await second_factors.is_set(session, user.id)
    asked = claims.get("amr")
    if wanted and not (isinstance(asked, list) and SECOND_FACTORS.intersection(map(str, asked))):
        note(session, AuditAction.SIGN_IN_REFUSED, origin, subject_of(user), through="oidc", reason="no_second_factor")
        raise NoAccount("您的账号须用第二因素，身份系统没有说明用过；请用口令和动态口令登录")
