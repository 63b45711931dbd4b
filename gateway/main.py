"""网关: identity, the way to the four services, dashboards, pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Mount

from gateway import openapi
from gateway.boundaries.router import router as boundaries
from gateway.dashboards.federation.deployments import check_regions, read_deployments
from gateway.dashboards.federation.router import router as federation
from gateway.dashboards.last_good import LastGood
from gateway.dashboards.router import router as dashboards
from gateway.database import Base
from gateway.identity import key_set
from gateway.identity.api_clients.router import router as api_clients
from gateway.identity.audit.jobs import prove_entries
from gateway.identity.audit.router import router as audit
from gateway.identity.deputations.router import router as deputations
from gateway.identity.oidc.router import router as external_identities
from gateway.identity.organisations.router import router as organisations
from gateway.identity.second_factor.router import router as second_factor
from gateway.identity.sessions.router import router as sessions
from gateway.identity.sign_in.jobs import forget_expired
from gateway.identity.sign_in.router import router as sign_in
from gateway.identity.start import start_identity
from gateway.identity.users.router import router as users
from gateway.limits import RequestLimits
from gateway.proxy import CodeResolver, Proxy, open_upstream
from gateway.rate_limits import RateLimits
from gateway.settings import Settings
from gateway.web.site import PAGES, install_site
from gateway.webhooks.jobs import DELIVER, FORGET
from gateway.webhooks.router import router as webhooks
from gateway.webhooks.subscribers import SUBSCRIBERS
from shared.app import Service, create_app
from shared.contracts.codes import SERVICES, Unit
from shared.regions.router import writing as regions


def install(app: FastAPI) -> None:
    """The proxies stand before all routes, as nearly every request is theirs; identity and connections live as long
    as the app.
    """
    app.router.routes[:0] = [*(Mount(f"/api/{unit.value}", Proxy(unit)) for unit in SERVICES), CodeResolver()]
    install_site(app)
    app.add_middleware(RequestLimits)
    app.add_middleware(RateLimits)
    chassis = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with chassis(app):
            start_identity(app)
            app.state.last_good = LastGood()
            app.state.deployments = read_deployments(app.state.settings.federation_file)
            async with app.state.sessions() as session:
                await check_regions(session, app.state.deployments)
            async with open_upstream(app.state.settings) as app.state.upstream:
                yield

    app.router.lifespan_context = lifespan


service = Service(
    unit=Unit.GATEWAY,
    title="网关",
    settings=Settings,
    metadata=Base.metadata,
    prefix="/api",
    routers=[
        key_set.router,
        sign_in,
        sessions,
        second_factor,
        external_identities,
        deputations,
        users,
        organisations,
        api_clients,
        webhooks,
        audit,
        regions,
        dashboards,
        federation,
        boundaries,
        openapi.router,
        *PAGES,
    ],
    subscribers=SUBSCRIBERS,
    jobs=[forget_expired, prove_entries, DELIVER, FORGET],
    install=install,
)

app = create_app(service)
