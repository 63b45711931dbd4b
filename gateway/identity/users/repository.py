"""Queries of users."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.users.models import User, UserStatus
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within


def _administered_by(actor: Actor) -> Select[User]:
    """Users all of whose regions lie in the actor's: who reaches further is administered further up."""
    own = func.array(codes_within(actor.regions).scalar_subquery())
    return select(User).where(User.regions.bool_op("<@")(own))


async def get_user(session: AsyncSession, user_id: UUID) -> User:
    """A user that a foreign key says exists."""
    return await session.get_one(User, user_id)


async def get_administered(session: AsyncSession, actor: Actor, user_id: UUID) -> User | None:
    return (await session.scalars(_administered_by(actor).where(User.id == user_id))).one_or_none()


async def find_by_login(session: AsyncSession, login: str) -> User | None:
    return (await session.scalars(select(User).where(User.login == login))).one_or_none()


async def colleagues_of(session: AsyncSession, actor: Actor, roles: Collection[Role]) -> Sequence[User]:
    """Everybody with one of the roles who works for the same organisation, by name; nobody where it is not known."""
    if actor.organisation_id is None:
        return []
    statement = select(User).where(
        User.organisation_id == actor.organisation_id,
        User.status == UserStatus.ACTIVE,
        User.roles.overlap([role.value for role in roles]),
    )
    return (await session.scalars(statement.order_by(User.display_name))).all()


async def list_administered(
    session: AsyncSession, actor: Actor, page: PageRequest, words: str | None, role: Role | None
) -> tuple[list[User], str | None]:
    statement = _administered_by(actor)
    if words:
        statement = statement.where(
            User.login.startswith(words, autoescape=True) | User.display_name.contains(words, autoescape=True)
        )
    if role is not None:
        statement = statement.where(User.roles.contains([role.value]))
    return await paginate(session, statement, page, order_by=[User.login])


async def any_administrator(session: AsyncSession) -> bool:
    return (
        await session.scalar(select(User.id).where(User.roles.contains([Role.ADMINISTRATOR.value])).limit(1))
    ) is not None
