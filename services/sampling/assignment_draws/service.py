"""Drawing samplers and laboratories at random, so that nobody chooses whom and everybody can check it."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.assignment_draws import repository, rules
from services.sampling.assignment_draws.models import AssignmentDraw, DrawPurpose
from services.sampling.assignment_draws.problems import DrawImpossible, DrawNotFound, RedrawUnexplained
from services.sampling.assignment_draws.rules import Candidate
from services.sampling.assignment_draws.schemas import DrawCreate
from services.sampling.laboratories.models import Laboratory
from services.sampling.laboratories.rules import Need, not_commissioned, out_of_scope, unaccredited
from services.sampling.laboratory_assignments import service as laboratory_assignments
from services.sampling.samplers.models import Sampler
from services.sampling.samplers.rules import unavailable
from services.sampling.samples.models import Sample
from services.sampling.samples.repository import lock_sample
from services.sampling.sampling_tasks import service as sampling_tasks
from services.sampling.sampling_tasks.service import AssignedSampler
from shared.http.auth import Actor
from shared.times import day_of, now

Unfit = Callable[[Laboratory], str | None]
"""Says in Chinese why a laboratory cannot be drawn; None when it can."""


@dataclass(frozen=True, slots=True)
class Seed:
    """32 bytes, and where they were made known before the draw (None: made by the platform at the draw)."""

    value: bytes
    source: str | None

    @classmethod
    def fresh(cls) -> "Seed":
        return cls(secrets.token_bytes(rules.SEED_BYTES), None)


async def draw_laboratory(
    session: AsyncSession,
    *,
    purpose: DrawPurpose,
    subject_id: UUID,
    region_code: str,
    candidates_filter: Unfit,
    exclude: Mapping[UUID, str],
    actor: Actor,
    items: Sequence[str] = (),
    reason: str = "",
    on: date | None = None,
    seed: Seed | None = None,
) -> AssignmentDraw:
    """Draw one laboratory of the register for a subject; `.laboratory_id` of the result is the laboratory.

    `candidates_filter` judges each laboratory (see `fit_for_retest`), `exclude` names laboratories that may not be
    drawn, each with the reason (Chinese) that is put on record. `on` (default today) is the day the filter judged for.
    The caller holds the subject locked. A further draw for the same subject needs a `reason`; the earlier ones stay.
    Raises DrawImpossible, RedrawUnexplained.
    """
    roster = [
        _laboratory_candidate(laboratory, exclude.get(laboratory.id) or candidates_filter(laboratory))
        for laboratory in await repository.all_laboratories(session)
    ]
    return await record(
        session,
        purpose=purpose,
        subject_id=subject_id,
        region_code=region_code,
        samplers=[],
        laboratories=roster,
        wanted=0,
        items=items,
        reason=reason,
        on=on or day_of(now()),
        seed=seed or Seed.fresh(),
        actor=actor,
    )


async def draw_for_task(session: AsyncSession, task_id: UUID, body: DrawCreate, actor: Actor) -> AssignmentDraw:
    """Draw samplers and a laboratory for a sampling task; samples on their way are sent to the new laboratory.

    Raises SamplingTaskNotFound, TaskStepRefused, DrawImpossible, RedrawUnexplained.
    """
    task = await sampling_tasks.task_for(session, task_id, actor, lock=True)
    on, path = body.sampling_on or day_of(now()), await repository.region_path(session, task.region_code)
    need = Need(await repository.category_path(session, task.category_code), frozenset(body.items))
    avoid = {one.id: f"回避：{one.reason}" for one in body.exclude}
    people = [
        _sampler_candidate(one, avoid.get(one.id) or _why_not_sampler(one, path, on))
        for one in await repository.samplers_around(session, task.bureau_code, path)
    ]
    houses = [
        _laboratory_candidate(one, avoid.get(one.id) or _why_not_laboratory(one, need, path, on))
        for one in await repository.all_laboratories(session)
    ]
    drawn = await record(
        session,
        purpose=DrawPurpose.SAMPLING_TASK,
        subject_id=task.id,
        region_code=task.region_code,
        samplers=people,
        laboratories=houses,
        wanted=body.samplers,
        items=body.items,
        reason=body.reason,
        on=on,
        seed=Seed.fresh() if body.seed is None else Seed(bytes.fromhex(body.seed), body.seed_source),
        actor=actor,
    )
    by_id = {one.id: one for one in people}
    sent_out = [AssignedSampler(one, by_id[one].name, by_id[one].organisation_id) for one in drawn.sampler_ids]
    await sampling_tasks.assign(session, task, sent_out, actor)
    for sample_id in await repository.samples_on_their_way(session, task.id):
        sample = await lock_sample(session, sample_id)
        if sample is not None:
            await _send(session, sample, drawn, actor)
    return drawn


async def send_to_drawn_laboratory(session: AsyncSession, sample: Sample, actor: Actor) -> None:
    """A sample was just taken (locked, with its history): it goes to the laboratory drawn for its task, if one was.

    Raises NotApart when that laboratory's organisation took it.
    """
    if sample.task_id is None:
        return
    drawn = await repository.latest_draw(session, DrawPurpose.SAMPLING_TASK, sample.task_id)
    if drawn is not None:
        await _send(session, sample, drawn, actor)


async def _send(session: AsyncSession, sample: Sample, drawn: AssignmentDraw, actor: Actor) -> None:
    await laboratory_assignments.send(
        session, sample, drawn.laboratory_id, drawn.items, actor, draw_id=drawn.id, reason=drawn.reason
    )


async def record(
    session: AsyncSession,
    *,
    purpose: DrawPurpose,
    subject_id: UUID,
    region_code: str,
    samplers: Iterable[Candidate],
    laboratories: Iterable[Candidate],
    wanted: int,
    items: Sequence[str],
    reason: str,
    on: date,
    seed: Seed,
    actor: Actor,
) -> AssignmentDraw:
    """Draw, and store all that is needed to draw again. Raises DrawImpossible, RedrawUnexplained."""
    earlier = await repository.count_draws(session, purpose, subject_id)
    if earlier and not reason:
        raise RedrawUnexplained(earlier)
    roster = rules.roster_of(samplers, laboratories)
    people, houses = ([Candidate.from_row(row) for row in roster[kind]] for kind in ("samplers", "laboratories"))
    try:
        result = rules.draw(seed.value, subject_id, people, houses, wanted=wanted)
    except rules.TooFewCandidatesError as too_few:
        grounds = "；".join(f"{one.name}：{one.excluded_because}" for one in (*people, *houses) if one.excluded_because)
        raise DrawImpossible(f"{too_few}" + (f"（{grounds}）" if grounds else "")) from None
    drawn = AssignmentDraw(
        purpose=purpose,
        subject_id=subject_id,
        number=earlier + 1,
        region_code=region_code,
        algorithm=rules.ALGORITHM,
        seed=seed.value.hex(),
        seed_source=seed.source,
        sampling_on=on,
        items=list(items),
        roster=roster,
        roster_sha256=rules.roster_digest(roster),
        tickets={
            str(candidate): ticket.hex()
            for candidate, ticket in rules.tickets_of(seed.value, subject_id, (*people, *houses)).items()
        },
        sampler_ids=list(result.samplers),
        laboratory_id=result.laboratory,
        reason=reason,
        drawn_at=now(),
        drawn_by=actor.id,
        drawn_by_name=actor.name,
    )
    session.add(drawn)
    await session.flush()
    return drawn


async def draw_for(session: AsyncSession, draw_id: UUID, actor: Actor) -> AssignmentDraw:
    """One draw, if the actor's regions hold its subject. Raises DrawNotFound."""
    drawn = await repository.visible_draw(session, draw_id, actor)
    if drawn is None:
        raise DrawNotFound("请核对编号；只能查看辖区内的随机抽取")
    return drawn


def fit_for_retest(need: Need, on: date) -> Unfit:
    """The filter of re-tests for `draw_laboratory`: on the roster of re-test laboratories, accredited, able."""

    def why_not(laboratory: Laboratory) -> str | None:
        if not laboratory.on_retest_roster:
            return "不在复检机构名录内"
        return _why_not_tester(laboratory, need, on)

    return why_not


def _why_not_laboratory(laboratory: Laboratory, need: Need, path: frozenset[str], on: date) -> str | None:
    return not_commissioned(laboratory.serves, path) or _why_not_tester(laboratory, need, on)


def _why_not_tester(laboratory: Laboratory, need: Need, on: date) -> str | None:
    validity = laboratory.cma_valid_from, laboratory.cma_valid_to
    return unaccredited(*validity, active=laboratory.active, on=on) or out_of_scope(laboratory.scope_entries, need)


def _why_not_sampler(sampler: Sampler, path: frozenset[str], on: date) -> str | None:
    return unavailable(
        active=sampler.active,
        valid_from=sampler.valid_from,
        valid_to=sampler.valid_to,
        region_code=sampler.region_code,
        leaves=sampler.leave_days,
        region_path=path,
        on=on,
    )


def _sampler_candidate(sampler: Sampler, excluded_because: str | None) -> Candidate:
    facts = {
        "organisation_name": sampler.organisation_name,
        "region_code": sampler.region_code,
        "valid_from": sampler.valid_from.isoformat(),
        "valid_to": sampler.valid_to.isoformat(),
        "leaves": sampler.leaves,
        "active": sampler.active,
    }
    return Candidate(sampler.id, sampler.name, sampler.organisation_id, facts, excluded_because)


def _laboratory_candidate(laboratory: Laboratory, excluded_because: str | None) -> Candidate:
    facts = {
        "cma_number": laboratory.cma_number,
        "cma_valid_from": laboratory.cma_valid_from.isoformat(),
        "cma_valid_to": laboratory.cma_valid_to.isoformat(),
        "scope": laboratory.scope,
        "serves": laboratory.serves,
        "on_retest_roster": laboratory.on_retest_roster,
        "active": laboratory.active,
    }
    return Candidate(laboratory.id, laboratory.name, laboratory.id, facts, excluded_because)
