"""三书一函: issuers, forms, and letters from the draft to the reply."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import HTMLResponse

from services.inspection.supervision_letters import administration, chain, repository, service
from services.inspection.supervision_letters.docx import MEDIA_TYPE, write_docx
from services.inspection.supervision_letters.kinds import LetterKind, LetterState
from services.inspection.supervision_letters.models import Letter
from services.inspection.supervision_letters.page import POLICY, draft_page, issued_page
from services.inspection.supervision_letters.pdf import write_letter
from services.inspection.supervision_letters.problems import LetterStepRefused
from services.inspection.supervision_letters.reading import show_letter, show_summary, show_template
from services.inspection.supervision_letters.repository import LetterFilter
from services.inspection.supervision_letters.schemas import (
    ChainRead,
    IssuerCreate,
    IssuerRead,
    LetterRead,
    LetterStepBody,
    LetterSummary,
    LetterWrite,
    ReplyStep,
    ReturnStep,
    ServiceStep,
    TemplateCreate,
    TemplateRead,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.documents.pdf import MEDIA_TYPE as PDF
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules

CanReadLetters = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS))]
CanReadForms = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanPrepareLetters = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]
CanApproveLetters = Annotated[Actor, Depends(Allow(Role.LEADER))]
CanStateForms = Annotated[Actor, Depends(keeper_of_common_rules(Role.LEADER))]
CanReply = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.BUSINESS))]

router = Router(prefix="/v1", tag="三书一函")


@router.get("/letter-issuers")
async def list_letter_issuers(actor: CanReadForms, session: Session) -> list[IssuerRead]:
    """发文机关，各带已签发的件数和链的末端。"""
    return [_show_issuer(row) for row in await repository.list_issuers(session, actor)]


@router.post("/letter-issuers", status_code=201)
async def add_letter_issuer(
    body: IssuerCreate, actor: CanApproveLetters, session: Session, response: Response, _: Idempotent
) -> IssuerRead:
    """登记发文机关和文号中的代字。"""
    issuer = await administration.add_issuer(session, body, actor)
    response.headers["Location"] = "/v1/letter-issuers"
    return _show_issuer(issuer)


@router.get("/letter-issuers/{issuer_id}/chain")
async def verify_letter_chain(issuer_id: UUID, actor: CanReadForms, session: Session) -> ChainRead:
    """重算一个发文机关的发文链：有没有改动、插入、缺号。"""
    return await chain.verify(session, issuer_id, actor)


@router.get("/letter-templates")
async def list_letter_templates(_: CanReadForms, session: Session) -> list[TemplateRead]:
    """文书格式，每种最近的在前；只增不改。"""
    return [show_template(row) for row in await repository.list_templates(session)]


@router.post("/letter-templates", status_code=201)
async def add_letter_template(
    body: TemplateCreate, actor: CanStateForms, session: Session, response: Response, _: Idempotent
) -> TemplateRead:
    """自某日起用的新一版格式；填写项和正文对不上的退回。"""
    template = await administration.add_template(session, body, actor)
    response.headers["Location"] = "/v1/letter-templates"
    return show_template(template)


@router.get("/supervision-letters")
async def list_supervision_letters(
    actor: CanReadLetters,
    session: Session,
    page: PageParameters,
    kind: Annotated[LetterKind | None, Query(description="文书种类")] = None,
    state: Annotated[LetterState | None, Query(description="办理状态")] = None,
    issuer: Annotated[UUID | None, Query(description="发文机关编号")] = None,
    region: Annotated[RegionCode | None, Query(description="收件单位的区划，含其下级")] = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
) -> Page[LetterSummary]:
    """文书一览，最近的在前；食品生产经营者只见已送达自己的。"""
    wanted = LetterFilter(kind=kind, state=state, issuer_id=issuer, region=region, business_id=business)
    rows, following = await repository.list_letters(session, wanted, actor, page)
    return Page(items=[show_summary(row) for row in rows], next_cursor=following)


@router.post("/supervision-letters", status_code=201)
async def draft_supervision_letter(
    body: LetterWrite, actor: CanPrepareLetters, session: Session, response: Response, _: Idempotent
) -> LetterRead:
    """拟稿：可以先不填全，填了的须合格式。"""
    letter = await service.draft(session, body, actor)
    response.headers["Location"] = f"/v1/supervision-letters/{letter.id}"
    return await _answer(session, response, letter, actor)


@router.get("/supervision-letters/{letter_id}")
async def read_supervision_letter(
    letter_id: UUID, actor: CanReadLetters, session: Session, response: Response
) -> LetterRead:
    """一件文书：正文、答复期限、经过、在发文链上的位置。"""
    return await _answer(session, response, await service.letter_for(session, letter_id, actor), actor)


@router.put("/supervision-letters/{letter_id}")
async def change_supervision_letter(
    letter_id: UUID,
    body: LetterWrite,
    actor: CanPrepareLetters,
    version: IfMatch,
    session: Session,
    response: Response,
) -> LetterRead:
    """修改拟稿；已签发的不能改，只能另发一件取代。"""
    return await _answer(session, response, await service.change(session, letter_id, body, version, actor), actor)


@router.post("/supervision-letters/{letter_id}/submission")
async def submit_supervision_letter(
    letter_id: UUID,
    body: LetterStepBody,
    actor: CanPrepareLetters,
    version: IfMatch,
    session: Session,
    response: Response,
) -> LetterRead:
    """送审：必填的各项都要填好。"""
    return await _answer(session, response, await service.submit(session, letter_id, body.note, version, actor), actor)


@router.post("/supervision-letters/{letter_id}/return")
async def return_supervision_letter(
    letter_id: UUID,
    body: ReturnStep,
    actor: CanApproveLetters,
    version: IfMatch,
    session: Session,
    response: Response,
) -> LetterRead:
    """退回修改，写明理由。"""
    letter = await service.send_back(session, letter_id, body.note, version, actor)
    return await _answer(session, response, letter, actor)


@router.post("/supervision-letters/{letter_id}/issue")
async def issue_supervision_letter(
    letter_id: UUID,
    body: LetterStepBody,
    actor: CanApproveLetters,
    version: IfMatch,
    session: Session,
    response: Response,
) -> LetterRead:
    """签发：编号、写入发文链；此后不能改。取代的那一件同时撤回。"""
    return await _answer(session, response, await service.issue(session, letter_id, body.note, version, actor), actor)


@router.post("/supervision-letters/{letter_id}/service")
async def serve_supervision_letter(
    letter_id: UUID,
    body: ServiceStep,
    actor: CanPrepareLetters,
    version: IfMatch,
    session: Session,
    response: Response,
) -> LetterRead:
    """登记送达；答复期限自此起算。"""
    return await _answer(session, response, await service.serve(session, letter_id, body, version, actor), actor)


@router.post("/supervision-letters/{letter_id}/reply")
async def reply_to_supervision_letter(
    letter_id: UUID, body: ReplyStep, actor: CanReply, version: IfMatch, session: Session, response: Response
) -> LetterRead:
    """登记答复；收件的经营者可自己答复。"""
    return await _answer(session, response, await service.reply(session, letter_id, body, version, actor), actor)


@router.get(
    "/supervision-letters/{letter_id}/document", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}}
)
async def download_supervision_letter(letter_id: UUID, actor: CanReadLetters, session: Session) -> Response:
    """已签发文书的 DOCX，印有内容哈希；同一件每次下载逐字节相同。"""
    letter = await service.letter_for(session, letter_id, actor)
    if letter.content is None or letter.content_sha256 is None or letter.chain_sha256 is None:
        raise LetterStepRefused("还没有签发；草稿请看打印页")
    headers = {"Content-Disposition": f'attachment; filename="letter-{letter.id}.docx"'}
    file = write_docx(letter.content, letter.content_sha256, letter.chain_sha256)
    return Response(file, media_type=MEDIA_TYPE, headers=headers)


@router.get("/supervision-letters/{letter_id}/pdf", response_class=Response, responses={200: {"content": {PDF: {}}}})
async def download_supervision_letter_pdf(letter_id: UUID, actor: CanReadLetters, session: Session) -> Response:
    """已签发文书的 PDF，字体已嵌入，与 DOCX 同文，印有内容哈希；同一件每次下载逐字节相同。"""
    letter = await service.letter_for(session, letter_id, actor)
    if letter.content is None or letter.content_sha256 is None or letter.chain_sha256 is None:
        raise LetterStepRefused("还没有签发；草稿请看打印页")
    file = await asyncio.to_thread(write_letter, letter.content, letter.content_sha256, letter.chain_sha256)
    headers = {"Content-Disposition": f'attachment; filename="letter-{letter.id}.pdf"'}
    return Response(file, media_type=PDF, headers=headers)


@router.get("/supervision-letters/{letter_id}/page", response_class=HTMLResponse)
async def print_supervision_letter(letter_id: UUID, actor: CanReadLetters, session: Session) -> HTMLResponse:
    """打印页（A4）；草稿标明没有效力。"""
    letter = await service.letter_for(session, letter_id, actor)
    if letter.content is not None and letter.content_sha256 is not None and letter.chain_sha256 is not None:
        page = issued_page(letter.content, letter.content_sha256, letter.chain_sha256)
    else:
        page = draft_page(letter.kind.label, letter.addressee, service.preview(letter))
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})


def _show_issuer(row: object) -> IssuerRead:
    return IssuerRead.model_validate({name: getattr(row, name) for name in IssuerRead.model_fields})


async def _answer(session: Session, response: Response, letter: Letter, actor: Actor) -> LetterRead:
    set_etag(response, letter)
    return await show_letter(session, letter, actor)
