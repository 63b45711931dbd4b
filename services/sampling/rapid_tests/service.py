"""Submitting rapid tests as JSON, correcting them, and deciding suspected duplicates."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.devices.service import Signed
from services.sampling.figures import service as figures
from services.sampling.rapid_tests import repository
from services.sampling.rapid_tests.batches import QUANTITIES, Batch, Taken
from services.sampling.rapid_tests.intake import Intake
from services.sampling.rapid_tests.models import RapidTest, RapidTestSubmission
from services.sampling.rapid_tests.proofs import proof_of
from services.sampling.rapid_tests.rules import Tally
from services.sampling.rapid_tests.schemas import (
    CorrectionCreate,
    RapidTestFields,
    RapidTestRecord,
    RecordAnswer,
    SubmissionCreate,
    SubmissionRead,
)
from services.sampling.whistles import blowing as whistles
from shared.contracts.codes import Role, RowOutcome
from shared.contracts.sampling import Verdict
from shared.http.auth import Actor
from shared.http.problems import Conflict, FieldError, Forbidden, InvalidRequest, NotFound
from shared.http.validation_messages import explain
from shared.ids import uuid7
from shared.times import now


class RapidTestNotFound(NotFound):
    slug, title = "rapid-test-not-found", "没有找到这条快检记录"


class SubmissionNotFound(NotFound):
    slug, title = "rapid-test-submission-not-found", "没有找到这次提交"


class SubmissionIdReused(Conflict):
    slug, title = "rapid-test-submission-id-reused", "这个提交编号已用于另一份内容"


class AlreadyCorrected(Conflict):
    slug, title = "rapid-test-already-corrected", "这条快检记录已被更正"


class NotASuspectedDuplicate(Conflict):
    slug, title = "rapid-test-not-suspected", "这条快检记录不是待确认的疑似重复"


class CorrectionRefused(InvalidRequest):
    slug, title = "rapid-test-correction-refused", "更正的内容有误"


class PositiveNotYoursToCorrect(Forbidden):
    slug, title = "rapid-test-positive-not-yours", "疑似阳性不能自行更正为其他结果"


async def submit(
    session: AsyncSession, submission_id: UUID, body: SubmissionCreate, actor: Actor, signed: Signed | None = None
) -> SubmissionRead:
    """Take in a submission and answer each record; the same submission sent again gets the same answer.

    `signed` is kept with it: which device vouches for its records, and the proof.

    Raises `SubmissionIdReused` when the id came with other records.
    """
    plain = body.model_dump(mode="json", warnings=False)
    body_hash = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).digest()
    submission = RapidTestSubmission(id=submission_id, recorded_by=actor.id, body_hash=body_hash, answer={})
    if not await repository.claim_submission(session, submission):
        stored = await repository.get_submission(session, submission_id)
        if stored is None or stored.recorded_by != actor.id or stored.body_hash != body_hash:
            raise SubmissionIdReused("内容变了就请换一个编号；要重试请把原内容一字不改地再发一次")
        return SubmissionRead.model_validate(stored.answer)
    if signed is not None:
        session.add(proof_of(submission_id, signed))
    answer = await _take_in(session, submission_id, body, actor, signed)
    stored = await repository.get_submission(session, submission_id)
    assert stored is not None
    stored.answer = answer.model_dump(mode="json")
    await session.flush()
    return answer


async def submission_for(session: AsyncSession, submission_id: UUID, actor: Actor) -> SubmissionRead:
    """The answer to one's own submission. Raises `SubmissionNotFound`."""
    stored = await repository.get_submission(session, submission_id)
    if stored is None or stored.recorded_by != actor.id:
        raise SubmissionNotFound("请核对编号；只能查看自己的提交")
    return SubmissionRead.model_validate(stored.answer)


async def _take_in(
    session: AsyncSession, submission_id: UUID, body: SubmissionCreate, actor: Actor, signed: Signed | None
) -> SubmissionRead:
    answers: list[RecordAnswer] = []
    good: list[tuple[int, RapidTestRecord]] = []
    for index, raw in enumerate(body.records):
        try:
            good.append((index, RapidTestRecord.model_validate(raw)))
        except ValidationError as invalid:
            answers.append(_malformed(index, raw, invalid))
    if good:
        intake = await Intake.open(session, actor, body.site_id)
        batch = Batch(
            count=len(good),
            values=_columns([record for _, record in good]) | {"site": [record.site for _, record in good]},
            same={"submission_id": submission_id, "device_key_id": signed.key_id if signed else None},
            place_of=lambda at, name, message, code: _place_in_body(good[at][0], name, message, code),
            ids=[record.id for _, record in good],
            signed_by=signed.device_id if signed else None,
        )
        answers += _answers(good, await _take_beside_others(session, intake, batch))
    answers.sort(key=lambda answer: answer.index)
    counts = {outcome.value: sum(answer.outcome is outcome for answer in answers) for outcome in RowOutcome}
    return SubmissionRead(id=submission_id, **counts, items=answers)


async def _take_beside_others(session: AsyncSession, intake: Intake, batch: Batch) -> Taken:
    """Take in a batch; when somebody has just stored one of its records, a second look finds it."""
    try:
        async with session.begin_nested():
            return await intake.take(session, batch)
    except UniqueViolationError:
        batch.errors.clear()
        async with session.begin_nested():
            return await intake.take(session, batch)


async def correct(session: AsyncSession, test_id: UUID, body: CorrectionCreate, actor: Actor) -> RapidTest:
    """Append the record as it should have been; figures follow, and a positive that was missed blows the whistle.

    A suspect positive is taken back by an officer only, never by who has an interest in it.

    Raises `RapidTestNotFound`, `AlreadyCorrected`, `CorrectionRefused`, `PositiveNotYoursToCorrect`.
    """
    old = await _test_for(session, test_id, actor)
    if old.superseded_at is not None:
        raise AlreadyCorrected("请打开更正后的那一条，在它上面再更正")
    if old.counted_at is None:
        raise AlreadyCorrected("这条还是疑似重复，请先确认它是不是另一次检测")
    intake = await Intake.open(session, actor, old.site_id)
    new_id = uuid7()
    batch = Batch(
        count=1,
        values=_columns([body]),
        same={"corrects_id": old.id, "correction_reason": body.reason},
        place_of=lambda _, name, message, code: FieldError(pointer=f"/{name}", message=message, code=code),
        ids=[new_id],
        may_be_here=False,
    )
    old.supersede(now())
    await session.flush()
    await figures.record_tests(session, [_tally(old, -1)])
    taken = await intake.take(session, batch)
    if refused := taken.exceptions.get(0):
        raise CorrectionRefused("请按提示改正后再提交", errors=refused.errors)
    new = await _test_for(session, new_id, actor)
    taken_back = old.verdict is Verdict.SUSPECTED_POSITIVE and new.verdict is not Verdict.SUSPECTED_POSITIVE
    if taken_back and not (actor.business_id is None and actor.has(Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE)):
        raise PositiveNotYoursToCorrect(
            f"更正后将成为“{new.verdict.label}”；确有录错的，请把原始记录交所在地检查人员或食安办，由他们更正"
        )
    return new


async def confirm_separate(session: AsyncSession, test_id: UUID, actor: Actor) -> RapidTest:
    """A suspected duplicate was a test of its own: from now on it counts, and a positive blows the whistle.

    Raises `RapidTestNotFound`, `NotASuspectedDuplicate`.
    """
    test = await _test_for(session, test_id, actor)
    if test.counted_at is not None:
        raise NotASuspectedDuplicate("它已计入统计，不必确认")
    at = now()
    test.count(at, actor.id)
    await session.flush()
    await figures.record_tests(session, [_tally(test, 1)])
    await whistles.blow(session, [test], at=at)
    return test


async def test_for(session: AsyncSession, test_id: UUID, actor: Actor) -> RapidTest:
    """The rapid test, if the actor may see it. Raises `RapidTestNotFound`."""
    test = await repository.visible_test(session, test_id, actor)
    if test is None:
        raise _not_found()
    return test


async def _test_for(session: AsyncSession, test_id: UUID, actor: Actor) -> RapidTest:
    test = await repository.visible_test(session, test_id, actor, lock=True)
    if test is None:
        raise _not_found()
    return test


def _not_found() -> RapidTestNotFound:
    return RapidTestNotFound("请核对编号；只能查看自己市场或辖区内检测点的记录")


def _columns(records: Sequence[RapidTestFields]) -> dict[str, Sequence[Any]]:
    """The records side by side, as the intake reads them; fields that no record fills are left out."""
    columns: dict[str, Sequence[Any]] = {}
    for name in RapidTestFields.model_fields:
        values = [getattr(record, name) for record in records]
        if any(value is not None for value in values):
            pairs = name in QUANTITIES
            columns[name] = [None if value is None else (value, None) for value in values] if pairs else values
    return columns


def _answers(good: Sequence[tuple[int, RapidTestRecord]], taken: Taken) -> list[RecordAnswer]:
    answers = []
    for at, (index, record) in enumerate(good):
        exception = taken.exceptions.get(at)
        stored = exception is None or exception.outcome is RowOutcome.SUSPECTED_DUPLICATE
        test_id = record.id if stored else exception.test_id if exception else None
        answers.append(
            RecordAnswer(
                index=index,
                id=record.id,
                outcome=exception.outcome if exception else RowOutcome.ACCEPTED,
                test_id=test_id,
                verdict=Verdict(taken.findings[at].verdict) if stored else None,
                verdict_reason=taken.findings[at].verdict_reason if stored else None,
                errors=list(exception.errors) if exception else [],
            )
        )
    return answers


def _malformed(index: int, raw: Any, invalid: ValidationError) -> RecordAnswer:
    errors = [
        FieldError(
            pointer=f"/records/{index}" + "".join(f"/{part}" for part in error["loc"]),
            message=explain(error),
            code=error["type"],
        )
        for error in invalid.errors()
    ]
    given = raw.get("id") if isinstance(raw, dict) else None
    try:
        record_id = UUID(given) if isinstance(given, str) else None
    except ValueError:
        record_id = None
    return RecordAnswer(
        index=index,
        id=record_id,
        outcome=RowOutcome.REJECTED,
        test_id=None,
        verdict=None,
        verdict_reason=None,
        errors=errors,
    )


def _place_in_body(index: int, name: str, message: str, code: str) -> FieldError:
    return FieldError(pointer=f"/records/{index}/{name}".rstrip("/"), message=message, code=code)


def _tally(test: RapidTest, sign: int) -> Tally:
    return Tally(
        test.region_code,
        test.tested_on,
        test.item_code,
        sign,
        sign * (test.verdict is Verdict.SUSPECTED_POSITIVE),
        sign * (test.verdict is Verdict.INSTRUMENT_ERROR),
        sign * (test.verdict is Verdict.UNDETERMINED),
    )
