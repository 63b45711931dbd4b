"""Delivering: one courier a target takes what is owed from the outbox and hands it over in signed batches.

A courier claims under a lease and delivers outside any transaction, so several relays of one unit may run at once and a
killed one loses nothing: what it had claimed is due again when the lease ends. It never asks for "ids greater than the
last", because transactions commit in another order than they draw their ids.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Row

from shared.contracts.codes import Unit
from shared.contracts.event import Event
from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.database import create_engine, create_sessions
from shared.events import repository
from shared.events.inbox import Sessions
from shared.events.schemas import Outcome, Receipt, Receipts
from shared.events.signature import sign
from shared.ids import uuid7
from shared.notifications import listening
from shared.settings import UnitSettings
from shared.telemetry import EVENTS_DELIVERED, EVENTS_PARKED, OUTBOX_PENDING, install_tracing
from shared.transport import make_transport

log = structlog.get_logger(__name__)

_BATCH = TypeAdapter(list[Event])
_AWAY = frozenset({401, 403, 404, 429, 502, 503, 504})
"""Answers that say nothing about the events: not running, not ready, or the secrets differ."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much, how often, how long. Twelve attempts with doubling pauses take about three quarters of an hour."""

    batch: int = 500
    poll_seconds: float = 2.0  # wake-ups may be lost, so it also looks by itself
    timeout_seconds: float = 15.0
    lease: timedelta = timedelta(seconds=20)  # longer than the timeout, so that nobody else takes what is under way
    attempts: int = 12
    first_pause_seconds: float = 2.0
    longest_pause_seconds: float = 900.0
    longest_outage_pause_seconds: float = 15.0
    measure_seconds: float = 10.0
    farewell_seconds: float = 5.0


class TargetAwayError(Exception):
    """The target does not answer; its events wait without a mark against them."""


class BatchRejectedError(Exception):
    """The target answered, but not for each event: one of them may be to blame, or their number."""


async def run_relay(settings: UnitSettings, stop: asyncio.Event, pace: Pace = Pace()) -> None:
    """Deliver the unit's events until `stop` is set; what is under way then gets a few seconds to end."""
    if not settings.events_secret:
        log.error("relay_idle", reason="没有设置 SHIAN_EVENTS_SECRET，事件只入库，不投递")
        await stop.wait()
        return
    install_tracing(None, settings)
    engine = create_engine(settings, application_name=f"shian-{settings.unit}-relay")
    sessions = create_sessions(engine)
    client = httpx.AsyncClient(transport=make_transport(), timeout=pace.timeout_seconds)
    async with client:
        couriers = [Courier(target, settings, sessions, client, pace) for target in targets_of(settings.unit)]

        def wake() -> None:
            for courier in couriers:
                courier.wake.set()

        tasks = [asyncio.create_task(courier.run(stop)) for courier in couriers]
        async with listening(engine, repository.CHANNEL, wake):
            await stop.wait()
        wake()
        if tasks:
            _, unfinished = await asyncio.wait(tasks, timeout=pace.farewell_seconds)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    await engine.dispose()


def targets_of(publisher: Unit) -> list[Unit]:
    """The units that hear any event of `publisher`."""
    heard = [units for type_, units in SUBSCRIPTIONS.items() if type_.partition(".")[0] == publisher]
    return sorted({unit for units in heard for unit in units})


class Courier:
    """Delivers to one target, one batch at a time, so that a slow or dead target holds up only its own events."""

    def __init__(
        self,
        target: Unit,
        settings: UnitSettings,
        sessions: Sessions,
        client: httpx.AsyncClient,
        pace: Pace,
    ) -> None:
        self.wake = asyncio.Event()
        self._publisher, self._target, self._pace = settings.unit, target, pace
        self._url, self._secret = f"{settings.address_of(target)}/events", settings.events_secret
        self._sessions, self._client = sessions, client
        self._size = pace.batch
        self._measure_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set. Failures are waited out, with longer and longer pauses."""
        outages = 0
        while not stop.is_set():
            self.wake.clear()
            try:
                await self._measure()
                taken = await self._deliver_batch()
            except TargetAwayError as away:
                log.warning("target_away", target=self._target, reason=str(away), outages=outages)
                await self._wait_out(stop, outages)
                outages += 1
            except Exception:
                log.exception("relay_interrupted", target=self._target)
                await self._wait_out(stop, outages)
                outages += 1
            else:
                outages = 0
                if not taken:
                    await _first(self.wake, self._pace.poll_seconds)

    async def _wait_out(self, stop: asyncio.Event, outages: int) -> None:
        await _first(stop, min(self._pace.longest_outage_pause_seconds, 0.25 * 2 ** min(outages, 10)) * _jitter())

    async def _measure(self) -> None:
        """Tell now and then how much is owed; to count a long backlog for each batch costs more than to send it."""
        if time.monotonic() < self._measure_at:
            return
        self._measure_at = time.monotonic() + self._pace.measure_seconds
        async with self._sessions() as session:
            OUTBOX_PENDING.labels(self._target).set(await repository.count_owed(session, self._target))

    async def _deliver_batch(self) -> int:
        """Hand over one batch; returns how many events it held. Raises `TargetAwayError` and the database's errors."""
        async with self._sessions() as session, session.begin():
            rows = await repository.claim(session, self._target, self._size, self._pace.lease)
        if not rows:
            return 0
        try:
            receipts = await self._post(rows)
        except TargetAwayError:
            await self._release(rows)
            raise
        except BatchRejectedError as rejected:
            if len(rows) == 1:
                await self._blame(rows[0], str(rejected))
                raise TargetAwayError(str(rejected)) from None
            # Fewer at a time, until the one that spoils the batch stands alone; only then it is its own fault.
            self._size = len(rows) // 2
            await self._release(rows)
            return len(rows)
        await self._settle(rows, receipts)
        return len(rows)

    async def _post(self, rows: Sequence[Row[Any]]) -> list[Receipt]:
        body = _BATCH.dump_json([self._envelope(row) for row in rows], exclude_none=True)
        headers = sign(self._secret, uuid7(), body) | {"Content-Type": "application/cloudevents-batch+json"}
        try:
            response = await self._client.post(self._url, content=body, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TargetAwayError(f"{self._url} 连不上：{error!r}") from None
        except httpx.TransportError as error:  # it may have died of what we sent
            raise BatchRejectedError(f"{self._url} 没有答复：{error!r}") from None
        if response.status_code in _AWAY:
            raise TargetAwayError(f"{self._url} 答复 {response.status_code}：{response.text[:300]}")
        try:
            response.raise_for_status()
            receipts = Receipts.model_validate_json(response.content).receipts
        except (httpx.HTTPStatusError, ValidationError):
            raise BatchRejectedError(f"{self._url} 答复 {response.status_code}：{response.text[:300]}") from None
        if [receipt.id for receipt in receipts] != [str(row.id) for row in rows]:
            raise BatchRejectedError(f"{self._url} 的回执与所发事件不符")
        return receipts

    def _envelope(self, row: Row[Any]) -> Event:
        return Event(
            id=row.id,
            type=row.type,
            source=f"/{self._publisher}",
            subject=row.subject,
            time=row.time,
            traceparent=row.traceparent,
            data=row.data,
        )

    async def _settle(self, rows: Sequence[Row[Any]], receipts: Sequence[Receipt]) -> None:
        settled = [row.id for row, receipt in zip(rows, receipts, strict=True) if receipt.outcome.is_settled]
        unreached = [
            row.id for row, receipt in zip(rows, receipts, strict=True) if receipt.outcome is Outcome.UNREACHED
        ]
        async with self._sessions() as session, session.begin():
            await repository.settle(session, self._target, settled)
            await repository.release(session, self._target, unreached)
            for row, receipt in zip(rows, receipts, strict=True):
                if receipt.outcome.is_failure:
                    await self._postpone(session, row, receipt.reason or receipt.outcome)
        EVENTS_DELIVERED.labels(self._target).inc(len(settled))
        self._size = max(1, len(settled)) if unreached else min(self._pace.batch, self._size * 2)

    async def _blame(self, row: Row[Any], reason: str) -> None:
        async with self._sessions() as session, session.begin():
            await self._postpone(session, row, reason)

    async def _postpone(self, session: Any, row: Row[Any], reason: str) -> None:
        pace, identifier = self._pace, UUID(str(row.id))
        last = row.attempts + 1 >= pace.attempts
        pause = min(pace.longest_pause_seconds, pace.first_pause_seconds * 2**row.attempts) * _jitter()
        delay = None if last else timedelta(seconds=pause)
        await repository.postpone(session, self._target, identifier, reason, delay)
        if last:
            EVENTS_PARKED.labels(self._target).inc()
            log.error("event_parked", id=str(identifier), type=row.type, target=self._target, reason=reason)

    async def _release(self, rows: Sequence[Row[Any]]) -> None:
        async with self._sessions() as session, session.begin():
            await repository.release(session, self._target, [row.id for row in rows])


async def _first(event: asyncio.Event, seconds: float) -> None:
    """Wait for `event`, but no longer than `seconds`."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


def _jitter() -> float:
    """Spread retries, so that those who failed together do not come back together."""
    return random.uniform(0.75, 1.25)  # noqa: S311 (no secret)
