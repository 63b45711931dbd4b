"""A sample as it is published: the announcement's columns, copied when it is listed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.models import DisposalCase
from services.sampling.food_categories.repository import load_tree
from services.sampling.food_categories.rules import CategoryTree
from services.sampling.laboratories.models import Laboratory
from services.sampling.publications.rules import PublicationKind, date_and_lot, personal_data_in
from services.sampling.publications.schemas import Cells
from services.sampling.retests.models import Retest
from services.sampling.samples.models import Sample
from shared.contracts.disposals import RetestState
from shared.contracts.statutory_sampling import ItemVerdict, Link, UnqualifiedItem
from shared.regions.models import RegionAncestor, RegionRow

_PROVINCE = 1
_PUBLIC_BY_NATURE = frozenset({"sample_number", "date_and_lot", "failed_items", "province", "category"})
"""Cells of numbers and of our own words, in which a run of digits is nobody's telephone."""


class Surroundings:
    """The names that cells need beside the sample: provinces, laboratories and categories, read once for many."""

    def __init__(self, provinces: Mapping[str, str], laboratories: Mapping[UUID, str], tree: CategoryTree) -> None:
        self.provinces, self.laboratories, self.tree = provinces, laboratories, tree

    def category(self, code: str | None) -> str | None:
        """The top category (大类) of a food; unknown to the tree is unknown."""
        path = self.tree.path(code) if code else []
        return path[-1].name if path else None


async def surroundings_of(
    session: AsyncSession, samples: Collection[Sample], retests: Mapping[UUID, Sequence[Retest]]
) -> Surroundings:
    provinces = (
        select(RegionAncestor.code, RegionRow.name)
        .join(RegionRow, RegionRow.code == RegionAncestor.ancestor_code)
        .where(RegionAncestor.code.in_({sample.region_code for sample in samples}), RegionRow.level == _PROVINCE)
    )
    wanted = {sample.laboratory_id for sample in samples}
    wanted |= {retest.laboratory_id for own in retests.values() for retest in own}
    laboratories = select(Laboratory.id, Laboratory.name).where(Laboratory.id.in_(wanted - {None}))
    return Surroundings(
        dict((await session.execute(provinces)).all()),
        dict((await session.execute(laboratories)).all()),
        await load_tree(session),
    )


def cells_of(
    kind: PublicationKind,
    sample: Sample,
    cases: Sequence[DisposalCase],
    retests: Sequence[Retest],
    around: Surroundings,
    remark: str,
) -> Cells:
    """The cells of a sample that may be published (so it has a number)."""
    failed = kind is PublicationKind.UNQUALIFIED
    goods, party = _block(sample, "goods"), _block(sample, "sampled_party")
    producer_name, producer_address = _producer(sample, party)
    final = [retest for retest in retests if retest.state is RetestState.TOLD]
    assert sample.number is not None
    return Cells(
        sample_number=sample.number,
        producer_name=producer_name,
        producer_address=producer_address,
        sampled_party_name=sample.sampled_party_name,
        sampled_party_address=party.get("address") if failed else None,
        province=around.provinces.get(sample.region_code),
        food_name=sample.food_name,
        specification=goods.get("specification"),
        trade_mark=goods.get("trade_mark") if failed else None,
        date_and_lot=_date_and_lot(sample, goods),
        category=around.category(sample.category_code),
        failed_items=final_items(cases, final) if failed else [],
        laboratory=_laboratories(sample, final, around) if failed else None,
        task_source=sample.task_source,
        remark=remark,
    )


def final_items(cases: Sequence[DisposalCase], retests: Sequence[Retest]) -> list[UnqualifiedItem]:
    """The failed items with what a re-test, which is final, says of those it tested: passed ones are left out."""
    found = [UnqualifiedItem.model_validate(item) for case in cases[:1] for item in case.unqualified_items]
    again = {result["item"]: result for retest in retests for result in retest.results}
    return [
        _retested(item, again[item.item]) if item.item in again else item
        for item in found
        if item.item not in again or again[item.item]["verdict"] != ItemVerdict.QUALIFIED
    ]


def personal_data_of(cells: Cells) -> list[str]:
    """Which cells hold what looks like a telephone or an identity number, in words."""
    texts = cells.model_dump(exclude=set(_PUBLIC_BY_NATURE))
    return [
        f"{Cells.model_fields[name].description}里像有{what}，公布的内容不得含个人信息，请先更正抽样单"
        for name, text in texts.items()
        if text and (what := personal_data_in(text))
    ]


def _retested(item: UnqualifiedItem, result: Mapping[str, Any]) -> UnqualifiedItem:
    words = _with_unit(result["result"], result.get("unit"))
    return UnqualifiedItem(item=item.item, result=words, requirement=item.requirement)


def _with_unit(text: str, unit: str | None) -> str:
    return text if not unit or text.endswith(unit) else f"{text} {unit}"


def _block(sample: Sample, name: str) -> Mapping[str, Any]:
    return sample.form.get(name) or {}


def _producer(sample: Sample, party: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Name and address of the producer as the label says; who was sampled as a producer is known to be it."""
    address = _block(sample, "producer").get("address")
    if sample.producer_name is None and sample.link is Link.PRODUCTION:
        return sample.sampled_party_name, address or party.get("address")
    return sample.producer_name, address


def _date_and_lot(sample: Sample, goods: Mapping[str, Any]) -> str | None:
    if sample.production_date is not None:
        return date_and_lot(str(sample.production_date), None, sample.lot_code)
    return date_and_lot(goods.get("dated"), goods.get("date_kind"), sample.lot_code)


def _laboratories(sample: Sample, retests: Sequence[Retest], around: Surroundings) -> str | None:
    first = around.laboratories.get(sample.laboratory_id) if sample.laboratory_id else None
    others = [name for retest in retests if (name := around.laboratories.get(retest.laboratory_id or sample.id))]
    named = [first or "未知", *(f"复检：{name}" for name in others)] if others else [first]
    return "；".join(name for name in named if name) or None
