"""What is said of a published row later: beside it, with its reason; the row itself stays as it was published."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.publications import repository
from services.sampling.publications.models import Publication, PublicationRow
from services.sampling.publications.problems import NotFitForPublication, RowCorrectedSince
from services.sampling.publications.reexamination import finish_reexamination
from services.sampling.publications.rules import (
    ONLY_OF_FAILURES,
    EditionKind,
    PublicationKind,
    combined,
    refusals_to_stand,
)
from services.sampling.publications.schemas import Cells, CorrectionCreate
from services.sampling.publications.service import publication_for, row_of
from services.sampling.publications.snapshots import final_items
from services.sampling.publications.standings import cases_of, retests_of, standings_of
from services.sampling.samples.models import Sample
from shared.contracts.disposals import RetestState
from shared.http.auth import Actor
from shared.http.problems import FieldError, InvalidRequest
from shared.times import now


async def correct(
    session: AsyncSession, publication_id: UUID, row_id: UUID, body: CorrectionCreate, actor: Actor
) -> PublicationRow:
    """Publish beside a row what should have been published, that it no longer stands, or that it stands after all.

    Raises `NotYetPublished`, `PublicationRowNotFound`, `RowCorrectedSince` where the row is not the latest edition,
    `NotFitForPublication` where it says nothing new, or something else than the sample's conclusion does.
    """
    publication = await publication_for(session, publication_id, actor, lock=True)
    publication.must_be_published()
    row = await row_of(session, publication, row_id)
    if await repository.is_corrected(session, row.id):
        raise RowCorrectedSince("请对最近的一次更正再作更正")
    if row.withdrawn:
        raise RowCorrectedSince("这一行已经撤回，不再更正")
    _must_be_columns_of(publication, body)
    cells = Cells.model_validate(row.cells | body.changes.named())
    sample = await repository.sample_of(session, row)
    if row.under_reexamination and body.kind is not EditionKind.WITHDRAWAL:
        await _must_say_what_the_sample_says(session, publication, sample, cells)
    elif body.kind is EditionKind.UPHELD:
        raise NotFitForPublication("这一行没有在重新核查，没有需要维持的")
    stored: dict[str, Any] = cells.model_dump(mode="json")
    if body.kind is EditionKind.CORRECTION and stored == row.cells:
        raise NotFitForPublication("更正的内容与已公布的相同，没有需要更正的")
    version = sample.version if row.under_reexamination else row.sample_version
    correction = row.followed_by(body.kind, body.reason, stored, version, actor.id)
    session.add(correction)
    await session.flush()
    if row.under_reexamination:
        await finish_reexamination(session, row, body.kind, now(), actor)
    await session.refresh(correction, ["recorded_at"])
    return correction


async def _must_say_what_the_sample_says(
    session: AsyncSession, publication: Publication, sample: Sample, cells: Cells
) -> None:
    """A re-examined row may only stand, or be corrected, as the final conclusion has it, and once there is one."""
    cases, retests = await cases_of(session, [sample.id]), await retests_of(session, [sample.id])
    standing = (await standings_of(session, [sample], cases, retests, {}))[sample.id]
    if reasons := refusals_to_stand(publication.kind, standing, cells.remark):
        raise NotFitForPublication("；".join(reasons))
    if publication.kind is PublicationKind.QUALIFIED:
        return
    told = [retest for retest in retests[sample.id] if retest.state is RetestState.TOLD]
    found = final_items(cases[sample.id], told)
    if cells.failed_items != found:
        raise NotFitForPublication(f"不合格项目与重新核查的结论不一致，请更正（failed_items）为：{combined(found)}")


def _must_be_columns_of(publication: Publication, body: CorrectionCreate) -> None:
    if publication.kind is PublicationKind.QUALIFIED:
        errors = [
            FieldError(pointer=f"/changes/{name}", message="合格样品的表没有这一列，请删去", code="column")
            for name in ONLY_OF_FAILURES
            if name in body.changes.model_fields_set
        ]
        if errors:
            raise InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors)
