"""消费者的疑问 over HTTP: for everybody, without a name."""

from typing import Annotated

from fastapi import Path, Response

from services.traceability.code_scans.service import read_scanned
from services.traceability.doubts import service
from services.traceability.doubts.schemas import DoubtCreate, DoubtRead
from services.traceability.settings import CurrentSettings
from shared.database import Session
from shared.http.auth import Anyone
from shared.http.routing import Router

router = Router(prefix="/v1/public-codes/doubts", tag="公众查询")

Receipt = Annotated[str, Path(max_length=40, description="回执号")]


@router.post("", status_code=201)
async def raise_doubt(
    body: DoubtCreate, session: Session, settings: CurrentSettings, response: Response, _: Anyone
) -> DoubtRead:
    """对扫到的码有疑问：转为监督检查的线索，答复凭回执号查；不问、不记是谁。十分钟内原样再发，答复不变。

    一个码一天满 20 条以后的照收，不单独成为线索。
    """
    scanned = await read_scanned(session, body.code, settings.code_keys_folder)
    doubt = await service.raise_doubt(session, scanned, body)
    response.headers["Location"] = f"/v1/public-codes/doubts/{doubt.receipt}"
    return doubt


@router.get("/{receipt}")
async def read_doubt(receipt: Receipt, session: Session, _: Anyone) -> DoubtRead:
    """一个疑问办到哪里、怎样答复。"""
    return await service.read_doubt(session, receipt)
