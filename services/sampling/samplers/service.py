"""Keeping the register of samplers."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samplers import repository
from services.sampling.samplers.models import Sampler
from services.sampling.samplers.schemas import SamplerWrite
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import NotFound, PreconditionFailed, PreconditionRequired
from shared.regions.scope import ensure_in_scope


class SamplerNotFound(NotFound):
    slug, title = "sampler-not-found", "名册中没有这位抽样人员"


async def sampler_for(session: AsyncSession, sampler_id: UUID, actor: Actor) -> Sampler:
    """Raises SamplerNotFound."""
    sampler = await repository.visible_sampler(session, sampler_id, actor)
    if sampler is None:
        raise SamplerNotFound("请核对编号；抽样人员的编号就是其在网关的用户编号，且只能查看辖区内的")
    return sampler


async def register(
    session: AsyncSession, sampler_id: UUID, body: SamplerWrite, version: int | None, actor: Actor
) -> Sampler:
    """Enter a sampler, or replace his entry when `version` names the present one. Raises OutsideRegion."""
    await ensure_in_scope(session, actor, body.region_code)
    sampler = await repository.get_sampler(session, sampler_id, lock=True)
    values = body.model_dump() | {"leaves": [leave.model_dump(mode="json") for leave in body.leaves]}
    if sampler is None:
        if version:
            raise PreconditionFailed("名册中还没有这位抽样人员，登记时请不要带 If-Match", current_version=0)
        sampler = Sampler(id=sampler_id, **values)
        session.add(sampler)
    else:
        await ensure_in_scope(session, actor, sampler.region_code)
        if version is None:
            raise PreconditionRequired("这位抽样人员已经登记；更正请先读取，把答复中的 ETag 放进 If-Match")
        ensure_version(sampler, version)
        for name, value in values.items():
            setattr(sampler, name, value)
        sampler.advance()
    await session.flush()
    return sampler
