"""A published row whose conclusion is open again: marked beside what was published, and somebody's duty."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.proceedings.clocks import meet
from services.sampling.publications import repository
from services.sampling.publications.models import PublicationRow
from services.sampling.publications.rules import EditionKind
from services.sampling.samples.models import Sample
from shared.clocks.service import open_clock
from shared.http.auth import Actor

CLOCK_OBJECT = "publication_row"
REEXAMINATION = "published_row_reexamination"
REPORT_RETURNED = "检验报告已退回检验机构更正，结论正在重新核查"
RETEST_ACCEPTED = "复检申请已受理，以复检结论为准"
OBJECTION_UPHELD = "异议经核查成立，正在重新核查"
"""Why a row is re-examined. Everybody reads it: who contests, and why a report was returned, stays inside."""


async def mark_for_reexamination(
    session: AsyncSession, sample: Sample, because: str, at: datetime, actor: Actor
) -> None:
    """Say beside the sample's published row that it is being re-examined, and let the publisher's clock begin at `at`.

    Nothing where the sample is not published, was withdrawn, or is marked already. Call it with the sample locked.
    """
    publication = await repository.lock_publication_of(session, sample.id)
    row = await repository.latest_edition(session, sample.id) if publication else None
    if publication is None or row is None or row.withdrawn or row.under_reexamination:
        return
    mark = row.followed_by(EditionKind.REEXAMINATION, because, row.cells, sample.version, actor.id)
    session.add(mark)
    await session.flush()
    await open_clock(
        session,
        code=REEXAMINATION,
        object_type=CLOCK_OBJECT,
        object_id=mark.id,
        region_code=publication.region_code,
        triggered_at=at,
        title=f"{publication.number} · 第 {mark.number} 行重新核查",
        actor=actor,
    )


async def finish_reexamination(
    session: AsyncSession, mark: PublicationRow, kind: EditionKind, at: datetime, actor: Actor
) -> None:
    """The publisher has said what became of a marked row."""
    await meet(session, CLOCK_OBJECT, mark.id, REEXAMINATION, actor=actor, at=at, evidence=kind.label)


async def warnings_about(session: AsyncSession, sample_id: UUID) -> list[str]:
    """What who decides on a sample's report must know of its published row, in Chinese; empty where it has none."""
    row = await repository.latest_edition(session, sample_id)
    if row is None or row.withdrawn:
        return []
    publication = await repository.published(session, row.publication_id)
    assert publication is not None  # only published rows are asked for
    where = f"样品已列入{publication.name}第 {row.number} 行"
    if row.under_reexamination:
        return [f"{where}：这一行已公开标明“重新核查”，请公布单位在结论重新作出后更正、维持或撤回"]
    return [f"{where}：退回报告，这一行即公开标明“重新核查”，由公布单位限期更正、维持或撤回"]
