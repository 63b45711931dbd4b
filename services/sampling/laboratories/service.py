"""Keeping the register of laboratories."""

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.laboratories import repository
from services.sampling.laboratories.models import Laboratory
from services.sampling.laboratories.schemas import LaboratoryWrite
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import NotFound, PreconditionFailed, PreconditionRequired
from shared.personal_data.masking import masked_name, masked_number
from shared.personal_data.schemas import DisclosureRead
from shared.personal_data.service import disclose, told
from shared.personal_data.writing import restored
from shared.regions.scope import ensure_in_scope

PRIVATE: Mapping[str, Callable[[str], str]] = {"contact_name": masked_name, "contact_phone": masked_number}


class LaboratoryNotFound(NotFound):
    slug, title = "laboratory-not-found", "名册中没有这家检验机构"


async def laboratory_for(session: AsyncSession, laboratory_id: UUID) -> Laboratory:
    """Raises LaboratoryNotFound."""
    laboratory = await repository.get_laboratory(session, laboratory_id)
    if laboratory is None:
        raise LaboratoryNotFound("请核对编号；检验机构的编号就是它在网关登记的组织编号")
    return laboratory


async def disclose_laboratory(session: AsyncSession, laboratory_id: UUID, purpose: str, actor: Actor) -> DisclosureRead:
    """Whom to call there, shown to who says why. Raises LaboratoryNotFound."""
    laboratory = await laboratory_for(session, laboratory_id)
    fields = [
        *told("/contact_name", "联系人", laboratory.contact_name),
        *told("/contact_phone", "联系电话", laboratory.contact_phone),
    ]
    return await disclose(session, actor, f"/v1/laboratories/{laboratory_id}", purpose, fields)


async def register(
    session: AsyncSession, laboratory_id: UUID, body: LaboratoryWrite, version: int | None, actor: Actor
) -> Laboratory:
    """Enter a laboratory, or replace its entry when `version` names the present one. Raises OutsideRegion."""
    await ensure_in_scope(session, actor, body.region_code)
    laboratory = await repository.get_laboratory(session, laboratory_id, lock=True)
    for part, mask in PRIVATE.items():
        kept = getattr(laboratory, part, None)
        setattr(body, part, restored(getattr(body, part), kept, mask, f"/{part}"))
    if laboratory is None:
        if version:
            raise PreconditionFailed("名册中还没有这家检验机构，登记时请不要带 If-Match", current_version=0)
        laboratory = Laboratory(id=laboratory_id, **body.model_dump())
        session.add(laboratory)
    else:
        await ensure_in_scope(session, actor, laboratory.region_code)
        if version is None:
            raise PreconditionRequired("这家检验机构已经登记；更正请先读取，把答复中的 ETag 放进 If-Match")
        ensure_version(laboratory, version)
        for name, value in body.model_dump().items():
            setattr(laboratory, name, value)
        laboratory.advance()
    await session.flush()
    return laboratory
