"""Whether samples may stand in a table: looked at as they are, with all reasons where one may not."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.publications import repository
from services.sampling.publications.models import Publication
from services.sampling.publications.rules import refusals
from services.sampling.publications.schemas import Cells
from services.sampling.publications.snapshots import cells_of, personal_data_of, surroundings_of
from services.sampling.publications.standings import cases_of, retests_of, standings_of
from services.sampling.samples.models import Sample
from shared.http.auth import Actor
from shared.http.pagination import PageRequest
from shared.times import now

Examined = tuple[Sample, Cells] | list[str]
"""A sample that may be published with its cells, or the reasons why it may not."""


async def examine(
    session: AsyncSession, publication: Publication, remarks: Mapping[UUID, str], actor: Actor
) -> dict[UUID, Examined]:
    """Look at samples as they are at this moment; they are held, so that nothing changes until the commit."""
    samples = await repository.lock_samples(session, remarks, actor, publication.region_code)
    found = await _weigh(session, publication, samples, remarks)
    absent: Examined = ["没有这份样品，或不在这张表的区划和您的管辖区域内"]
    return {sample_id: found.get(sample_id, absent) for sample_id in remarks}


async def candidates(
    session: AsyncSession, publication: Publication, actor: Actor, page: PageRequest
) -> tuple[list[tuple[Sample, list[str]]], str | None]:
    """One page of the samples that belong in the table and stand in none, each with why it cannot be listed yet."""
    samples, following = await repository.list_candidates(session, publication, actor, page)
    found = await _weigh(session, publication, {each.id: each for each in samples}, {each.id: "" for each in samples})
    reasons = {sample_id: examined if isinstance(examined, list) else [] for sample_id, examined in found.items()}
    return [(each, reasons[each.id]) for each in samples], following


async def _weigh(
    session: AsyncSession, publication: Publication, samples: Mapping[UUID, Sample], remarks: Mapping[UUID, str]
) -> dict[UUID, Examined]:
    cases, retests = await cases_of(session, samples), await retests_of(session, samples)
    listed = await repository.tables_with(session, samples, publication.id)
    standings = await standings_of(session, samples.values(), cases, retests, listed)
    around = await surroundings_of(session, samples.values(), retests)
    present = now()
    found: dict[UUID, Examined] = {}
    for sample_id, sample in samples.items():
        remark = remarks[sample_id]
        reasons = [
            *refusals(publication.kind, standings[sample_id], remark, present),
            *_misfits(publication, sample),
        ]
        if reasons:
            found[sample_id] = reasons
            continue
        own = [case for case in cases.get(sample_id, []) if not case.has_fallen_away]
        cells = cells_of(publication.kind, sample, own, retests.get(sample_id, []), around, remark)
        found[sample_id] = personal_data_of(cells) or (sample, cells)
    return found


def _misfits(publication: Publication, sample: Sample) -> list[str]:
    """Why a sample does not belong in this table, whatever may be published elsewhere."""
    found = []
    if not publication.period_from <= sample.sampled_on <= publication.period_to:
        found.append(f"抽样日期 {sample.sampled_on} 不在 {publication.period_from} 至 {publication.period_to} 之内")
    if publication.task_source is not None and sample.task_source != publication.task_source:
        found.append(f"任务来源是“{sample.task_source}”，这张表只收“{publication.task_source}”")
    return found
