"""Proving the audit trail every night."""

from collections.abc import Mapping
from typing import Any

import structlog

from gateway.identity.audit import service
from shared.jobs.definition import JobContext, JobKind

log = structlog.get_logger(__name__)


async def _prove(context: JobContext) -> Mapping[str, Any]:
    async with context.sessions() as session, session.begin():
        edited = await service.find_edited(session)
    if edited:
        log.error("security_alarm", action="audit_entries_edited", entries=[str(entry) for entry in edited[:20]])
    return {"edited": [str(entry) for entry in edited[:20]], "count": len(edited)}


prove_entries = JobKind("prove_audit_entries", "核对审计记录", _prove, cron="53 2 * * *")
