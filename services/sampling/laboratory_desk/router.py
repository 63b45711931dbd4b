"""检验机构工作台: blind samples, taken in or rejected. No ETag: its number would tell what the bureau does."""

from typing import Annotated

from fastapi import Depends, Query

from services.sampling.laboratory_desk import repository, service
from services.sampling.laboratory_desk.reading import show_sample, show_samples
from services.sampling.laboratory_desk.schemas import BlindSample, BlindSampleDetail, Reception, Rejection
from services.sampling.separation.service import laboratory_of
from shared.contracts.codes import Role
from shared.contracts.statutory_sampling import SampleState
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.times import day_of, now

IsLaboratory = Annotated[Actor, Depends(Allow(Role.LABORATORY))]

router = Router(prefix="/v1/laboratory/samples", tag="检验机构工作台")


@router.get("")
async def list_blind_samples(
    actor: IsLaboratory,
    session: Session,
    page: PageParameters,
    state: Annotated[SampleState | None, Query(description="样品状态")] = None,
) -> Page[BlindSample]:
    """送交本机构的盲样，按盲样编码排列；尚未送达的自抽样次日起列出，凭编码随时可查。"""
    today = day_of(now())
    samples, following = await repository.list_assigned(session, laboratory_of(actor), state, today, page)
    return Page(items=await show_samples(session, samples), next_cursor=following)


@router.get("/{blind_code}")
async def read_blind_sample(blind_code: str, actor: IsLaboratory, session: Session) -> BlindSampleDetail:
    """一份盲样。"""
    return await show_sample(session, await service.assigned_sample(session, blind_code, actor))


@router.post("/{blind_code}/reception")
async def receive_blind_sample(
    blind_code: str, body: Reception, actor: IsLaboratory, session: Session, _: Idempotent
) -> BlindSampleDetail:
    """接收样品：封条完好、内容相符；自此起算出具检验报告的期限。"""
    return await show_sample(session, await service.receive(session, blind_code, body, actor))


@router.post("/{blind_code}/rejection")
async def reject_blind_sample(
    blind_code: str, body: Rejection, actor: IsLaboratory, session: Session, _: Idempotent
) -> BlindSampleDetail:
    """拒收样品，写明理由；组织抽样的部门在样品经过中看到。"""
    return await show_sample(session, await service.reject(session, blind_code, body, actor))
