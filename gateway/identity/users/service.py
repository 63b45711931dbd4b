"""Keeping users: an administrator gives only what lies in the own regions, and nothing to the own account."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import Origin, Subject, note
from gateway.identity.organisations import service as organisations
from gateway.identity.users import repository, rules
from gateway.identity.users.models import User
from gateway.identity.users.schemas import UserCreate, UserUpdate
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, Forbidden, InvalidRequest, NotFound
from shared.regions.scope import ensure_in_scope

GRANTS = frozenset({"roles", "regions", "status", "organisation_id", "business_id"})
"""The fields that decide what an account may do."""


async def create(session: AsyncSession, actor: Actor, origin: Origin, wanted: UserCreate) -> User:
    await _ensure_may_give(
        session, actor, None, wanted.roles, wanted.regions, wanted.organisation_id, wanted.business_id
    )
    if await repository.find_by_login(session, wanted.login):
        message = f"登录名 {wanted.login} 已有人用，请换一个"
        raise Conflict(message, errors=[FieldError(pointer="/login", message=message, code="login_taken")])
    user = User(**wanted.model_dump(mode="python"))
    session.add(user)
    await session.flush()
    note(session, AuditAction.USER_CREATED, origin, subject_of(user), actor, after=_noted(user, GRANTS))
    return user


async def change(
    session: AsyncSession, actor: Actor, origin: Origin, user_id: UUID, version: int, wanted: UserUpdate
) -> User:
    user = await read(session, actor, user_id)
    ensure_version(user, version)
    changes = wanted.model_dump(exclude_unset=True)
    if any(changes[name] is None for name in changes.keys() & {"display_name", "roles", "regions", "status"}):
        raise InvalidRequest("姓名、角色、区域与状态不能改为空；不改的项请不要提交")
    if changes.keys() & GRANTS:
        after = {name: changes.get(name, getattr(user, name)) for name in GRANTS}
        roles = [Role(role) for role in after["roles"]]
        await _ensure_may_give(
            session, actor, user.id, roles, after["regions"], after["organisation_id"], after["business_id"]
        )
    noted = GRANTS | changes.keys()
    before = _noted(user, noted)
    for name, value in changes.items():
        setattr(user, name, value)
    user.advance()
    await session.flush()
    after = _noted(user, noted)
    note(session, AuditAction.USER_CHANGED, origin, subject_of(user), actor, before=before, after=after)
    return user


async def read(session: AsyncSession, actor: Actor, user_id: UUID) -> User:
    """The user, when the actor administers all of the user's regions. Raises `NotFound`."""
    user = await repository.get_administered(session, actor, user_id)
    if user is None:
        raise NotFound("没有这个用户，或其管辖区域超出您的")
    return user


def subject_of(user: User) -> Subject:
    return Subject(user.id, user.display_name, user.regions)


async def _ensure_may_give(
    session: AsyncSession,
    actor: Actor,
    target: UUID | None,
    roles: Sequence[Role],
    regions: Sequence[str],
    organisation_id: UUID | None,
    business_id: UUID | None,
) -> None:
    if refusals := rules.faults_of_grant(actor.id, actor.roles, target):
        raise Forbidden("；".join(refusals))
    if faults := rules.faults_of_roles(roles, business_id):
        errors = [FieldError(pointer="/roles", message=fault, code="roles") for fault in faults]
        raise InvalidRequest("；".join(faults), errors=errors)
    for region in regions:
        await ensure_in_scope(session, actor, region)
    if organisation_id is not None:
        await organisations.read(session, actor, organisation_id)


def _noted(user: User, names: Iterable[str]) -> dict[str, Any]:
    """These fields as JSON keeps them: the audit trail holds the whole grant, as its parts mean little alone."""
    values = {name: getattr(user, name) for name in names}
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}
