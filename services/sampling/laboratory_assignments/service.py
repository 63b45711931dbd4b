"""Sending a sample to a laboratory: the one that was drawn, or one that an officer names with his reason."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.laboratories.rules import unaccredited
from services.sampling.laboratories.service import laboratory_for
from services.sampling.laboratory_assignments import repository
from services.sampling.laboratory_assignments.models import LaboratoryAssignment
from services.sampling.laboratory_assignments.schemas import LaboratoryChoice
from services.sampling.samples import service as samples
from services.sampling.samples.entry_kinds import SampleEntryKind
from services.sampling.samples.models import Sample
from services.sampling.samples.problems import SampleStepRefused
from services.sampling.separation.service import ensure_house_is_apart
from shared.contracts.statutory_sampling import Duty, SampleState
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict
from shared.times import day_of, now


class LaboratoryUnfit(Conflict):
    slug, title = "laboratory-unfit", "这家检验机构不能承检"


async def choose_laboratory(
    session: AsyncSession, sample_id: UUID, body: LaboratoryChoice, version: int, actor: Actor
) -> Sample:
    """An officer names the laboratory. Raises SampleNotFound, PreconditionFailed, LaboratoryUnfit, NotApart."""
    sample = await samples.sample_for(session, sample_id, actor, lock=True)
    ensure_version(sample, version)
    laboratory = await laboratory_for(session, body.laboratory_id)
    unfit = unaccredited(laboratory.cma_valid_from, laboratory.cma_valid_to, active=laboratory.active, on=day_of(now()))
    if unfit:
        raise LaboratoryUnfit(f"{laboratory.name}：{unfit}")
    await send(session, sample, laboratory.id, body.items, actor, reason=body.reason)
    return sample


async def send(
    session: AsyncSession,
    sample: Sample,
    laboratory_id: UUID,
    items: Sequence[str],
    actor: Actor,
    *,
    draw_id: UUID | None = None,
    reason: str = "",
) -> None:
    """Assign a locked sample (with its history) that nobody has received yet; an earlier assignment stays on record.

    Raises SampleStepRefused, and NotApart when the laboratory's organisation took the sample.
    """
    if sample.state is not SampleState.TAKEN:
        raise SampleStepRefused(f"只有“{SampleState.TAKEN.label}”的样品可以确定检验机构，现在是“{sample.state.label}”")
    await ensure_house_is_apart(session, sample.id, Duty.LABORATORY, laboratory_id)
    earlier = await repository.assignments_of(session, sample.id)
    for assignment in earlier:
        assignment.current = False
    await session.flush()
    session.add(
        LaboratoryAssignment(
            sample_id=sample.id,
            number=len(earlier) + 1,
            laboratory_id=laboratory_id,
            items=list(items),
            draw_id=draw_id,
            reason=reason,
            assigned_at=now(),
            assigned_by=actor.id,
            assigned_by_name=actor.name,
        )
    )
    await samples.log_step(
        session,
        sample,
        SampleEntryKind.LABORATORY_ASSIGNED,
        now(),
        actor,
        note=reason,
        laboratory_id=str(laboratory_id),
        draw_id=draw_id and str(draw_id),
        items=list(items),
    )
