"""名录重新通报 over HTTP."""

from typing import Annotated

from fastapi import Depends, Response

from services.inspection.business_retellings import service
from services.inspection.business_retellings.schemas import RetellingCreate
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.routing import Router
from shared.jobs.schemas import JobRead

CanRetell = Annotated[Actor, Depends(Allow(Role.ADMINISTRATOR))]

router = Router(prefix="/v1/business-retellings", tag="主体登记")


@router.post("", status_code=202)
async def retell_businesses(
    body: RetellingCreate, actor: CanRetell, session: Session, response: Response, _: Idempotent
) -> JobRead:
    """把在档的全部主体重新通报给其他服务：新装的服务、新开的功能由此补上从前登记的主体；已经知道的不变。"""
    job = await service.order(session, actor, body.reason)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return JobRead.model_validate(job)
