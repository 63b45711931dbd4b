"""Making, splitting, mixing, repacking, slaughtering: what must hold of the amounts. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from services.traceability.units.goods import Amount


class ProductionKind(StrEnum):
    MAKE = "make"
    SPLIT = "split"
    MIX = "mix"
    REPACK = "repack"
    SLAUGHTER = "slaughter"

    @property
    def label(self) -> str:
        return {"make": "生产加工", "split": "拆分", "mix": "混合", "repack": "分装", "slaughter": "屠宰"}[self]

    @property
    def step(self) -> str:
        """The business step of the event."""
        return {
            "make": "creating_class_instance",
            "split": "repackaging",
            "mix": "creating_class_instance",
            "repack": "repackaging",
            "slaughter": "killing",
        }[self]

    @property
    def keeps_amounts(self) -> bool:
        """Whether the goods stay what they are, so that nothing may come of it or vanish but as a loss."""
        return self in (ProductionKind.SPLIT, ProductionKind.MIX, ProductionKind.REPACK)


class PaperKind(StrEnum):
    """Papers that a slaughter needs, by the words under which they stand in a list of certificates."""

    QUARANTINE = "动物检疫合格证明"
    MEAT_INSPECTION = "肉品品质检验合格证"


@dataclass(frozen=True, slots=True)
class Wrong:
    """What cannot be, and where in the body."""

    pointer: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The parts of a production that its rules look at: amounts by weight or volume where these are told."""

    kind: ProductionKind
    inputs: Sequence[Amount]
    outputs: Sequence[Amount]
    losses: Sequence[Amount]
    input_papers: Sequence[frozenset[str]]
    output_papers: Sequence[frozenset[str]]


def sums(amounts: Iterable[Amount]) -> dict[str, Decimal]:
    """Totals by unit."""
    totals: dict[str, Decimal] = {}
    for item in amounts:
        totals[item.unit] = totals.get(item.unit, Decimal(0)) + item.quantity
    return totals


def wrongs(shape: Shape) -> list[Wrong]:
    """All that cannot be about a production; empty when it can."""
    found = []
    if shape.kind is ProductionKind.SPLIT and (len(shape.inputs) != 1 or len(shape.outputs) < 2):
        found.append(Wrong("/outputs", "拆分是一个批次拆成两个以上的批次", "split_shape"))
    if shape.kind is ProductionKind.MIX and (len(shape.inputs) < 2 or len(shape.outputs) != 1):
        found.append(Wrong("/inputs", "混合是两个以上的批次并成一个批次", "mix_shape"))
    if shape.kind.keeps_amounts:
        found += _not_kept(shape)
    if shape.kind is ProductionKind.SLAUGHTER:
        found += _papers_missing(shape.input_papers, "/inputs", PaperKind.QUARANTINE)
        found += _papers_missing(shape.output_papers, "/outputs", PaperKind.MEAT_INSPECTION)
    return found


def yield_percent(shape: Shape) -> Decimal | None:
    """Weight out of weight, in percent; None where something was not weighed. Pieces are not weighed."""
    went_in, came_out = sums(shape.inputs), sums(shape.outputs)
    if went_in.keys() != {"kg"} or came_out.keys() != {"kg"}:
        return None
    return (Decimal(100) * came_out["kg"] / went_in["kg"]).quantize(Decimal("0.01"))


class Band(NamedTuple):
    """Usual yields, in percent."""

    least: Decimal
    most: Decimal


class Bands:
    """The bands in force, by process and key of the product."""

    def __init__(self, rows: Mapping[tuple[str, str], Band]) -> None:
        self._rows = rows

    def of(self, process: str | None, product_key: str | None) -> Band | None:
        """The band of the process, else of the product, else of all; None where there is not even that."""
        own = [(process, "")] if process else []
        of_product = [("", product_key)] if product_key else []
        return next((self._rows[key] for key in (*own, *of_product, ("", "")) if key in self._rows), None)


def outside(percent: Decimal | None, band: Band | None) -> bool:
    """Whether a yield is one to ask about."""
    return percent is not None and band is not None and not band.least <= percent <= band.most


def _not_kept(shape: Shape) -> list[Wrong]:
    went_in, came_out = sums(shape.inputs), sums([*shape.outputs, *shape.losses])
    return [
        Wrong(
            "/outputs",
            f"{shape.kind.label}前后数量应相等：投入 {_written(went_in.get(unit))}{unit}，"
            f"产出加损耗 {_written(came_out.get(unit))}{unit}；"
            "有损耗的请写入 losses，分装成件的请写 content（每件净含量）",
            "not_conserved",
        )
        for unit in sorted(went_in.keys() | came_out.keys())
        if went_in.get(unit, Decimal(0)) != came_out.get(unit, Decimal(0))
    ]


def _papers_missing(papers: Sequence[frozenset[str]], pointer: str, wanted: PaperKind) -> list[Wrong]:
    return [
        Wrong(f"{pointer}/{at}/certificates", f"须写明{wanted}的编号（kind 写“{wanted}”）", "paper_missing")
        for at, kinds in enumerate(papers)
        if wanted not in kinds
    ]


def _written(quantity: Decimal | None) -> str:
    return format((quantity or Decimal(0)).normalize(), "f")
