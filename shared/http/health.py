"""Is the process alive, is it ready to work, and what does it measure."""

import hmac
from ipaddress import ip_address

from fastapi import Request, Response
from pydantic import Field

from shared.contracts.schema import Schema
from shared.http.auth import Anyone
from shared.http.problems import Forbidden, Unauthenticated, Unavailable
from shared.http.routing import Router
from shared.revisions import revisions_in, revisions_of
from shared.telemetry import metrics_page

router = Router(tag="运行状态")


class Health(Schema):
    status: str = Field(examples=["ok"])


@router.get("/healthz", summary="进程在运行")
async def read_health(_: Anyone) -> Health:
    return Health(status="ok")


@router.get("/readyz", summary="可以接受请求：数据库连得上，表结构已就绪")
async def read_readiness(_: Anyone, request: Request) -> Health:
    try:
        async with request.app.state.sessions() as session:
            found = await revisions_in(session)
    except Exception as error:
        raise Unavailable("数据库连不上，或尚未迁移") from error
    if not revisions_of(request.app.state.service.unit).is_served_by(found):
        raise Unavailable("数据库还没有迁移到本程序的版本")
    return Health(status="ok")


@router.get("/metrics", summary="Prometheus 指标", include_in_schema=False)
async def read_metrics(_: Anyone, request: Request) -> Response:
    _ensure_may_scrape(request)
    body, content_type = metrics_page()
    return Response(body, media_type=content_type)


def _ensure_may_scrape(request: Request) -> None:
    """Metrics tell of everybody's doings, and the gateway's port is public."""
    token: str = request.app.state.settings.metrics_token
    if not token:
        if not _comes_straight_from_here(request):
            raise Forbidden("指标只答本机直接来的请求；要从别处抓取，请设置 SHIAN_METRICS_TOKEN")
        return
    shown = request.headers.get("authorization", "").partition(" ")[2]
    if not hmac.compare_digest(shown.encode(), token.encode()):
        raise Unauthenticated("抓取指标须带 Authorization: Bearer 与 SHIAN_METRICS_TOKEN 的值")


def _comes_straight_from_here(request: Request) -> bool:
    """Whether the peer is this machine, and not a proxy on it that speaks for somebody else."""
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    if request.client is None or forwarded:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:  # a socket file has no address
        return False
