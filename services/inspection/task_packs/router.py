"""任务包: what an officer's terminal takes along."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Query, Response
from pydantic import AwareDatetime

from services.inspection.task_packs import service
from services.inspection.task_packs.schemas import TaskPack
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import PageParameters
from shared.http.routing import Router

CanTakeAlong = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.GRID_OFFICER))]

router = Router(prefix="/v1/task-packs", tag="任务包")


@router.get("/mine", response_model=TaskPack)
async def read_task_pack(
    actor: CanTakeAlong,
    session: Session,
    page: PageParameters,
    changed_since: Annotated[AwareDatetime | None, Query(description="上一次答复中的 next_since；不填为全部")] = None,
    business: Annotated[UUID | None, Query(description="只要这一个主体的")] = None,
    if_none_match: Annotated[str | None, Header(description="上一次同一请求的 ETag")] = None,
) -> Response:
    """带到没有网络的地方去的：主体、跟进检查、要点表版本、上次所见、须复查的条目、重复检查的提醒；分页，可以只取变化"""
    pack = await service.pack(session, actor, changed_since, page, business)
    # When it was made says nothing of what is in it: without the time, what has not changed has the same tag.
    tag = f'W/"{hashlib.sha256(pack.model_dump_json(exclude={"next_since"}).encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if if_none_match == tag:
        return Response(status_code=304, headers=headers)
    return Response(pack.model_dump_json(), media_type="application/json", headers=headers)
