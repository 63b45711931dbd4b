"""抽检结果公布: drafts and their publication by the office, published tables for everybody."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.publications import corrections, fitness, repository, service
from services.sampling.publications.rules import PublicationKind, PublicationState
from services.sampling.publications.schemas import (
    CandidateRead,
    CorrectionCreate,
    Entries,
    EntryOutcomes,
    PublicationCreate,
    PublicationRead,
    PublicationRowRead,
    PublicationWrite,
    PublicRow,
    PublicTable,
)
from services.sampling.publications.tables import COLUMNS, lines_of
from shared.contracts.codes import OFFICIALS, FileFormat, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow, Anyone
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.tabular.writing import XLSX, csv_file, xlsx_file

CanReadPublications = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanPublish = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]

TABLE_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"example": "抽样编号,序号,标称生产企业名称\r\nXBJ26330203000000001,1,演示食品厂（虚构）\r\n"},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}

router = Router(prefix="/v1", tag="抽检结果公布")


@router.post("/publications", status_code=201)
async def draft_publication(
    body: PublicationCreate, actor: CanPublish, session: Session, response: Response, _: Idempotent
) -> PublicationRead:
    """新建一张拟公布的表。"""
    publication = await service.draft(session, body, actor)
    response.headers["Location"] = f"/v1/publications/{publication.id}"
    set_etag(response, publication)
    return PublicationRead.model_validate(publication)


@router.get("/publications")
async def list_publications(
    actor: CanReadPublications,
    session: Session,
    page: PageParameters,
    state: Annotated[PublicationState | None, Query(description="draft 拟公布，published 已公布")] = None,
    kind: Annotated[PublicationKind | None, Query(description="qualified 合格，unqualified 不合格")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    under_reexamination: Annotated[
        bool | None, Query(description="true 只列有行正在重新核查的：待公布单位处理")
    ] = None,
    row_id: Annotated[UUID | None, Query(description="只列有这一行（或这一条更正、标明）的")] = None,
) -> Page[PublicationRead]:
    """拟公布和已公布的表，最近的在前。"""
    rows, following = await repository.list_publications(
        session,
        actor,
        page,
        state=state,
        kind=kind,
        region=region,
        under_reexamination=under_reexamination,
        row_id=row_id,
    )
    return Page(items=[PublicationRead.model_validate(row) for row in rows], next_cursor=following)


@router.get("/publications/{publication_id}")
async def read_publication(
    publication_id: UUID, actor: CanReadPublications, session: Session, response: Response
) -> PublicationRead:
    """一张表。"""
    publication = await service.publication_for(session, publication_id, actor)
    set_etag(response, publication)
    return PublicationRead.model_validate(publication)


@router.put("/publications/{publication_id}")
async def change_publication(
    publication_id: UUID,
    body: PublicationWrite,
    actor: CanPublish,
    session: Session,
    version: IfMatch,
    response: Response,
) -> PublicationRead:
    """修改拟公布的表的公告号、标题、期间、来源和网址。"""
    publication = await service.change(session, publication_id, body, version, actor)
    set_etag(response, publication)
    return PublicationRead.model_validate(publication)


@router.get("/publications/{publication_id}/rows")
async def list_publication_rows(
    publication_id: UUID, actor: CanReadPublications, session: Session, page: PageParameters
) -> Page[PublicationRowRead]:
    """一张表的各行，按列入和更正的先后。"""
    publication = await service.publication_for(session, publication_id, actor)
    rows, following = await repository.list_draft_rows(session, publication.id, page)
    return Page(items=[PublicationRowRead.model_validate(row) for row in rows], next_cursor=following)


@router.post("/publications/{publication_id}/rows", status_code=201)
async def enlist_samples(
    publication_id: UUID, body: Entries, actor: CanPublish, session: Session, _: Idempotent
) -> EntryOutcomes:
    """把样品列入拟公布的表：逐份答复，不能公布的写明全部原因。"""
    return EntryOutcomes(items=await service.enlist(session, publication_id, body, actor))


@router.get("/publications/{publication_id}/candidates")
async def list_publication_candidates(
    publication_id: UUID, actor: CanReadPublications, session: Session, page: PageParameters
) -> Page[CandidateRead]:
    """可以列入这张表的样品：符合区划、期间、来源和结论，还没有列入任何表；现在还不能列入的写明全部原因。"""
    publication = await service.publication_for(session, publication_id, actor)
    found, following = await fitness.candidates(session, publication, actor, page)
    items = [
        CandidateRead(
            sample_id=sample.id,
            sample_number=sample.number,
            food_name=sample.food_name,
            sampled_party_name=sample.sampled_party_name,
            producer_name=sample.producer_name,
            sampled_on=sample.sampled_on,
            task_source=sample.task_source,
            reasons=reasons,
        )
        for sample, reasons in found
    ]
    return Page(items=items, next_cursor=following)


@router.delete("/publications/{publication_id}/rows/{row_id}", status_code=204)
async def strike_row(publication_id: UUID, row_id: UUID, actor: CanPublish, session: Session) -> None:
    """从拟公布的表移出一行。"""
    await service.strike(session, publication_id, row_id, actor)


@router.post("/publications/{publication_id}/publication")
async def publish_publication(
    publication_id: UUID, actor: CanPublish, session: Session, version: IfMatch, response: Response
) -> PublicationRead:
    """公布：此刻逐行再核对一遍，有一行不能公布就都不公布。"""
    publication = await service.publish(session, publication_id, version, actor)
    set_etag(response, publication)
    return PublicationRead.model_validate(publication)


@router.post("/publications/{publication_id}/rows/{row_id}/corrections", status_code=201)
async def correct_row(
    publication_id: UUID, row_id: UUID, body: CorrectionCreate, actor: CanPublish, session: Session, _: Idempotent
) -> PublicationRowRead:
    """更正、撤回已公布的一行，或说明重新核查后维持：与原来的并列公布，原来的不动。"""
    return PublicationRowRead.model_validate(await corrections.correct(session, publication_id, row_id, body, actor))


@router.get("/published-tables")
async def list_published_tables(
    _: Anyone,
    session: Session,
    page: PageParameters,
    kind: Annotated[PublicationKind | None, Query(description="qualified 合格，unqualified 不合格")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
) -> Page[PublicTable]:
    """已公布的抽检结果表，最近公布的在前。任何人可读。"""
    rows, following = await repository.list_published(session, page, kind=kind, region=region)
    return Page(items=[PublicTable.model_validate(row) for row in rows], next_cursor=following)


@router.get("/published-tables/{publication_id}")
async def read_published_table(publication_id: UUID, _: Anyone, session: Session) -> PublicTable:
    """一张已公布的表。任何人可读。"""
    return PublicTable.model_validate(await service.published_table(session, publication_id))


@router.get("/published-tables/{publication_id}/rows")
async def list_published_rows(
    publication_id: UUID, _: Anyone, session: Session, page: PageParameters
) -> Page[PublicRow]:
    """已公布的各行，更正紧随其后。任何人可读。"""
    publication = await service.published_table(session, publication_id)
    rows, following = await repository.list_published_rows(session, publication.id, page)
    return Page(items=[PublicRow.model_validate(row) for row in rows], next_cursor=following)


@router.get("/published-tables/{publication_id}/file", response_class=Response, responses=TABLE_FILE)
async def download_published_table(
    publication_id: UUID,
    _: Anyone,
    session: Session,
    format: Annotated[FileFormat, Query(description="csv 或 xlsx")] = FileFormat.CSV,  # noqa: A002 (the parameter's name)
) -> Response:
    """下载已公布的表，列与公告一致。任何人可读。"""
    publication = await service.published_table(session, publication_id)
    rows = await repository.all_published_rows(session, publication.id)
    columns, lines = COLUMNS[publication.kind], list(lines_of(publication, rows))
    headers = {"Content-Disposition": f'attachment; filename="{publication.id}.{format.value}"'}
    if format is FileFormat.CSV:
        return Response(csv_file(columns, lines), media_type="text/csv; charset=utf-8", headers=headers)
    content = await asyncio.to_thread(xlsx_file, publication.kind.label, columns, lines)
    return Response(content, media_type=XLSX, headers=headers)
