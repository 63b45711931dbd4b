"""Certificates: issuing commitments batch by batch, reissuing them with their sources, entering papers of others."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.certificates import repository
from services.traceability.certificates.models import Certificate, CertificateForm, CertificateSource
from services.traceability.certificates.problems import (
    BatchHasCertificate,
    CertificateIdReused,
    CertificateRefused,
    UnknownCertificate,
)
from services.traceability.certificates.rules import (
    FIELDS,
    CertificateKind,
    IssuerRole,
    Root,
    Source,
    missing,
    not_named,
    roots,
)
from services.traceability.certificates.schemas import CertificateWrite
from services.traceability.everyday_events import service as events
from services.traceability.everyday_events.rules import (
    Act,
    Goods,
    Label,
    certificate_key,
    commissioning,
    inspecting,
    is_one_thing,
    lot_code,
    lot_key,
    lots_named,
)
from services.traceability.farm_inputs.service import not_yet_harvestable
from services.traceability.lots.rules import Holder
from services.traceability.productions.rules import ProductionKind
from services.traceability.productions.service import production_for
from services.traceability.recalls.sales import refusals
from services.traceability.stocks import service as stocks
from services.traceability.stocks.models import StockReason
from services.traceability.stocks.service import Movement
from services.traceability.subjects import service as subjects
from services.traceability.subjects.models import Subject
from services.traceability.subjects.standing import recount
from services.traceability.tickets.rules import CLOCK_TOLERANCE
from services.traceability.units.goods import Amount
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError
from shared.times import SHANGHAI, day_of, now


async def put_certificate(
    session: AsyncSession, certificate_id: UUID, body: CertificateWrite, actor: Actor
) -> Certificate:
    """Issue a commitment or enter another's paper; sent again unchanged, nothing happens.

    Raises `CertificateIdReused`, `BatchHasCertificate`, `CertificateRefused`, and what `subjects.acting` raises.
    """
    issuer = await subjects.acting(session, body.business_id, actor)
    digest = hashlib.sha256(f"{issuer.id}\n{body.model_dump_json()}".encode()).digest()
    await repository.lock_id(session, certificate_id)
    known = await repository.get(session, certificate_id)
    if known is not None:
        if known.business_id != issuer.id or known.body_hash != digest:
            raise CertificateIdReused("内容变了就请换一个编号；要重试请把原内容一字不改地再发一次")
        return known
    certificate = _certificate(certificate_id, body, issuer, digest, actor)
    if body.kind is CertificateKind.COMMITMENT:
        await _ensure_may_commit(session, certificate, body, issuer, actor)
    session.add(certificate)
    await session.flush()
    await _leave_behind(session, certificate, issuer)
    await recount(session, issuer.id)
    return certificate


async def certificate_for(session: AsyncSession, certificate_id: UUID, actor: Actor) -> Certificate:
    """The certificate. Raises `UnknownCertificate`, also for one that is not the actor's to see."""
    found = await repository.visible_certificate(session, certificate_id, actor)
    if found is None:
        raise UnknownCertificate("请核对编号；只能查看本主体的、随货收到的或辖区内的")
    return found


async def public_certificate(session: AsyncSession, certificate_id: UUID) -> Certificate:
    """A commitment certificate, for whoever has its code. Raises `UnknownCertificate`, also for others' papers."""
    found = await repository.get(session, certificate_id)
    if found is None or found.kind is not CertificateKind.COMMITMENT:
        raise UnknownCertificate("请核对二维码；离线开的证要等终端联网上传以后才能查到")
    return found


async def void(session: AsyncSession, certificate_id: UUID, reason: str, version: int, actor: Actor) -> Certificate:
    """Take a certificate back; its batch may get another. Raises `UnknownCertificate`, `CertificateVoided`."""
    await repository.lock_id(session, certificate_id)
    certificate = await certificate_for(session, certificate_id, actor)
    await subjects.acting(session, certificate.business_id, actor)
    ensure_version(certificate, version)
    certificate.void(reason, now())
    await session.flush()
    await recount(session, certificate.business_id)
    return certificate


async def origins_of(session: AsyncSession, certificate: Certificate) -> list[Root]:
    """The first certificates from which this one stems, itself where it stems from none."""
    above = await repository.sources_above(session, certificate.id)
    found = roots([Source(certificate.id, certificate.number)], above)
    return sorted(found, key=lambda root: (root.number, str(root.certificate_id)))


async def interval_warnings(session: AsyncSession, certificate: Certificate) -> list[str]:
    """Uses, told of only after a commitment was made, of which the interval had not passed then."""
    if certificate.kind is not CertificateKind.COMMITMENT or certificate.voided_at is not None:
        return []
    day = day_of(certificate.issued_at)
    early = await not_yet_harvestable(session, certificate.business_id, certificate.lot_key, day)
    return [f"开证时间隔期未满：{reason}" for reason in early]


async def _ensure_may_commit(
    session: AsyncSession, certificate: Certificate, body: CertificateWrite, issuer: Subject, actor: Actor
) -> None:
    assert body.role is not None
    form = await repository.form_on(session, body.role, day_of(body.issued_at))
    found = [*_lacking(certificate, form), *await _held(session, certificate, body, issuer)]
    early = await not_yet_harvestable(session, issuer.id, certificate.lot_key, day_of(body.issued_at))
    found += [_error("/lot", f"间隔期未满：{reason}", "interval") for reason in early]
    if body.issued_at > now() + CLOCK_TOLERANCE:
        found.append(_error("/issued_at", "在将来；请校准终端的时钟", "future"))
    found += await _source_errors(session, certificate, body, issuer)
    if body.production_id is not None:
        found += await _production_errors(session, certificate, body, actor)
    if found:
        raise CertificateRefused(f"有 {len(found)} 处需要改正", errors=found)
    if await repository.commitment_of(session, issuer.id, certificate.lot_key):
        raise BatchHasCertificate(f"批次 {certificate.lot_code} 已经开过；同一张可以打印任意多份，写错的请先作废再开")
    certificate.commitment = form.commitment if form else None


def _lacking(certificate: Certificate, form: CertificateForm | None) -> list[FieldError]:
    wanted = form.fields if form else []
    said = {name: getattr(certificate, name) for name in FIELDS}
    return [_error(f"/{name}", f"缺{FIELDS.get(name, name)}", "missing") for name in missing(wanted, said)]


async def _held(
    session: AsyncSession, certificate: Certificate, body: CertificateWrite, issuer: Subject
) -> list[FieldError]:
    held = await refusals(
        session, lots_named(body.lot, certificate.lot_key), Holder(issuer.id, issuer.uscc, issuer.name)
    )
    return [_error("/lot", f"批次已被锁定：{refusal.reason}", "lot_on_hold") for refusal in held.values()]


async def _source_errors(
    session: AsyncSession, certificate: Certificate, body: CertificateWrite, issuer: Subject
) -> list[FieldError]:
    """A reissue rests on certificates that its issuer has: its own, or such as came with goods that it received. Where
    all are of the platform and nothing was made of the goods, it is not of more than they are, together with what was
    reissued on them before. They are locked meanwhile, so that of two reissues at once the second counts the first.
    """
    ids = [source.id for source in body.sources if source.id is not None]
    if not ids:
        return []
    valid = await repository.valid_ones(session, ids, lock=True)
    came = await repository.came_with_goods(session, ids, issuer.id)
    found = [
        _error(f"/sources/{at}/id", "没有随货收到这张证，或它已作废；先扫码收货再重开", "source_unknown")
        for at, source in enumerate(body.sources)
        if source.id is not None
        and not (source.id in valid and (source.id in came or valid[source.id].business_id == issuer.id))
    ]
    if found or body.production_id is not None or len(ids) < len(body.sources):
        return found
    before = await repository.reissued_on(session, ids, issuer.id)
    beside = {source.source_id for one in before for source in one.sources}
    resting_on = await repository.valid_ones(session, {*ids, *(one for one in beside if one is not None)})
    if not beside <= resting_on.keys() or {one.unit for one in (*resting_on.values(), *before)} != {certificate.unit}:
        return found
    total = sum((one.quantity for one in resting_on.values()), Decimal(0))
    given = sum((one.quantity for one in before), Decimal(0))
    if certificate.quantity + given > total:
        used = f"，其中 {given.normalize():f}{certificate.unit} 已经重开过" if given else ""
        said = f"多于所依据的证合计 {total.normalize():f}{certificate.unit}{used}；请按实有数量开，或补上漏写的证"
        found.append(_error("/quantity", said, "more_than_sources"))
    return found


async def _production_errors(
    session: AsyncSession, certificate: Certificate, body: CertificateWrite, actor: Actor
) -> list[FieldError]:
    """A reissue after mixing or repacking names every certificate that came with what went in."""
    assert body.production_id is not None
    production = await production_for(session, body.production_id, actor)
    if production.business_id != certificate.business_id or certificate.lot_key not in {
        part.lot_key for part in production.outputs
    }:
        return [_error("/production_id", "不是这次生产产出的批次", "other_production")]
    if production.kind not in (ProductionKind.MIX, ProductionKind.REPACK, ProductionKind.SPLIT):
        return []
    came_with: Sequence[Mapping[str, object]] = [paper for part in production.inputs for paper in part.certificates]
    left_out = not_named(came_with, [Source(source.id, source.number) for source in body.sources])
    return [_error("/sources", f"漏了投入批次的合格证 {number}", "source_left_out") for number in left_out]


async def _leave_behind(session: AsyncSession, certificate: Certificate, issuer: Subject) -> None:
    """A producer's certificate is where its batch enters the chain; any other paper is looked at there."""
    kept = Amount(certificate.quantity, certificate.unit)
    key = certificate.lot_key
    goods = [Goods(key, None if is_one_thing(key) else kept)]
    cited = (certificate_key(certificate.kind.label, certificate.number),)
    act = Act(certificate.id, certificate.issued_at, issuer.place, certificates=cited)
    enters = certificate.role is IssuerRole.PRODUCER and certificate.production_id is None
    event = commissioning(act, goods, Label(certificate.lot_code)) if enters else inspecting(act, goods, passed=True)
    await events.record(session, issuer.id, issuer.region_code, [event])
    if enters:
        made = Movement(key, certificate.product_name, kept, StockReason.MADE)
        await stocks.book(session, certificate.id, issuer.id, issuer.region_code, certificate.issued_at, [made])
    await subjects.note_act(session, certificate.issued_at, issuer.id)


def _certificate(
    certificate_id: UUID, body: CertificateWrite, issuer: Subject, digest: bytes, actor: Actor
) -> Certificate:
    key = lot_key(body.lot, body.lot_owner_id or issuer.id)
    numbered = f"HGZ{body.issued_at.astimezone(SHANGHAI):%Y%m%d}{certificate_id.hex[-8:].upper()}"
    return Certificate(
        id=certificate_id,
        kind=body.kind,
        role=body.role,
        number=body.number or numbered,
        business_id=issuer.id,
        region_code=issuer.region_code,
        issuer_name=body.issuer_name or issuer.name,
        contact=issuer.contact if body.kind is CertificateKind.COMMITMENT else None,
        product_name=body.product_name,
        quantity=body.amount.quantity,
        unit=body.amount.unit,
        origin=body.origin,
        lot_key=key,
        lot_code=lot_code(key),
        basis=[basis.value for basis in body.basis],
        production_id=body.production_id,
        issued_at=body.issued_at,
        body_hash=digest,
        recorded_by=actor.id,
        sources=[
            CertificateSource(place=at, source_id=source.id, number=source.number, producer_name=source.producer_name)
            for at, source in enumerate(body.sources, 1)
        ],
    )


def _error(pointer: str, message: str, code: str) -> FieldError:
    return FieldError(pointer=pointer, message=message, code=code)
