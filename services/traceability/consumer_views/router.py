"""公众查询 over HTTP: what everybody may know of scanned goods, step by step."""

from typing import Annotated

from fastapi import Query

from services.traceability.code_scans.service import look_up
from services.traceability.consumer_views import service
from services.traceability.consumer_views.schemas import PublicStory
from services.traceability.settings import CurrentSettings
from shared.database import Session
from shared.http.auth import Anyone
from shared.http.routing import Router

router = Router(prefix="/v1/public-codes", tag="公众查询")

ScannedCode = Annotated[
    str,
    Query(
        min_length=1,
        max_length=1000,
        description="扫到的内容：网址、URN 或平台编号",
        examples=["https://id.gs1.org/01/09520123456788/10/L1"],
    ),
]


@router.get("/story")
async def read_story(code: ScannedCode, session: Session, settings: CurrentSettings, _: Anyone) -> PublicStory:
    """这批货的来龙去脉，任何人可看：一步一步由谁、何时录入，证明，召回，还缺什么；不含个人信息、数量和去向。
    码不是本平台发的，有召回、停售或事件的也照答（`issued_here` 为 false）。"""
    return await service.story(session, await look_up(session, code, settings.code_keys_folder))
