"""Giving, ending and using deputations. Acting for somebody is a decision of the deputy each time, and logged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import Origin, note
from gateway.identity.deputations import repository, rules
from gateway.identity.deputations.models import Deputation
from gateway.identity.deputations.schemas import DeputationCreate
from gateway.identity.second_factor import repository as second_factors
from gateway.identity.second_factor import service as second_factor
from gateway.identity.sign_in.models import WebSession
from gateway.identity.users import service as users
from gateway.identity.users.models import User
from gateway.identity.users.service import subject_of
from gateway.settings import Settings
from shared import times
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.http.problems import FieldError, Forbidden, InvalidRequest, NotFound


@dataclass(frozen=True, slots=True)
class Open:
    """What somebody may act on now: the deputation, for whom, and in which roles."""

    id: UUID
    principal_name: str
    role_labels: list[str]
    valid_until_words: str


async def give(
    session: AsyncSession, actor: Actor, origin: Origin, principal_id: UUID, wanted: DeputationCreate
) -> Deputation:
    """Let the deputy act for the principal; the actor administers both, and is neither. Raises `InvalidRequest`."""
    principal = await users.read(session, actor, principal_id)
    deputy = await users.read(session, actor, wanted.deputy_id)
    if actor.id in (principal.id, deputy.id):
        raise Forbidden("与自己有关的代理，请由另一位管理员办理")
    faults = rules.faults_of(
        wanted.roles, _roles(principal), _roles(deputy), wanted.valid_from, wanted.valid_until, times.now()
    )
    if principal.id == deputy.id:
        faults.append("代理人与被代理人不能是同一人")
    if faults:
        errors = [FieldError(pointer="", message=fault, code="deputation") for fault in faults]
        raise InvalidRequest("；".join(faults), errors=errors)
    given = Deputation(principal_id=principal.id, given_by=actor.id, given_at=times.now(), **wanted.model_dump())
    session.add(given)
    await session.flush()
    noted = {"deputy": str(deputy.id), "roles": list(wanted.roles), "until": wanted.valid_until.isoformat()}
    note(session, AuditAction.DEPUTATION_GIVEN, origin, subject_of(principal), actor, **noted)
    return given


async def revoke(session: AsyncSession, actor: Actor, origin: Origin, deputation_id: UUID) -> None:
    """End a deputation; who acts on it stops with the next page. Raises `NotFound`."""
    found = await repository.get(session, deputation_id)
    if found is None:
        raise NotFound("没有这项代理，或超出您的管辖区域")
    principal = await users.read(session, actor, found.principal_id)
    found.revoke(times.now())
    note(session, AuditAction.DEPUTATION_REVOKED, origin, subject_of(principal), actor, deputy=str(found.deputy_id))


async def open_to(session: AsyncSession, deputy: User) -> list[Open]:
    """What this person may act on now."""
    return [
        Open(
            id=found.id,
            principal_name=principal.display_name,
            role_labels=[role.label for role in sorted(roles)],
            valid_until_words=times.in_words(found.valid_until),
        )
        for found, principal in await repository.open_to(session, deputy.id, times.now())
        if (roles := _usable(found, principal))
    ]


async def begin_acting(
    session: AsyncSession, settings: Settings, origin: Origin, row: WebSession, deputy: User, deputation_id: UUID
) -> None:
    """From now on this browser acts for somebody. Raises `NotFound` when there is no such leave now, `Forbidden` when
    the roles need a second factor that the deputy has not set up.
    """
    before, row.deputation_id = row.deputation_id, deputation_id
    acting = await acting_actor(session, row, deputy)
    if acting is None:
        row.deputation_id = before
        raise NotFound("没有这项代理，或已经到期、撤销")
    if second_factor.is_required(settings, acting.roles) and not await second_factors.is_set(session, deputy.id):
        row.deputation_id = before
        raise Forbidden("代理的角色须用动态口令，请先在“我的账号”里设置")
    note(session, AuditAction.ACTING_BEGUN, origin, subject_of(deputy), deputation=str(deputation_id))


async def end_acting(session: AsyncSession, origin: Origin, row: WebSession, deputy: User) -> None:
    """From now on this browser acts for its owner again."""
    if row.deputation_id is not None:
        note(session, AuditAction.ACTING_ENDED, origin, subject_of(deputy), deputation=str(row.deputation_id))
        row.deputation_id = None


async def acting_actor(session: AsyncSession, row: WebSession, deputy: User) -> Actor | None:
    """Whom the browser's owner stands for; None when for nobody, or no longer.

    The deputy's own id stays, so that whatever is done says who did it and nobody reviews himself; roles and regions
    are the principal's and not added to the own ones, which would give each role in all regions of both.
    """
    found = await repository.with_principal(session, row.deputation_id) if row.deputation_id else None
    if found is None:
        return None
    deputation, principal = found
    roles = _usable(deputation, principal)
    if not roles or deputation.deputy_id != deputy.id or not deputation.holds(times.now()):
        return None
    return replace(
        principal.as_actor(), id=deputy.id, name=f"{deputy.display_name}（代{principal.display_name}）", roles=roles
    )


async def of_user(session: AsyncSession, actor: Actor, user_id: UUID) -> Sequence[Deputation]:
    """All deputations that concern a user whom the actor administers."""
    await users.read(session, actor, user_id)
    return await repository.of_user(session, user_id)


def _usable(deputation: Deputation, principal: User) -> frozenset[Role]:
    """The handed roles that the principal still has, while the account is active."""
    return frozenset(map(Role, deputation.roles)) & _roles(principal) if principal.is_active else frozenset()


def _roles(user: User) -> frozenset[Role]:
    return frozenset(map(Role, user.roles))
