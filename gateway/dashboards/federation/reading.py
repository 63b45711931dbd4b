"""Reading other deployments' dashboards side by side: each within its own budget, as the external system we are there.

One that does not answer in time is shown as it last was, and named; one that never answered is named.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
import structlog

from gateway.dashboards.federation.answers import (
    Answer,
    Silent,
    ToldDashboard,
    ToldSection,
    admission_in,
    ask,
    dashboard_in,
)
from gateway.dashboards.federation.deployments import Deployment
from gateway.dashboards.federation.schemas import FederatedDashboard, FederatedFigure, Member, MemberSection
from gateway.dashboards.federation.totals import Told, combined
from gateway.dashboards.schemas import SectionStatus
from shared.contracts.figures import Period

log = structlog.get_logger(__name__)

_EARLIER_SECONDS = 30
"""A token is renewed before it ends."""
_KEPT_PERIODS = 24
"""Of how many periods each deployment's last answer is kept."""


@dataclass
class Memory:
    """What this process knows of the other deployments: tokens, and the last good answers. All that may see a
    deployment at all see the same of it, as it is read with our own credentials.
    """

    tokens: dict[Deployment, tuple[str, float]] = field(default_factory=dict)
    answers: dict[Deployment, dict[str, ToldDashboard]] = field(default_factory=dict)

    def keep(self, deployment: Deployment, dashboard: ToldDashboard) -> None:
        kept = self.answers.setdefault(deployment, {})
        kept.pop(dashboard.period, None)
        kept[dashboard.period] = dashboard
        if len(kept) > _KEPT_PERIODS:
            del kept[next(iter(kept))]


async def read_federated(
    client: httpx.AsyncClient, memory: Memory, deployments: Sequence[Deployment], period: Period
) -> FederatedDashboard:
    """The dashboard over these deployments. It takes as long as the slowest budget, however many are silent."""
    read = await asyncio.gather(*(_read(client, memory, deployment, period) for deployment in deployments))
    return FederatedDashboard(
        period=str(period),
        members=[member for member, _ in read],
        figures=_figures(read),
    )


async def _read(
    client: httpx.AsyncClient, memory: Memory, deployment: Deployment, period: Period
) -> tuple[Member, ToldDashboard | None]:
    try:
        async with asyncio.timeout(deployment.budget_seconds):
            dashboard = await _ask(client, memory, deployment, period)
    except (Silent, TimeoutError) as reason:
        said = str(reason) or f"{deployment.budget_seconds:g} 秒内没有答复"
        log.warning("deployment_silent", region=deployment.region, reason=said)
        kept = memory.answers.get(deployment, {}).get(str(period))
        if kept is None:
            return _member(deployment, SectionStatus.UNAVAILABLE, None, said), None
        return _member(deployment, SectionStatus.STALE, kept, f"{said}，显示的是之前取到的数"), kept
    memory.keep(deployment, dashboard)
    lacking = [f"{part.title}：{part.note}" for part in dashboard.sections if part.status is not SectionStatus.OK]
    status = SectionStatus.PARTIAL if lacking else SectionStatus.OK
    return _member(deployment, status, dashboard, "；".join(lacking)), dashboard


def _member(deployment: Deployment, status: SectionStatus, dashboard: ToldDashboard | None, note: str) -> Member:
    moments = [part.as_of for part in dashboard.sections if part.as_of is not None] if dashboard else []
    return Member(
        region_code=deployment.region,
        region_name=deployment.name,
        pages=deployment.pages_address,
        status=status,
        as_of=min(moments, default=None),
        note=note,
        sections=[_section(part, status) for part in dashboard.sections] if dashboard else [],
    )


def _section(part: ToldSection, of_whole: SectionStatus) -> MemberSection:
    """One that was there when it was last told is only as fresh as that."""
    stale = of_whole is SectionStatus.STALE and part.status is not SectionStatus.UNAVAILABLE
    status = SectionStatus.STALE if stale else part.status
    return MemberSection(service=part.service, title=part.title, status=status, as_of=part.as_of, note=part.note)


async def _ask(client: httpx.AsyncClient, memory: Memory, deployment: Deployment, period: Period) -> ToldDashboard:
    answer = await _dashboard(client, memory, deployment, period)
    if answer.status == httpx.codes.UNAUTHORIZED:  # its keys were changed since
        memory.tokens.pop(deployment, None)
        answer = await _dashboard(client, memory, deployment, period)
    return dashboard_in(answer, deployment.region, str(period))


async def _dashboard(client: httpx.AsyncClient, memory: Memory, deployment: Deployment, period: Period) -> Answer:
    url = f"{deployment.address}/api/v1/regions/{deployment.region}/dashboard"
    headers = {"Authorization": f"Bearer {await _token(client, memory, deployment)}"}
    return await ask(client, "GET", url, headers, params={"period": str(period)})


async def _token(client: httpx.AsyncClient, memory: Memory, deployment: Deployment) -> str:
    token, good_until = memory.tokens.get(deployment, ("", 0.0))
    if time.monotonic() < good_until:
        return token
    grant = {
        "grant_type": "client_credentials",
        "client_id": str(deployment.client_id),
        "client_key": deployment.client_key.get_secret_value(),
    }
    given = admission_in(await ask(client, "POST", f"{deployment.address}/api/v1/tokens", {}, json=grant))
    memory.tokens[deployment] = given.access_token, time.monotonic() + given.expires_in - _EARLIER_SECONDS
    return given.access_token


def _figures(read: Sequence[tuple[Member, ToldDashboard | None]]) -> list[FederatedFigure]:
    """Every figure that any member told, in the order in which the first told it."""
    told: dict[str, dict[str, Told]] = {}
    for member, dashboard in read:
        for _, figure in dashboard.figures() if dashboard else ():
            one = Told(member.region_name, figure.definition, figure.figure)
            told.setdefault(figure.definition.code, {})[member.region_code] = one
    return [
        combined(
            list(by_region.values()), [member.region_name for member, _ in read if member.region_code not in by_region]
        )
        for by_region in told.values()
    ]
