"""Products, and how far the chain of one of their lots is recorded."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.certificates.rules import CertificateKind
from services.traceability.figures import service as figures
from services.traceability.productions.rules import ProductionKind
from services.traceability.products import repository
from services.traceability.products.models import ChainTemplate, Product
from services.traceability.products.problems import ProductRefused, ProductTaken, UnknownProduct
from services.traceability.products.rules import StepKind, StepState, judged
from services.traceability.products.schemas import ProductWrite
from services.traceability.subjects import service as subjects
from services.traceability.tickets.rules import TicketState
from shared.http.auth import Actor
from shared.http.problems import FieldError
from shared.times import day_of, now

Records = Mapping[StepKind, list[dict[str, Any]]]


async def put_product(session: AsyncSession, product_id: UUID, body: ProductWrite, actor: Actor) -> Product:
    """Enter a product or bring it up to date. Raises `ProductTaken`, `ProductRefused`, and as `subjects.acting`."""
    owner = await subjects.acting(session, body.business_id, actor)
    if body.chain_code is not None:
        await _template(session, body.chain_code)
    product = await repository.get(session, product_id)
    if product is not None and product.business_id != owner.id:
        raise ProductTaken("请换一个编号")
    if product is None:
        product = Product(id=product_id, business_id=owner.id, region_code=owner.region_code, version=0)
        session.add(product)
    was_active = bool(product.active)
    for name in ("name", "category", "specification", "shelf_life_days", "chain_code", "active"):
        setattr(product, name, getattr(body, name))
    product.advance()
    await session.flush()
    await figures.product_changed(session, product, was_active=was_active)
    return product


async def product_for(session: AsyncSession, product_id: UUID, actor: Actor) -> Product:
    """The product. Raises `UnknownProduct`, also for one that is not the actor's to see."""
    found = await repository.visible_product(session, product_id, actor)
    if found is None:
        raise UnknownProduct("请核对编号；只能查看本主体、本市场或辖区内的")
    return found


async def chain_of(session: AsyncSession, product: Product, lot_key: str) -> tuple[ChainTemplate, list[StepState]]:
    """The required steps of the product's chain, held against what is recorded of the lot and of what it was made from.

    Told is only whether steps are recorded and which fields are missing, never what another business wrote. Raises
    `ProductRefused` for a product without a chain, or a lot that its business has nothing to do with.
    """
    if product.chain_code is None:
        raise ProductRefused("这个产品没有选定一品一链，请先填写 chain_code")
    if not await repository.has_lot(session, product.business_id, lot_key):
        error = FieldError(pointer="#query/lot_key", message="这个主体没有这一批次的记录", code="unknown_lot")
        raise ProductRefused("有 1 处需要改正", errors=[error])
    template = await _template(session, product.chain_code)
    return template, judged(template.steps, await _records(session, lot_key))


async def _template(session: AsyncSession, code: str) -> ChainTemplate:
    template = await repository.template_on(session, code, day_of(now()))
    if template is None:
        error = FieldError(pointer="/chain_code", message="没有这条链，请见 /v1/chain-templates", code="unknown_chain")
        raise ProductRefused("有 1 处需要改正", errors=[error])
    return template


async def _records(session: AsyncSession, lot_key: str) -> Records:
    """What is recorded of the lot and of what it was made from, step by step."""
    keys = await repository.made_from(session, lot_key)
    records: dict[StepKind, list[dict[str, Any]]] = defaultdict(list)
    for ticket, line in await repository.lines_of(session, keys):
        coded = line.lot_code if line.has_code else None
        if ticket.seller_business_id is not None:
            records[StepKind.SALE].append({"party_name": ticket.seller.get("name"), "lot_code": coded})
        if ticket.state is TicketState.RECEIVED:
            records[StepKind.PURCHASE].append({"party_name": ticket.seller.get("name"), "lot_code": coded})
        _note_papers(records, line.certificates, line.origin)
    for production, part in await repository.productions_of(session, keys):
        if not part.is_output:
            kind = StepKind.SLAUGHTER if production.kind is ProductionKind.SLAUGHTER else StepKind.FEEDING
            records[kind].append({"lot_code": part.lot_code})
        elif production.release_passed:
            records[StepKind.RELEASE].append({"number": production.release_paper})
        _note_papers(records, part.certificates, None)
    for certificate in await repository.certificates_of(session, keys):
        step = _STEP_OF.get(certificate.kind.label)
        if step is not None:
            records[step].append({"number": certificate.number, "origin": certificate.origin})
    if await repository.is_measured(session, keys):
        records[StepKind.COLD_CHAIN].append({"value": True})
    return records


_STEP_OF = {
    CertificateKind.COMMITMENT.label: StepKind.CERTIFICATE,
    CertificateKind.QUARANTINE.label: StepKind.QUARANTINE,
    CertificateKind.MEAT_INSPECTION.label: StepKind.MEAT_INSPECTION,
}


def _note_papers(
    records: dict[StepKind, list[dict[str, Any]]], papers: list[dict[str, Any]], origin: str | None
) -> None:
    """Papers that a record only names; those of the platform are noted with all they say."""
    for paper in papers:
        step = _STEP_OF.get(paper["kind"])
        if step is not None and not paper.get("id"):
            records[step].append({"number": paper["number"], "origin": origin})
