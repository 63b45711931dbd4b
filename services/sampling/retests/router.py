"""复检: applications, what is decided on them, the laboratories, the result."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.retests import laboratories, repository, results, service
from services.sampling.retests.models import Retest
from services.sampling.retests.reading import show_retest, show_summary
from services.sampling.retests.repository import RetestFilter
from services.sampling.retests.schemas import (
    BackupCheck,
    DrawStep,
    LaboratoryReply,
    RefusalStep,
    ResultStep,
    RetestApplication,
    RetestExtension,
    RetestRead,
    RetestSummary,
    TransferStep,
)
from services.sampling.whistles.rules import OFFICERS
from services.sampling.whistles.schemas import Step
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.disposals import RetestState
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadRetests = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS))]
CanApply = Annotated[Actor, Depends(Allow(*OFFICERS, Role.BUSINESS))]
CanDecide = Annotated[Actor, Depends(Allow(*OFFICERS))]

router = Router(prefix="/v1", tag="复检")


@router.post("/disposal-cases/{case_id}/retests", status_code=201)
async def apply_for_retest(
    case_id: UUID, body: RetestApplication, actor: CanApply, session: Session, response: Response, _: Idempotent
) -> RetestRead:
    """申请复检，以登记时为准；有不予复检的情形的当即不予受理，记录在案。停售、召回、核查处置照常进行。"""
    retest = await service.apply(session, case_id, body, actor)
    response.headers["Location"] = f"/v1/retests/{retest.id}"
    return await _answer(session, response, retest, actor)


@router.get("/retests")
async def list_retests(
    actor: CanReadRetests,
    session: Session,
    page: PageParameters,
    state: Annotated[RetestState | None, Query(description="办理状态")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    case_id: Annotated[UUID | None, Query(description="只列此核查处置的")] = None,
) -> Page[RetestSummary]:
    """复检一览，最近的在前；食品生产经营者只见自己申请的。"""
    wanted = RetestFilter(state=state, region=region, case_id=case_id)
    retests, following = await repository.list_retests(session, wanted, actor, page)
    return Page(items=[show_summary(retest) for retest in retests], next_cursor=following)


@router.get("/retests/{retest_id}")
async def read_retest(retest_id: UUID, actor: CanReadRetests, session: Session, response: Response) -> RetestRead:
    """一次复检：期限、抽取的机构、结论、费用由谁承担、全部经过。"""
    return await _answer(session, response, await service.retest_for(session, retest_id, actor), actor)


@router.post("/retests/{retest_id}/acceptance")
async def accept_retest(
    retest_id: UUID, body: BackupCheck, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> RetestRead:
    """查验备份样品后受理；有不予复检的情形的不能受理。"""
    return await _answer(session, response, await service.accept(session, retest_id, body, version, actor), actor)


@router.post("/retests/{retest_id}/refusal")
async def refuse_retest(
    retest_id: UUID, body: RefusalStep, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> RetestRead:
    """不予受理：写明属于哪一种情形；系统查得出的情形须确实存在，其他的附证据。"""
    return await _answer(session, response, await service.refuse(session, retest_id, body, version, actor), actor)


@router.post("/retests/{retest_id}/withdrawal")
async def withdraw_retest(
    retest_id: UUID, body: Step, actor: CanApply, version: IfMatch, session: Session, response: Response
) -> RetestRead:
    """撤回申请，须在备份样品移交之前。"""
    return await _answer(session, response, await service.withdraw(session, retest_id, body, version, actor), actor)


@router.post("/retests/{retest_id}/laboratory-draws")
async def draw_retest_laboratory(
    retest_id: UUID, body: DrawStep, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> RetestRead:
    """从复检机构名录中随机抽取，不得为初检机构；种子记录在案，可以复算。"""
    return await _answer(session, response, await laboratories.draw(session, retest_id, body, version, actor), actor)


@router.post("/retests/{retest_id}/laboratory-reply")
async def record_laboratory_reply(
    retest_id: UUID, body: LaboratoryReply, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> RetestRead:
    """登记复检机构的答复：承接，或书面拒绝并说明理由；拒绝的另行抽取。"""
    return await _answer(session, response, await laboratories.reply(session, retest_id, body, version, actor), actor)


@router.post("/retests/{retest_id}/backup-transfer")
async def transfer_backup(
    retest_id: UUID, body: TransferStep, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> RetestRead:
    """登记备份样品移交：封条完好，附照片；复检报告的期限自此起算。"""
    return await _answer(
        session, response, await laboratories.transfer_backup(session, retest_id, body, version, actor), actor
    )


@router.post("/retests/{retest_id}/extension")
async def extend_retest(
    retest_id: UUID, body: RetestExtension, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> RetestRead:
    """延长现在所等的一项期限：确定机构、移交样品或出具报告，以规则允许的为限。"""
    return await _answer(session, response, await laboratories.extend(session, retest_id, body, version, actor), actor)


@router.post("/retests/{retest_id}/result")
async def record_retest_result(
    retest_id: UUID, body: ResultStep, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> RetestRead:
    """登记复检结论，为最终结论；推翻初检的，样品改为合格，核查处置终结，解除停售。"""
    return await _answer(session, response, await results.report(session, retest_id, body, version, actor), actor)


@router.post("/retests/{retest_id}/notice")
async def tell_applicant(
    retest_id: UUID, body: Step, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> RetestRead:
    """登记告知申请人。"""
    return await _answer(session, response, await results.tell(session, retest_id, body, version, actor), actor)


async def _answer(session: Session, response: Response, retest: Retest, actor: Actor) -> RetestRead:
    set_etag(response, retest)
    return await show_retest(session, retest, actor)
