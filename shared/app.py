"""The application factory: a unit describes itself as a `Service`, and gets an app with all the house's manners."""

import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

import httpx
from fastapi import APIRouter, FastAPI
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit.router import router as audit_router
from shared.clocks.router import router as clocks_router
from shared.contracts.codes import Unit
from shared.database import create_engine, create_sessions
from shared.events import Subscriber
from shared.events.router import router as events_router
from shared.exports.definition import Export
from shared.exports.router import router as exports_router
from shared.figures.definition import Figure
from shared.figures.router import router as figures_router
from shared.http import health
from shared.http.auth import KeySetVerifier
from shared.http.openapi import describe
from shared.http.problems import install_problem_handlers
from shared.http.request_id import RequestIdMiddleware
from shared.jobs.definition import JobKind
from shared.jobs.router import router as jobs_router
from shared.logging import configure_logging
from shared.parked_events import router as parked_events_router
from shared.personal_data.router import router as personal_data_router
from shared.record_search.definition import Findable
from shared.record_search.router import router as record_search_router
from shared.regions.router import reading as regions_router
from shared.settings import UnitSettings, read_settings
from shared.telemetry import install_tracing
from shared.unverified_rules.router import router as unverified_rules_router

_SWITCH_SECONDS = 0.0005
"""How long a thread that parses a document may keep the event loop waiting, which has only a moment's work each time.
Python's own 5 ms, at every answer of the database, make captures a tenth slower (docs/performance.md).
"""

Seed = Callable[[AsyncSession], Awaitable[None]]
"""Loads shipped data that a bureau may correct later; runs after each migration, so it must be idempotent."""


@dataclass(frozen=True, slots=True)
class Service:
    """One unit: its routes, the events it hears, its jobs, its figures, its tables."""

    unit: Unit
    title: str
    settings: type[UnitSettings]
    metadata: MetaData
    routers: Sequence[APIRouter]
    subscribers: Mapping[str, Subscriber] = field(default_factory=dict)
    jobs: Sequence[JobKind] = ()
    figures: Sequence[Figure] = ()
    findables: Sequence[Findable] = ()
    exports: Sequence[Export] = ()
    seeds: Sequence[Seed] = ()
    prefix: str = ""
    """Stands before the chassis' own paths: the gateway's interface is under `/api`, as is all it forwards."""
    install: Callable[[FastAPI], None] | None = None


@cache
def _keep_imports() -> None:
    """What was imported stays, so no collection of garbage need look through it again; once a process, as tests make
    many apps. Reading a capture of events took half as long again with these collections.
    """
    gc.collect()
    gc.freeze()


def create_app(service: Service, settings: UnitSettings | None = None) -> FastAPI:
    """The unit's ASGI app. Settings are read when it starts, so importing a unit needs no environment."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        from shared.transport import make_transport  # noqa: PLC0415 (6 MB that only a web server needs)

        effective = settings or read_settings(service.settings)
        configure_logging(service.unit, effective.log_level, effective.log_format)
        sys.setswitchinterval(_SWITCH_SECONDS)
        _keep_imports()
        engine = create_engine(effective)
        async with httpx.AsyncClient(transport=make_transport()) as client:
            app.state.settings = effective
            app.state.engine = engine
            app.state.sessions = create_sessions(engine)
            app.state.client = client
            app.state.token_verifier = KeySetVerifier(effective.key_set_url, effective.token_issuer, client)
            install_tracing(app, effective)
            try:
                yield
            finally:
                await engine.dispose()

    app = FastAPI(title=f"食安 · {service.title}", version="1.0.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.service = service
    install_problem_handlers(app)
    for router in (*service.routers, events_router, health.router):
        app.include_router(router)
    for router in (
        *(regions_router, clocks_router, unverified_rules_router, figures_router),
        *(parked_events_router, audit_router, personal_data_router, jobs_router),
    ):
        app.include_router(router, prefix=service.prefix)
    if service.findables:
        app.include_router(record_search_router, prefix=service.prefix)
    if service.exports:
        app.include_router(exports_router, prefix=service.prefix)
    if service.install:
        service.install(app)
    app.add_middleware(RequestIdMiddleware)
    describe(app)
    return app
