"""The figures of what is on the chain: products, and legal records without a gap."""

from typing import Any

from sqlalchemy import Select, Text, case, cast, literal, select

from services.traceability.products.models import Product
from services.traceability.record_checks.models import RecordCheck
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.figures.definition import Figure, day_in_shanghai

PRODUCTS = FigureDefinition(
    code="traceability.products",
    name="上链产品",
    kind=FigureKind.STOCK,
    unit="种",
    numerator="期末在用的登记产品数",
    denominator=None,
    higher_is_better=None,
    decimals=0,
    version=1,
    note="停用的自登记之日起不计",
)
COMPLETE_RECORDS = FigureDefinition(
    code="traceability.complete_records",
    name="法定记录完整率",
    kind=FigureKind.FLOW,
    unit="%",
    numerator="当期不缺法定项目的进货查验、批发销售、出厂检验记录数",
    denominator="当期应有法定项目的记录数",
    higher_is_better=True,
    decimals=1,
    version=1,
    note="按票据行计；应有哪些项目是分日期的数据（/v1/record-rules）；已作废的不计",
)


def _products() -> Select[*tuple[Any, ...]]:
    return select(
        Product.id.label("id"),
        Product.name.label("label"),
        Product.region_code.label("region_code"),
        day_in_shanghai(Product.recorded_at).label("day"),
        literal(1).label("numerator"),
        literal(0).label("denominator"),
        Product.recorded_at.label("recorded_at"),
        (literal("/v1/products/") + cast(Product.id, Text)).label("link"),
    ).where(Product.active)


def _records() -> Select[*tuple[Any, ...]]:
    return select(
        RecordCheck.id.label("id"),
        (cast(RecordCheck.kind, Text) + " 第 " + cast(RecordCheck.line, Text) + " 行").label("label"),
        RecordCheck.region_code.label("region_code"),
        RecordCheck.day.label("day"),
        case((RecordCheck.missing_count == 0, 1), else_=0).label("numerator"),
        literal(1).label("denominator"),
        RecordCheck.recorded_at.label("recorded_at"),
        (literal("/v1/tickets/") + cast(RecordCheck.act_id, Text)).label("link"),
    ).where(RecordCheck.counts)


RECORD_FIGURES = (Figure(PRODUCTS, _products), Figure(COMPLETE_RECORDS, _records))
