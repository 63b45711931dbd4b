"""Taking part in what happens to a sample, so far as one's other duties for it allow."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.separation import repository
from services.sampling.separation.rules import Part, clash
from shared.contracts.statutory_sampling import Duty
from shared.http.auth import Actor
from shared.http.problems import Forbidden


class NotApart(Forbidden):
    slug, title = "duties-not-apart", "抽样、检验、核查处置须由不同的人员和机构承担"


async def take_part(session: AsyncSession, sample_id: UUID, duty: Duty, actor: Actor) -> None:
    """Record that `actor` does `duty` for the sample (once). Raises NotApart where another duty of his forbids it."""
    await take_part_as(session, sample_id, Part(duty, actor.id, actor.organisation_id), actor.name)


async def take_part_as(session: AsyncSession, sample_id: UUID, part: Part, user_name: str) -> None:
    """The same for a person named by another, such as the second sampler on the form."""
    clashing = clash(await repository.lock_parts(session, sample_id), part)
    if clashing is not None:
        same = "本人" if clashing.user_id == part.user_id else "本机构"
        raise NotApart(f"{same}已承担这份样品的{clashing.duty.label}，不能再承担{part.duty.label}；请交由其他人员办理")
    await repository.add_part(session, sample_id, part, user_name)
