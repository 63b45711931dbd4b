"""Registering electronic scales."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.subjects import service as subjects
from services.traceability.tickets import repository
from services.traceability.tickets.models import Scale
from services.traceability.tickets.problems import TicketStepRefused, UnknownScale
from services.traceability.tickets.schemas import ScaleWrite
from shared.http.auth import Actor


async def put_scale(session: AsyncSession, scale_id: UUID, body: ScaleWrite, actor: Actor) -> Scale:
    """Enter a scale or bring it up to date. Raises `UnknownScale` for another shop's, `TicketStepRefused` when maker
    and serial stand under another id, and what `subjects.acting` raises.
    """
    subject = await subjects.acting(session, body.business_id, actor)
    named = await repository.scale_named(session, body.maker, body.serial)
    if named is not None and named.id != scale_id:
        raise TicketStepRefused("这台秤（厂商与编号）已经登记；换到别家的，请原来的店家或监管人员先停用、改号")
    scale = await repository.get_scale(session, scale_id)
    if scale is not None and scale.business_id != subject.id:
        raise UnknownScale("请核对编号；只能变更本主体的秤")
    if scale is None:
        scale = Scale(id=scale_id, business_id=subject.id, region_code=subject.region_code, version=0)
        session.add(scale)
    scale.maker, scale.serial, scale.active = body.maker, body.serial, body.active
    scale.advance()
    await session.flush()
    return scale
