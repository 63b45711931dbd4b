"""判定: stateless, for other systems as for our own pages. Nothing is stored."""

from services.sampling.verdicts import service
from services.sampling.verdicts.schemas import VerdictAnswer, VerdictRequest
from shared.database import Session
from shared.http.auth import AnyActor
from shared.http.routing import Router

router = Router(prefix="/v1/verdicts", tag="判定")


@router.post("")
async def judge_items(body: VerdictRequest, _: AnyActor, session: Session) -> VerdictAnswer:
    """判定一份样品的检验项目：逐项给出结论、理由和每一步，并给出样品的结论；不保存。"""
    return await service.judge_sample(session, body)
