"""Taking part in what happens to a sample, so far as one's other duties for it allow."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.separation import repository
from services.sampling.separation.rules import Part, clash
from shared.contracts.codes import Role
from shared.contracts.statutory_sampling import Duty
from shared.http.auth import Actor
from shared.http.problems import Forbidden


class NotApart(Forbidden):
    slug, title = "duties-not-apart", "抽样、检验、核查处置须由不同的人员和机构承担"


class NotALaboratory(Forbidden):
    slug, title = "not-a-laboratory", "只有检验机构的专用账号可以办理检验事务"


def laboratory_of(actor: Actor) -> UUID:
    """The laboratory (its organisation) that the actor works for, in every route of the role LABORATORY.

    Who is anything else besides could look up elsewhere what the blind code hides, so such an account is refused.
    Raises NotALaboratory.
    """
    if actor.roles != {Role.LABORATORY}:
        raise NotALaboratory("兼有其他角色的账号看得到被抽样单位，不能办理检验；请用只有检验机构角色的账号")
    if actor.organisation_id is None:
        raise NotALaboratory("账号没有所属组织，请系统管理员在网关为它选定检验机构")
    return actor.organisation_id


async def take_part(session: AsyncSession, sample_id: UUID, duty: Duty, actor: Actor) -> None:
    """Record that `actor` does `duty` for the sample (once). Raises NotApart where another duty of his forbids it."""
    await take_part_as(session, sample_id, Part(duty, actor.id, actor.organisation_id), actor.name)


async def take_part_as(session: AsyncSession, sample_id: UUID, part: Part, user_name: str) -> None:
    """The same for a person named by another, such as the second sampler on the form."""
    _refuse_if_clashing(await repository.lock_parts(session, sample_id), part)
    await repository.add_part(session, sample_id, part, user_name)


async def ensure_house_is_apart(session: AsyncSession, sample_id: UUID, duty: Duty, organisation_id: UUID) -> None:
    """Refuse an organisation that is about to be given a duty, before any of its people does anything."""
    nobody = Part(duty, organisation_id, organisation_id)
    _refuse_if_clashing(await repository.lock_parts(session, sample_id), nobody)


def _refuse_if_clashing(present: Iterable[Part], wanted: Part) -> None:
    clashing = clash(present, wanted)
    if clashing is not None:
        same = "同一人" if clashing.user_id == wanted.user_id else "同一机构"
        raise NotApart(
            f"{same}已承担这份样品的{clashing.duty.label}，不能再承担{wanted.duty.label}；请交由其他人员办理"
        )
