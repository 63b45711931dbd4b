"""Reading the audit trail."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from gateway.identity.audit import repository
from gateway.identity.audit.models import ENTRIES, AuditAction
from gateway.identity.audit.schemas import AuditEntryRead
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix=ENTRIES, tag="审计")

CanReadAudit = Annotated[Actor, Depends(Allow(Role.AUDITOR, Role.ADMINISTRATOR))]


@router.get("")
async def list_audit_entries(
    session: Session,
    actor: CanReadAudit,
    page: PageParameters,
    action: Annotated[AuditAction | None, Query(description="只看这一种")] = None,
    subject_id: Annotated[UUID | None, Query(description="只看涉及这个账号或组织的")] = None,
) -> Page[AuditEntryRead]:
    """审计记录，新的在前"""
    rows, next_cursor = await repository.list_entries(session, actor, page, action, subject_id)
    return Page(items=[AuditEntryRead.model_validate(row) for row in rows], next_cursor=next_cursor)
