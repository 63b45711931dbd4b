"""The job that serves subscriptions: started every minute, it stays for that minute while somebody wants a stream."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from services.traceability.epcis_subscriptions import repository
from services.traceability.epcis_subscriptions.delivery import deliver_next
from services.traceability.settings import Settings
from shared.jobs.definition import JobContext, JobKind

AT_ONCE = 4
STAY_SECONDS = 55.0
LOOK_EVERY_SECONDS = 1.0
LOG_DAYS = 90


async def run_deliveries(context: JobContext) -> Mapping[str, Any]:
    """Serve what is due, several subscriptions at once so that a slow receiver holds up no other."""
    settings = context.settings
    assert isinstance(settings, Settings)
    until = time.monotonic() + STAY_SECONDS
    served = 0
    async with context.sessions() as session, session.begin():
        await repository.forget_deliveries(session, days=LOG_DAYS)
    while True:
        rounds = await asyncio.gather(*(_serve(context, settings, until) for _ in range(AT_ONCE)))
        served += sum(rounds)
        await context.progress(served, None)
        async with context.sessions() as session:
            stays = await repository.has_stream(session)
        if not stays or time.monotonic() >= until:
            return {"served": served}
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _serve(context: JobContext, settings: Settings, until: float) -> int:
    served = 0
    private_allowed, secret = settings.epcis_webhooks_to_private_addresses, settings.events_secret
    while time.monotonic() < until and await deliver_next(
        context.sessions, private_allowed=private_allowed, secret=secret
    ):
        served += 1
    return served


DELIVER = JobKind(name="deliver_epcis_subscriptions", label="推送 EPCIS 订阅", run=run_deliveries, cron="* * * * *")
