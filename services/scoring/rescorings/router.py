"""重新计分 over HTTP."""

from typing import Annotated

from fastapi import Depends

from services.scoring.rescorings import service
from services.scoring.rescorings.schemas import Rescoring
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.routing import Router
from shared.jobs.schemas import JobRead

router = Router(prefix="/v1/evaluation-rescorings", tag="评价计分")

CanRescore = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]


@router.post("", status_code=202, summary="辖区内按一份细则进行中的评价全部重新计分（后台进行）")
async def rescore(body: Rescoring, actor: CanRescore, session: Session, _: Idempotent) -> JobRead:
    """用各自最近一次取的数；进展看 `/v1/jobs/{id}`。"""
    return JobRead.model_validate(await service.order(session, body, actor))
