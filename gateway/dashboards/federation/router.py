"""The dashboard of several deployments over HTTP."""

from typing import Annotated

from fastapi import Depends, Request

from gateway.dashboards.federation.deployments import Deployment, DeploymentsHere
from gateway.dashboards.federation.reading import Memory, read_federated
from gateway.dashboards.federation.schemas import FederatedDashboard
from gateway.dashboards.router import CanReadDashboards, ChosenPeriod
from shared.database import Session
from shared.http.problems import NotFound
from shared.http.routing import Router
from shared.regions import repository as regions

router = Router(prefix="/api/v1/federation", tag="看板")

_memory = Memory()


async def _visible(session: Session, actor: CanReadDashboards, deployments: DeploymentsHere) -> list[Deployment]:
    seen = [each for each in deployments if await regions.is_within(session, each.region, actor.regions)]
    if not seen:
        raise NotFound("您的辖区内没有联接的下级平台；联接由系统管理员在 SHIAN_FEDERATION_FILE 里登记")
    return seen


@router.get("/dashboard")
async def get_federated_dashboard(
    request: Request, deployments: Annotated[list[Deployment], Depends(_visible)], period: ChosenPeriod
) -> FederatedDashboard:
    """各下级平台的看板合在一起：各自的数、可以相加的合计；口径不同的不相加，取不到的写明。"""
    return await read_federated(request.app.state.client, _memory, deployments, period)
