"""The jobs that deliver: started every minute, they stay for that minute while any webhook is active."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from gateway.settings import Settings
from gateway.webhooks import repository
from gateway.webhooks.delivery import claim_next, serve
from shared.jobs.definition import JobContext, JobKind
from shared.times import now

HOSTS_AT_ONCE = 20
STAY_SECONDS = 55.0
LOOK_EVERY_SECONDS = 1.0
KEPT_DAYS = 30
CHUNK = 2_000


async def deliver(context: JobContext) -> Mapping[str, Any]:
    """Serve what is due, many hosts at once and each by itself, so that a slow receiver holds up no other."""
    settings = context.settings
    assert isinstance(settings, Settings)
    until, delivered = time.monotonic() + STAY_SECONDS, 0
    serving: dict[str, asyncio.Task[int]] = {}
    try:
        while time.monotonic() < until:
            claim = await claim_next(context.sessions, list(serving)) if len(serving) < HOSTS_AT_ONCE else None
            if claim is not None:
                serving[claim.host] = asyncio.create_task(serve(context.sessions, settings, claim))
                continue
            async with context.sessions() as session:
                if not serving and not await repository.has_work(session):
                    break
            if serving:
                ended = asyncio.FIRST_COMPLETED
                await asyncio.wait(serving.values(), timeout=LOOK_EVERY_SECONDS, return_when=ended)
            else:
                await asyncio.sleep(LOOK_EVERY_SECONDS)
            delivered += _reap(serving)
            await context.progress(delivered, None)
        await asyncio.gather(*serving.values(), return_exceptions=True)
        delivered += _reap(serving)
    finally:
        for task in serving.values():
            task.cancel()
    return {"delivered": delivered}


def _reap(serving: dict[str, "asyncio.Task[int]"]) -> int:
    """Take out what has ended; raises what went wrong there, which is never the receiver's doing."""
    ended = [host for host, task in serving.items() if task.done()]
    return sum(serving.pop(host).result() for host in ended)


async def forget(context: JobContext) -> Mapping[str, Any]:
    """Delete messages whose time is over, with their log, and secrets that sign no more."""
    deleted = 0
    async with context.sessions() as session, session.begin():
        await repository.forget_previous_secrets(session, now())
    while True:
        async with context.sessions() as session, session.begin():
            chunk = await repository.forget_messages(session, days=KEPT_DAYS, limit=CHUNK)
        deleted += chunk
        await context.progress(deleted, None)
        if chunk < CHUNK:
            return {"messages": deleted}


DELIVER = JobKind("deliver_webhooks", "推送事件", deliver, cron="* * * * *")
FORGET = JobKind("forget_webhook_messages", "清理推送记录", forget, cron="41 3 * * *")
