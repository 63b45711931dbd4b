"""The dashboard of several deployments over HTTP."""

from typing import Annotated

from fastapi import Depends, Request

from gateway.dashboards.federation.deployments import DeploymentsHere, seen_deployments
from gateway.dashboards.federation.reading import Memory, read_federated
from gateway.dashboards.federation.schemas import FederatedDashboard
from gateway.dashboards.router import CanReadDashboards, ChosenPeriod
from shared.database import Session
from shared.http.routing import Router

router = Router(prefix="/api/v1/federation", tag="看板")

_memory = Memory()


def remembered() -> Memory:
    """This process's memory of other deployments; the page and the API share it."""
    return _memory


Remembered = Annotated[Memory, Depends(remembered)]


@router.get("/dashboard")
async def get_federated_dashboard(
    request: Request,
    session: Session,
    actor: CanReadDashboards,
    deployments: DeploymentsHere,
    period: ChosenPeriod,
    memory: Remembered,
) -> FederatedDashboard:
    """各下级平台的看板合在一起：各自的数、可以相加的合计；口径不同的不相加，取不到的写明。"""
    seen = await seen_deployments(session, deployments, actor.regions)
    return await read_federated(request.app.state.client, memory, seen, period)
