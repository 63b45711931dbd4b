"""Setting up, checking and taking away a second factor."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import Origin, note
from gateway.identity.second_factor import repository, rules
from gateway.identity.second_factor.models import SecondFactor
from gateway.identity.users import rules as user_rules
from gateway.identity.users.models import User
from gateway.identity.users.service import subject_of
from gateway.settings import Settings
from shared import times
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.http.problems import Conflict, FieldError, Forbidden, InvalidRequest, Unavailable
from shared.sealing import CannotUnseal, seal, unseal

_PURPOSE = "shian second factor"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a person takes over into an authenticator program."""

    secret: str
    uri: str


def is_required(settings: Settings, roles: Collection[str]) -> bool:
    """Whether somebody with these roles may not work without a second factor."""
    return not settings.roles_with_second_factor.isdisjoint(Role(role) for role in roles)


async def begin(session: AsyncSession, settings: Settings, user: User) -> Enrolment:
    """Make a new secret, which counts once it is confirmed. Raises `Conflict` when the person has a factor."""
    factor = await repository.get_factor(session, user.id)
    if factor and factor.confirmed_at:
        raise Conflict("已经设有动态口令；要换手机，请先停用再重新设置")
    secret = secrets.token_bytes(rules.SECRET_BYTES)
    sealed, at = _seal(settings, user, secret), times.now()
    if factor:
        factor.sealed_secret, factor.begun_at = sealed, at
    else:
        session.add(SecondFactor(user_id=user.id, sealed_secret=sealed, begun_at=at, last_step=0))
    await session.flush()
    return Enrolment(rules.as_text(secret), rules.enrolment_uri(secret, settings.second_factor_issuer, user.login))


async def read_begun(session: AsyncSession, settings: Settings, user: User) -> Enrolment:
    """The enrolment under way, so that a page can show it again; begun anew when there is none."""
    factor = await repository.get_factor(session, user.id)
    secret = _open(settings, user, factor) if factor and not factor.confirmed_at else None
    if secret is None:
        return await begin(session, settings, user)
    return Enrolment(rules.as_text(secret), rules.enrolment_uri(secret, settings.second_factor_issuer, user.login))


async def confirm(session: AsyncSession, settings: Settings, origin: Origin, user: User, code: str) -> list[str]:
    """Make the factor count, given a first code. Returns recovery codes, shown this once. Raises `InvalidRequest`."""
    factor = await repository.get_factor(session, user.id)
    if factor is None or factor.confirmed_at:
        raise Conflict("没有正在设置的动态口令，请先开始设置")
    if not _is_good(settings, user, factor, rules.normalised(code)):
        message = "动态口令不对：请核对手机的时间，等下一个数字出来再填"
        raise InvalidRequest(message, errors=[FieldError(pointer="/code", message=message, code="second_factor")])
    factor.confirmed_at = times.now()
    note(session, AuditAction.SECOND_FACTOR_SET, origin, subject_of(user))
    return await _new_recovery_codes(session, user)


async def check(session: AsyncSession, settings: Settings, origin: Origin, user: User, code: str) -> bool:
    """Whether the code is the one of now, or a recovery code; either is used up by it."""
    factor = await repository.get_factor(session, user.id)
    if factor is None or factor.confirmed_at is None:
        return False
    typed = rules.normalised(code)
    if _is_good(settings, user, factor, typed):
        return True
    if await repository.use_recovery_code(session, user.id, _digest(typed), times.now()):
        left = await repository.recovery_codes_left(session, user.id)
        note(session, AuditAction.RECOVERY_CODE_USED, origin, subject_of(user), left=left)
        return True
    return False


async def remove(session: AsyncSession, settings: Settings, origin: Origin, user: User) -> None:
    """Take the own factor away. Raises `Forbidden` where the person's role needs one."""
    if is_required(settings, user.roles):
        raise Forbidden("您的角色须用动态口令，不能停用；换手机请管理员重置")
    await repository.remove(session, user.id)
    note(session, AuditAction.SECOND_FACTOR_REMOVED, origin, subject_of(user))


async def reset(session: AsyncSession, actor: Actor, origin: Origin, user: User) -> None:
    """Take somebody's factor away who has lost telephone and recovery codes. The actor administers the user."""
    if refusals := user_rules.faults_of_grant(actor.id, actor.roles, user.id):
        raise Forbidden("；".join(refusals))
    await repository.remove(session, user.id)
    note(session, AuditAction.SECOND_FACTOR_RESET, origin, subject_of(user), actor)


def _is_good(settings: Settings, user: User, factor: SecondFactor, typed: str) -> bool:
    secret = _open(settings, user, factor)
    step = None if secret is None else rules.step_of(secret, typed, times.now().timestamp(), factor.last_step)
    if step is None:
        return False
    factor.last_step = step
    return True


async def _new_recovery_codes(session: AsyncSession, user: User) -> list[str]:
    codes = [rules.recovery_code() for _ in range(rules.RECOVERY_CODES)]
    await repository.replace_recovery_codes(session, user.id, [_digest(code) for code in codes])
    return codes


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def _seal(settings: Settings, user: User, secret: bytes) -> bytes:
    return seal(secret, purpose=_PURPOSE, record=user.id, secret=_key(settings))


def _open(settings: Settings, user: User, factor: SecondFactor) -> bytes | None:
    """The secret; None when the key it was sealed with is gone: then recovery codes still help, or a reset."""
    try:
        return unseal(factor.sealed_secret, purpose=_PURPOSE, record=user.id, secret=_key(settings))
    except CannotUnseal:
        return None


def _key(settings: Settings) -> str:
    if not settings.events_secret:
        raise Unavailable("网关没有设置 SHIAN_EVENTS_SECRET，不能保管动态口令的密钥")
    return settings.events_secret
