"""合格证 over HTTP: issuing, reissuing, entering; the printable page; 一证一票一码."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.certificates import pages, repository, service
from services.traceability.certificates.models import Certificate, CertificateForm
from services.traceability.certificates.rules import FIELDS, CertificateKind
from services.traceability.certificates.schemas import (
    CertificateDetail,
    CertificateRead,
    CertificateVoiding,
    CertificateWrite,
    CompletenessRead,
    FormCreate,
    FormRead,
    SourceRead,
)
from services.traceability.settings import CurrentSettings
from services.traceability.subjects.router import CanReadChains, CanWriteChains
from shared.contracts.moments import PlausibleMoment
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.auth import Anyone
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1", tag="合格证与检疫证")

_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}, "description": "可打印的一页"}}


@router.put("/certificates/{certificate_id}")
async def put_certificate(
    certificate_id: UUID, body: CertificateWrite, actor: CanWriteChains, session: Session, response: Response
) -> CertificateDetail:
    """开具承诺达标合格证（一批一证；分装、混装后由收购者重开并写明原证），或登记检疫证等别处出具的证。"""
    certificate = await service.put_certificate(session, certificate_id, body, actor)
    set_etag(response, certificate)
    return await _detail(session, certificate)


@router.get("/certificates/{certificate_id}")
async def read_certificate(
    certificate_id: UUID, actor: CanReadChains, session: Session, response: Response
) -> CertificateDetail:
    """一张证，连同它由哪些证重开、最初的证是哪些。"""
    certificate = await service.certificate_for(session, certificate_id, actor)
    set_etag(response, certificate)
    return await _detail(session, certificate)


@router.get("/certificates")
async def list_certificates(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    business_id: Annotated[UUID | None, Query(description="谁开具或登记的")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    kind: Annotated[CertificateKind | None, Query(description="哪种证")] = None,
    lot_key: Annotated[str | None, Query(max_length=400, description="批次标识")] = None,
) -> Page[CertificateRead]:
    """证的一览，近的在前。"""
    found, following = await repository.list_certificates(
        session, actor, page, business_id=business_id, region_code=region, kind=kind, lot_key=lot_key
    )
    return Page(items=[CertificateRead(**_head(one)) for one in found], next_cursor=following)


@router.post("/certificates/{certificate_id}/voiding")
async def void_certificate(
    certificate_id: UUID,
    body: CertificateVoiding,
    actor: CanWriteChains,
    version: IfMatch,
    session: Session,
    response: Response,
) -> CertificateDetail:
    """作废一张证；原证保留，这一批可以另开。"""
    certificate = await service.void(session, certificate_id, body.reason, version, actor)
    set_etag(response, certificate)
    return await _detail(session, certificate)


@router.get("/public-certificates/{certificate_id}", responses=_PAGE, response_class=HTMLResponse)
async def read_public_certificate(
    certificate_id: UUID, session: Session, settings: CurrentSettings, _: Anyone
) -> HTMLResponse:
    """合格证的页面，任何人扫码可看，也用来打印。"""
    certificate = await service.public_certificate(session, certificate_id)
    address = f"{settings.public_origin}/api/traceability/v1/public-certificates/{certificate.id}"
    page = pages.certificate_page(certificate, await service.origins_of(session, certificate), address)
    return HTMLResponse(page, headers={"content-security-policy": pages.CONTENT_SECURITY_POLICY})


@router.get("/certificate-forms")
async def list_certificate_forms(_: CanReadChains, session: Session) -> list[FormRead]:
    """承诺达标合格证要有哪些内容，连同出处和历次更正，每种最近的在前。"""
    return [_form(form) for form in await history(session, CertificateForm)]


@router.post("/certificate-forms", status_code=201)
async def state_certificate_form(body: FormCreate, actor: CanStateRules, session: Session, _: Idempotent) -> FormRead:
    """核定合格证的式样，自某日起用；已开的证不变。"""
    return _form(await state_rule(session, CertificateForm(**body.model_dump()), actor))


@router.get("/trade-completeness")
async def list_completeness(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    business_id: Annotated[UUID | None, Query(description="哪个卖方")] = None,
    region: Annotated[RegionCode | None, Query(description="卖方所在区划，含下级")] = None,
    since: Annotated[PlausibleMoment | None, Query(description="交货时间不早于")] = None,
    until: Annotated[PlausibleMoment | None, Query(description="交货时间早于")] = None,
) -> Page[CompletenessRead]:
    """一证一票一码：每家食用农产品的批发交易中，证、票、码齐全的有多少。"""
    rows, following = await repository.completeness(
        session, actor, page, business_id=business_id, region_code=region, since=since, until=until
    )
    return Page(items=[_completeness(row) for row in rows], next_cursor=following)


def _head(certificate: Certificate) -> dict[str, Any]:
    said = {name: getattr(certificate, name) for name in CertificateRead.model_fields if name != "label"}
    return said | {"label": certificate.kind.label}


async def _detail(session: AsyncSession, certificate: Certificate) -> CertificateDetail:
    origins = await service.origins_of(session, certificate)
    return CertificateDetail(
        **_head(certificate),
        sources=[
            SourceRead(id=source.source_id, number=source.number, producer_name=source.producer_name)
            for source in certificate.sources
        ],
        origins=[SourceRead(id=root.certificate_id, number=root.number, producer_name=None) for root in origins],
        warnings=await service.interval_warnings(session, certificate),
    )


def _form(form: CertificateForm) -> FormRead:
    said = {name: getattr(form, name) for name in FormRead.model_fields if name != "fields"}
    return FormRead(**said, fields=[FIELDS.get(name, name) for name in form.fields])


def _completeness(row: Any) -> CompletenessRead:
    share = Decimal(100) * row.complete / row.trades
    return CompletenessRead(**row._asdict(), share=share.quantize(Decimal("0.1")))
