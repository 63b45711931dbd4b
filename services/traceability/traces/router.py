"""追溯: where a thing came from and where it went, from any code; as JSON, on paper, in a spreadsheet."""

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Query, Response

from services.traceability.traces import files, reaching, service, views
from services.traceability.traces.collecting import rare_collections
from services.traceability.traces.models import TraceLimit
from services.traceability.traces.rules import Direction
from services.traceability.traces.schemas import LimitCreate, LimitRead, ReachRead, TraceRead, TraceTable
from services.traceability.traces.service import MOST_DEPTH, MOST_NODES, Trace
from shared.contracts.codes import OFFICIALS, FileFormat, Role
from shared.contracts.moments import PlausibleMoment
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.routing import Router
from shared.tabular.writing import XLSX
from shared.times import now

CanTrace = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM))]
CanReadLimits = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]

_SHEET: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {"example": "<!doctype html>…"}}}}
_TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"example": "时间,步骤\r\n2026-07-24 09:30:00,receiving\r\n"},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}

router = Router(prefix="/v1", tag="追溯")


AsOf = Annotated[
    PlausibleMoment | None,
    Query(description="截至何时，须带时区：只算到那时已发生、并且已登记的；不写则登记了的都算"),
]
KnownAt = Annotated[
    PlausibleMoment | None,
    Query(description="只算到这时已登记的，须带时区；不写与 as_of 相同。要连事后补记的一起算，写晚一些，如现在"),
]


class TraceRequest:
    """What is traced, which way, as of when and by what was known when, and how far."""

    def __init__(
        self,
        code: Annotated[
            str,
            Query(
                min_length=1,
                max_length=1000,
                description="任何一种写法的码：网址、URN 或平台编号",
                examples=["https://id.gs1.org/01/09520123456788/10/L1"],
            ),
        ],
        direction: Annotated[Direction, Query(description="back 来源、forward 去向、both 两个方向")] = Direction.BOTH,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        depth: Annotated[int, Query(ge=1, le=MOST_DEPTH, description="至多追几层")] = 30,
        limit: Annotated[int, Query(ge=1, le=MOST_NODES, description="每个方向至多多少个节点")] = 5_000,
    ) -> None:
        self.code, self.direction = code, direction
        self.as_of, self.known_at = as_of, known_at or as_of
        self.depth, self.limit = depth, limit

    async def trace(self, session: Session, actor: Actor) -> Trace:
        return await service.trace(
            session,
            actor,
            self.code,
            self.direction,
            as_of=self.as_of,
            known_at=self.known_at,
            depth=self.depth,
            limit=self.limit,
        )


Wanted = Annotated[TraceRequest, Depends()]


@router.get("/traces")
async def trace_code(wanted: Wanted, actor: CanTrace, session: Session) -> TraceRead:
    """追溯一个码：图、时间线、数量核算、断链与可疑之处；只含您可以查看的事件。"""
    async with rare_collections():
        return await asyncio.to_thread(views.trace_read, await wanted.trace(session, actor))


@router.get("/traces/sheet", responses=_SHEET, response_class=Response)
async def print_trace(wanted: Wanted, actor: CanTrace, session: Session) -> Response:
    """追溯单（A4，网页），用浏览器打开后打印。"""
    trace = await wanted.trace(session, actor)
    page = await asyncio.to_thread(files.sheet, trace, by=actor.name, made_at=now())
    return Response(page, media_type="text/html; charset=utf-8", headers={"content-security-policy": files.POLICY})


@router.get("/traces/table", responses=_TABLE, response_class=Response)
async def download_trace(
    wanted: Wanted,
    actor: CanTrace,
    session: Session,
    file_format: Annotated[
        FileFormat, Query(alias="format", description="xlsx 含全部各表；csv 一张表")
    ] = FileFormat.XLSX,
    part: Annotated[TraceTable, Query(description="csv 要哪张表")] = TraceTable.EVENTS,
) -> Response:
    """追溯的表格，可排序、筛选：经过、货物、数量核算、发现的问题。"""
    trace = await wanted.trace(session, actor)
    headers = {"Content-Disposition": f'attachment; filename="trace.{file_format.value}"'}
    if file_format is FileFormat.CSV:
        content = await asyncio.to_thread(files.csv_of, trace, part)
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
    return Response(await asyncio.to_thread(files.workbook_of, trace), media_type=XLSX, headers=headers)


@router.get("/traces/reach")
async def reach_of_code(
    actor: CanTrace,
    session: Session,
    code: Annotated[str, Query(min_length=1, max_length=1000, description="任何一种写法的码")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> ReachRead:
    """一个码（及由它做成的）到了多少家、多少个区县；召回之前先看波及面。"""
    return views.reach_read(await reaching.reach(session, actor, code, as_of=as_of, known_at=known_at or as_of))


@router.get("/trace-limits")
async def list_trace_limits(_: CanReadLimits, session: Session) -> list[LimitRead]:
    """核算所用的各个界限，连同历次更正。"""
    return [_limit(row) for row in await history(session, TraceLimit)]


@router.post("/trace-limits", status_code=201)
async def correct_trace_limit(body: LimitCreate, actor: CanStateRules, session: Session, _: Idempotent) -> LimitRead:
    """更正一个界限，自某日起用；可以只对一个商品。"""
    return _limit(await service.state_limit(session, actor, body))


def _limit(row: TraceLimit) -> LimitRead:
    own = {name: getattr(row, name) for name in LimitRead.model_fields if hasattr(row, name)}
    return LimitRead(**own, label=row.name.label, unit=row.name.unit)
