"""The figures of traceability: what each counts, and the rows behind it."""

from typing import Any

from sqlalchemy import Select, Text, cast, literal, null, select, union_all

from services.traceability.lots.models import Lot, LotHold
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.figures.definition import Figure, day_in_shanghai

LOTS = FigureDefinition(
    code="traceability.lots",
    name="在册批次",
    kind=FigureKind.STOCK,
    unit="批",
    numerator="期末已登记或被提到的批次数",
    denominator=None,
    higher_is_better=None,
    decimals=0,
    version=1,
    note="只在他处（如快检记录）被提到、持有人自己未登记的批次也计入，记录来源写明",
)
LOT_HOLDS = FigureDefinition(
    code="traceability.lot_holds",
    name="锁定批次次数",
    kind=FigureKind.FLOW,
    unit="次",
    numerator="当期新作出的批次锁定",
    denominator=None,
    higher_is_better=None,
    decimals=0,
    version=1,
    note="快检疑似阳性未写明批号的，没有批次可锁，不计入",
)
LOTS_ON_HOLD = FigureDefinition(
    code="traceability.lots_on_hold",
    name="锁定中的批次",
    kind=FigureKind.STOCK,
    unit="批次·项",
    numerator="期末仍在生效的锁定数",
    denominator=None,
    higher_is_better=False,
    decimals=0,
    version=1,
    note="一个批次有两项锁定的计两项；作出记 +1，解除记 −1",
)


def _lots() -> Select[Any]:
    return select(
        Lot.id.label("id"),
        (Lot.product_name + " · " + Lot.code).label("label"),
        Lot.region_code.label("region_code"),
        day_in_shanghai(Lot.recorded_at).label("day"),
        literal(1).label("numerator"),
        literal(0).label("denominator"),
        Lot.recorded_at.label("recorded_at"),
        (literal("/v1/lots/") + cast(Lot.id, Text)).label("link"),
    )


def _placed() -> Select[Any]:
    return select(
        LotHold.id.label("id"),
        LotHold.reason.label("label"),
        LotHold.region_code.label("region_code"),
        day_in_shanghai(LotHold.held_at).label("day"),
        literal(1).label("numerator"),
        literal(0).label("denominator"),
        LotHold.recorded_at.label("recorded_at"),
        (literal("/v1/lots/") + cast(LotHold.lot_id, Text)).label("link"),
    )


def _on_hold() -> Select[Any]:
    released = select(
        LotHold.release_id,
        literal("解除：") + LotHold.release_reason,
        LotHold.region_code,
        day_in_shanghai(LotHold.released_at),
        literal(-1),
        literal(0),
        LotHold.release_recorded_at,
        literal("/v1/lots/") + cast(LotHold.lot_id, Text),
    ).where(LotHold.release_id.is_not(null()))
    return select(union_all(_placed(), released).subquery())


FIGURES = (Figure(LOTS, _lots), Figure(LOT_HOLDS, _placed), Figure(LOTS_ON_HOLD, _on_hold))
