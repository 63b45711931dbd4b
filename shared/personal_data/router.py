"""Who looked at whose personal data and why, over HTTP, for auditors and administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.personal_data import repository
from shared.personal_data.schemas import DisclosureRecordRead

router = Router(prefix="/v1/personal-data-disclosures", tag="个人信息")

CanReadLooks = Annotated[Actor, Depends(Allow(Role.AUDITOR, Role.ADMINISTRATOR))]


@router.get("")
async def list_personal_data_disclosures(
    session: Session,
    actor: CanReadLooks,
    page: PageParameters,
    actor_id: Annotated[UUID | None, Query(description="只看这个账号的")] = None,
    target: Annotated[str | None, Query(min_length=1, max_length=500, description="只看对这条记录的")] = None,
) -> Page[DisclosureRecordRead]:
    """谁在何时为什么看了哪条记录里的个人信息，新的在前；不含所看的内容"""
    rows, following = await repository.list_disclosures(session, actor, page, actor_id, target)
    return Page(items=[DisclosureRecordRead.model_validate(row) for row in rows], next_cursor=following)
