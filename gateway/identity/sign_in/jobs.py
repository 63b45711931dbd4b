"""Background jobs of signing in."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from gateway.identity.sign_in import repository
from shared import times
from shared.jobs.definition import JobContext, JobKind

_KEEP = timedelta(days=1)


async def _forget_expired(context: JobContext) -> Mapping[str, Any]:
    async with context.sessions() as session, session.begin():
        return {"deleted": await repository.forget_expired(session, times.now(), _KEEP)}


forget_expired = JobKind("forget_expired_sign_ins", "清理过期的登录记录", _forget_expired, cron="17 3 * * *")
