"""The roster and its hours. Whatever changes somebody's year is counted in the same transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.service import read_business
from services.inspection.grid.cells.problems import wrong
from services.inspection.grid.counts.service import TRAINING_HOURS, Standing, settle
from services.inspection.grid.dated_rules.contents import Subject, TrainingHours
from services.inspection.grid.dated_rules.models import DatedRule
from services.inspection.grid.dated_rules.service import find_rule
from services.inspection.trainings import repository
from services.inspection.trainings.models import Attendance, Trainee, TrainingSession
from services.inspection.trainings.problems import TrainingStepRefused, UnknownTrainee, UnknownTraining
from services.inspection.trainings.rules import YearOfHours, hours_that_count, on_roster_for
from services.inspection.trainings.schemas import AttendancesWrite, TraineeCreate, TraineeEnd, TrainingCreate
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


async def trainee_for(session: AsyncSession, trainee_id: UUID, actor: Actor, *, lock: bool = False) -> Trainee:
    """A person on the roster. Raises `UnknownTrainee`."""
    trainee = await repository.visible_trainee(session, trainee_id, actor, lock=lock)
    if trainee is None:
        raise UnknownTrainee("请核对编号；只能查看、办理辖区内的")
    return trainee


async def training_for(session: AsyncSession, training_id: UUID, actor: Actor) -> TrainingSession:
    """A training. Raises `UnknownTraining`."""
    training = await repository.get_training(session, training_id, actor)
    if training is None:
        raise UnknownTraining("请核对编号；只能办理辖区内的培训")
    return training


async def enrol(session: AsyncSession, actor: Actor, body: TraineeCreate) -> Trainee:
    """Put somebody on the roster."""
    await ensure_in_scope(session, actor, body.region_code)
    if body.business_id is not None:
        await read_business(session, actor, body.business_id)
    trainee = Trainee(id=uuid7(), version=1, recorded_by=actor.id, **dict(body))
    session.add(trainee)
    await session.flush()
    await count_years(session, [trainee], _years_since(trainee.since))
    return trainee


async def take_off(session: AsyncSession, actor: Actor, trainee_id: UUID, body: TraineeEnd, expected: int) -> Trainee:
    """Take somebody off the roster; he counts no more for the year in which he went."""
    trainee = await trainee_for(session, trainee_id, actor, lock=True)
    ensure_version(trainee, expected)
    if trainee.until is not None:
        raise TrainingStepRefused(f"自 {trainee.until} 起已不在册")
    if body.on <= trainee.since:
        raise wrong("/on", f"自 {trainee.since} 起在册，离册的日期应在其后，现为 {body.on}", "on")
    trainee.until = body.on
    trainee.advance()
    await session.flush()
    await count_years(session, [trainee], _years_since(body.on))
    return trainee


async def hold(session: AsyncSession, actor: Actor, body: TrainingCreate) -> TrainingSession:
    """Enter a training that was held."""
    await ensure_in_scope(session, actor, body.region_code)
    if body.held_on > day_of(now()):
        raise wrong("/held_on", f"培训日期 {body.held_on} 在今天以后，请在办过以后登记", "held_on")
    training = TrainingSession(id=uuid7(), recorded_by=actor.id, **dict(body))
    session.add(training)
    await session.flush()
    await session.refresh(training)
    return training


async def record_attendance(
    session: AsyncSession, actor: Actor, training_id: UUID, body: AttendancesWrite
) -> Sequence[Attendance]:
    """Enter or correct who attended how many hours. Everything or nothing is stored."""
    training = await training_for(session, training_id, actor)
    ids = [one.trainee_id for one in body.attendances]
    trainees = await repository.lock_trainees(session, ids, actor)
    known = await repository.numbers_of(session, training.id, ids)
    if known and not body.reason:
        raise wrong("/reason", f"有 {len(known)} 人已经登记过，更正请写明理由", "missing")
    for index, one in enumerate(body.attendances):
        trainee = trainees.get(one.trainee_id)
        if trainee is None:
            raise wrong(f"/attendances/{index}/trainee_id", "名册上没有这个人，或不在您的辖区", "trainee")
        if one.hours > training.hours:
            message = f"这次培训共 {training.hours} 学时，现为 {one.hours}"
            raise wrong(f"/attendances/{index}/hours", message, "hours")
        if not trainee.days.holds(training.held_on):
            raise wrong(f"/attendances/{index}/trainee_id", f"{trainee.name}在 {training.held_on} 不在册", "roster")
    session.add_all(
        Attendance(
            session_id=training.id,
            trainee_id=one.trainee_id,
            number=known.get(one.trainee_id, 0) + 1,
            hours=one.hours,
            reason=body.reason if one.trainee_id in known else "",
            recorded_by=actor.id,
        )
        for one in body.attendances
    )
    await session.flush()
    await count_years(session, trainees.values(), [training.held_on.year])
    return await repository.attendances_of(session, training.id)


async def years_of(
    session: AsyncSession, trainees: Iterable[Trainee], year: int
) -> dict[UUID, tuple[YearOfHours, DatedRule | None]]:
    """Each person's hours in a year, with the rule that asks for them."""
    people = list(trainees)
    recorded = await repository.hours_in(session, [trainee.id for trainee in people], year)
    rules: dict[tuple[str, str], DatedRule | None] = {}
    found = {}
    for trainee in people:
        key = trainee.role_group.value, trainee.region_code
        if key not in rules:
            rules[key] = await find_rule(session, Subject.TRAINING_HOURS, *key, date(year, 12, 31))
        rule = rules[key]
        required: Decimal | None = rule.says(TrainingHours).hours if rule else None
        found[trainee.id] = YearOfHours(required, hours_that_count(recorded.get(trainee.id, []))), rule
    return found


async def count_years(session: AsyncSession, trainees: Iterable[Trainee], years: Iterable[int]) -> int:
    """Let the figure say what is so of these persons' years; the persons are held. Returns how many rows that took."""
    people, today, changed = sorted(trainees, key=lambda trainee: trainee.id), day_of(now()), 0
    for year in years:
        found = await years_of(session, people, year)
        for trainee in people:
            standing = _standing(trainee, found[trainee.id][0], year, today)
            standings: Mapping[str, Standing | None] = {f"{trainee.id}:{year}": standing}
            changed += await settle(session, TRAINING_HOURS, str(trainee.id), standings)
    return changed


def _standing(trainee: Trainee, hours: YearOfHours, year: int, today: date) -> Standing | None:
    if hours.met is None or not on_roster_for(trainee.days, year, today):
        return None
    label, link = f"{trainee.name} · {year} 年", f"/v1/trainees/{trainee.id}"
    return Standing(trainee.region_code, hours.met, label, link, date(year, 12, 31))


def _years_since(day: date) -> range:
    return range(day.year, day_of(now()).year + 1)
