"""指标取数 over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from services.scoring.evaluations.access import evaluation_for
from services.scoring.evaluations.router import CanReadEvaluations
from services.scoring.indicators import repository, service
from services.scoring.indicators.schemas import SnapshotRead
from services.scoring.indicators.source import FigureSource
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.routing import Router

router = Router(prefix="/v1/evaluations/{evaluation_id}/snapshots", tag="评价指标")

CanTakeSnapshots = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]


def figure_source(request: Request) -> FigureSource:
    """The services, asked with the caller's own token: nobody reads through an evaluation what he may not read."""
    passed_on = ("authorization", "x-request-id", "traceparent")
    headers = {name: value for name in passed_on if (value := request.headers.get(name))}
    return FigureSource(request.app.state.client, request.app.state.settings, headers)


Source = Annotated[FigureSource, Depends(figure_source)]


@router.get("", summary="历次取数，最近的在前")
async def list_snapshots(evaluation_id: UUID, actor: CanReadEvaluations, session: Session) -> list[SnapshotRead]:
    evaluation = await evaluation_for(session, evaluation_id, actor)
    found = await repository.snapshots_of(session, evaluation.id)
    return [SnapshotRead.model_validate(snapshot) for snapshot in found]


@router.post("", status_code=201, summary="现在取数：各服务的指标与登记数据，连同截至时间与哈希")
async def take_snapshot(
    evaluation_id: UUID, actor: CanTakeSnapshots, session: Session, source: Source, _: Idempotent
) -> SnapshotRead:
    """用您自己的令牌逐个服务取；取不到的记为“取不到”，不算零，也不沿用旧数。"""
    return SnapshotRead.model_validate(await service.take_snapshot(session, evaluation_id, source, actor))
