"""Signing in, staying signed in, signing out.

These functions run in a `RecordingSession`: a refusal they raise is committed with what led to it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import Origin, Subject, note
from gateway.identity.passwords import desk, temporary_password
from gateway.identity.second_factor import repository as second_factors
from gateway.identity.second_factor import service as second_factor
from gateway.identity.sign_in import repository
from gateway.identity.sign_in.models import EndReason, FailedSignIns, RefreshToken, SignIn
from gateway.identity.users import repository as users
from gateway.identity.users import rules
from gateway.identity.users import service as user_service
from gateway.identity.users.models import User
from gateway.identity.users.service import subject_of
from gateway.settings import Settings
from shared import times
from shared.http.auth import Actor
from shared.http.problems import FieldError, Forbidden, InvalidRequest, Problem, TooManyRequests, Unauthenticated


class SignInRefused(Unauthenticated):
    slug, title = "sign-in-refused", "登录名或口令不对"


class AccountLocked(Problem):
    slug, title, status = "account-locked", "口令错误次数过多，账号已暂时锁定", 429


class PasswordChangeRequired(Problem):
    slug, title, status = "password-change-required", "请先修改临时口令", 403


class SecondFactorRequired(Unauthenticated):
    slug, title = "second-factor-required", "还须填动态口令"


class SecondFactorRefused(Unauthenticated):
    slug, title = "second-factor-refused", "动态口令不对"


class SecondFactorNotSet(Problem):
    slug, title, status = "second-factor-not-set", "您的角色须用动态口令，请先在网页上登录并设置", 403


class RefreshRefused(Unauthenticated):
    slug, title = "refresh-refused", "续期令牌无效，请重新登录"


@dataclass(frozen=True, slots=True)
class Renewable:
    """A signed-in user and the one refresh token that continues the sign-in."""

    user: User
    refresh_token: str


async def check_password(
    session: AsyncSession,
    settings: Settings,
    origin: Origin,
    login: str,
    password: str,
    code: str | None = None,
    *,
    temporary_will_do: bool = False,
) -> User:
    """The active user whose login name and password these are, and whose second factor `code` is where one is set.

    Raises `SignInRefused`, `SecondFactorRequired`, `SecondFactorRefused`, `AccountLocked` or
    `PasswordChangeRequired`. A wrong code counts like a wrong password: whoever has the password may not try codes. An
    unknown name costs the same time and is locked the same way as a known one.
    """
    login = login.strip().casefold()
    login_hash = digest(login)
    if not await repository.claim_login(session, login_hash):
        raise TooManyRequests("这个账号正在另一处登录，请稍候再试", headers={"Retry-After": "1"})
    at = times.now()
    failed = await repository.get_failures(session, login_hash)
    if failed and (remaining := failed.locked_for(at)):
        raise _locked(remaining)
    user = await users.find_by_login(session, login)
    usable = user if user and user.is_active else None
    fits, renewed = await desk.matches(password, usable.password_hash if usable else None)
    if not (usable and fits):
        raise _count_failure(session, settings, origin, login_hash, failed, user)
    if await second_factors.is_set(session, usable.id):
        if code is None:
            raise SecondFactorRequired("请填身份验证器上的六位数字，或一个恢复码")
        if not await second_factor.check(session, settings, origin, usable, code):
            raise _count_failure(session, settings, origin, login_hash, failed, user, SecondFactorRefused)
    await repository.forget_failures(session, login_hash)
    if renewed:
        usable.password_hash = renewed
    if usable.password_temporary_until and usable.password_temporary_until <= at:
        note(session, AuditAction.SIGN_IN_REFUSED, origin, subject_of(usable), reason="temporary_password_expired")
        raise SignInRefused("临时口令已过期，请管理员重新发一个")
    if usable.password_is_temporary and not temporary_will_do:
        raise PasswordChangeRequired("这是临时口令，请先用它设一个自己的口令（POST /api/v1/password-changes 或登录页）")
    return usable


async def sign_in(
    session: AsyncSession, settings: Settings, origin: Origin, login: str, password: str, code: str | None
) -> Renewable:
    """Sign in a program or terminal: the first refresh token of a new family. Raises `SecondFactorNotSet` too."""
    user = await check_password(session, settings, origin, login, password, code)
    if await lacks_second_factor(session, settings, user):
        raise SecondFactorNotSet("用浏览器打开登录页，登录后按提示设置；设好后再来")
    at = times.now()
    begun = SignIn(
        user_id=user.id,
        started_at=at,
        expires_at=at + timedelta(days=settings.sign_in_days),
        address=origin.address,
        device=origin.device,
    )
    session.add(begun)
    await session.flush()
    note(session, AuditAction.SIGNED_IN, origin, subject_of(user), through="api")
    return Renewable(user, await _next_refresh_token(session, settings, begun))


async def refresh(session: AsyncSession, settings: Settings, origin: Origin, refresh_token: str) -> Renewable:
    """Continue a sign-in: the token is used up, the next one is returned.

    A token that comes a second time was stolen, or its thief was first: the whole sign-in ends. Raises
    `RefreshRefused`.
    """
    at = times.now()
    token_hash = digest(refresh_token)
    token = await repository.use_refresh_token(session, token_hash, at)
    if token is None:
        raise await _refuse_reuse(session, origin, token_hash)
    begun = await repository.get_sign_in(session, token.sign_in_id)
    user = await users.get_user(session, begun.user_id)
    if begun.ended_at or min(begun.expires_at, token.expires_at) <= at or not user.is_active:
        raise RefreshRefused("登录已结束或过期")
    return Renewable(user, await _next_refresh_token(session, settings, begun))


async def sign_out(session: AsyncSession, origin: Origin, refresh_token: str) -> None:
    """End the sign-in the token belongs to. An unknown token is answered alike."""
    token = await repository.get_refresh_token(session, digest(refresh_token))
    if token is None:
        return
    begun = await repository.get_sign_in(session, token.sign_in_id)
    begun.end(EndReason.SIGNED_OUT, times.now())
    user = await users.get_user(session, begun.user_id)
    note(session, AuditAction.SIGNED_OUT, origin, subject_of(user), through="api")


async def change_password(
    session: AsyncSession,
    settings: Settings,
    origin: Origin,
    login: str,
    current: str,
    new: str,
    code: str | None = None,
) -> User:
    """Set a password of the person's own choice and end all sign-ins made with the old one."""
    user = await check_password(session, settings, origin, login, current, code, temporary_will_do=True)
    faults = rules.faults_of_password(new, user.login)
    if new == current:
        faults.append("新口令与现在的相同")
    if faults:
        errors = [FieldError(pointer="/new_password", message=fault, code="password") for fault in faults]
        raise InvalidRequest("；".join(faults), errors=errors)
    user.set_password(await desk.hash(new))
    await repository.end_sign_ins_of(session, user.id, EndReason.PASSWORD_CHANGED, times.now())
    note(session, AuditAction.PASSWORD_CHANGED, origin, subject_of(user))
    return user


async def reset_password(
    session: AsyncSession, settings: Settings, actor: Actor, origin: Origin, user_id: UUID
) -> tuple[User, str]:
    """Give a user a temporary password, end the user's sign-ins and lift a lock. Returns the user and the password."""
    user = await _administered(session, actor, user_id)
    password = temporary_password()
    user.set_password(await desk.hash(password), temporary_for=timedelta(hours=settings.temporary_password_hours))
    await repository.end_sign_ins_of(session, user.id, EndReason.PASSWORD_CHANGED, times.now())
    await repository.forget_failures(session, digest(user.login))
    note(session, AuditAction.PASSWORD_RESET, origin, subject_of(user), actor)
    return user, password


async def unlock(session: AsyncSession, actor: Actor, origin: Origin, user_id: UUID) -> None:
    """Lift the lock of a user's account. Unlocking what is not locked changes nothing."""
    user = await _administered(session, actor, user_id)
    if await repository.forget_failures(session, digest(user.login)):
        note(session, AuditAction.ACCOUNT_UNLOCKED, origin, subject_of(user), actor)


async def end_sign_ins(session: AsyncSession, actor: Actor, origin: Origin, user_id: UUID) -> None:
    """Sign a user out everywhere. Access tokens already given run out within minutes."""
    user = await _administered(session, actor, user_id)
    await repository.end_sign_ins_of(session, user.id, EndReason.ENDED_BY_ADMINISTRATOR, times.now())
    note(session, AuditAction.SIGNED_OUT, origin, subject_of(user), actor, through="administrator")


async def lacks_second_factor(session: AsyncSession, settings: Settings, user: User) -> bool:
    """Whether the user's role needs a second factor that the user has not set up."""
    return second_factor.is_required(settings, user.roles) and not await second_factors.is_set(session, user.id)


def digest(secret: str) -> bytes:
    """How a long random secret, or a login name, is kept."""
    return hashlib.sha256(secret.encode()).digest()


async def _administered(session: AsyncSession, actor: Actor, user_id: UUID) -> User:
    user = await user_service.read(session, actor, user_id)
    if refusals := rules.faults_of_grant(actor.id, actor.roles, user.id):
        raise Forbidden("；".join(refusals))
    return user


def _count_failure(
    session: AsyncSession,
    settings: Settings,
    origin: Origin,
    login_hash: bytes,
    failed: FailedSignIns | None,
    user: User | None,
    refusal: type[Unauthenticated] = SignInRefused,
) -> Problem:
    at = times.now()
    if failed is None:
        failed = FailedSignIns(login_hash=login_hash, failures=0, window_started_at=at, last_at=at)
        session.add(failed)
    lock_for = timedelta(minutes=settings.lockout_minutes)
    locks = failed.count(
        at, window=timedelta(minutes=settings.lockout_window_minutes), most=settings.lockout_failures, lock_for=lock_for
    )
    subject = subject_of(user) if user else Subject(None, "（没有这个账号）")
    note(session, AuditAction.SIGN_IN_REFUSED, origin, subject, failures=failed.failures)
    if locks:
        note(session, AuditAction.ACCOUNT_LOCKED, origin, subject, minutes=settings.lockout_minutes)
        return _locked(lock_for)
    left = settings.lockout_failures - failed.failures
    return refusal(f"请核对后再试；再错 {left} 次，账号将锁定 {settings.lockout_minutes} 分钟")


def _locked(remaining: timedelta) -> AccountLocked:
    seconds = max(1, round(remaining.total_seconds()))
    return AccountLocked(f"请 {-(-seconds // 60)} 分钟后再试，或请管理员解锁", headers={"Retry-After": str(seconds)})


async def _refuse_reuse(session: AsyncSession, origin: Origin, token_hash: bytes) -> RefreshRefused:
    token = await repository.get_refresh_token(session, token_hash)
    if token is None:
        return RefreshRefused("没有这个续期令牌")
    begun = await repository.get_sign_in(session, token.sign_in_id)
    begun.end(EndReason.REFRESH_TOKEN_REUSED, times.now())
    user = await users.get_user(session, begun.user_id)
    note(session, AuditAction.REFRESH_TOKEN_REUSED, origin, subject_of(user), sign_in=str(begun.id))
    return RefreshRefused("这个续期令牌已经用过。为防盗用，这次登录已全部作废，请重新登录")


async def _next_refresh_token(session: AsyncSession, settings: Settings, begun: SignIn) -> str:
    secret = secrets.token_urlsafe(32)
    expires_at = min(times.now() + timedelta(days=settings.refresh_token_days), begun.expires_at)
    session.add(RefreshToken(token_hash=digest(secret), sign_in_id=begun.id, expires_at=expires_at))
    await session.flush()
    return secret
