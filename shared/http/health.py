"""Is the process alive, is it ready to work, and what does it measure."""

from fastapi import Request, Response
from pydantic import Field
from sqlalchemy import text

from shared.contracts.schema import Schema
from shared.http.auth import Anyone
from shared.http.problems import Unavailable
from shared.http.routing import Router
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
            await session.execute(text("SELECT count(*) FROM alembic_version"))
    except Exception as error:
        raise Unavailable("数据库连不上，或尚未迁移") from error
    return Health(status="ok")


@router.get("/metrics", summary="Prometheus 指标", include_in_schema=False)
async def read_metrics(_: Anyone) -> Response:
    body, content_type = metrics_page()
    return Response(body, media_type=content_type)
