"""Taking in the reports of a file, a batch of samples in one transaction: judged, stored, on their clocks.

A report in a file is one that the laboratory has issued. A sample is taken in whole or refused whole, and only for what
its sender can mend.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.service import open_cases
from services.sampling.laboratory_desk.reading import blind_food_names
from services.sampling.reports.clocks import reporting_from
from services.sampling.reports.findings import finding_of
from services.sampling.reports.judging import Assessment, Judge
from services.sampling.reports.models import Report, ReportEntry, ReportItem
from services.sampling.reports.rules import ReportEntryKind, ReportState
from services.sampling.reports.stated import StatedItem
from services.sampling.result_imports import repository
from services.sampling.result_imports.columns import LABELS
from services.sampling.result_imports.identity import FOOD, PARTY, faults_of
from services.sampling.result_imports.repository import Latest
from services.sampling.result_imports.statements import Statement
from services.sampling.result_imports.waiting import UNKNOWN, UNKNOWN_TO_LABORATORY, how_to_mend
from services.sampling.samples.entry_kinds import SampleEntryKind
from services.sampling.samples.models import Sample, SampleEntry
from services.sampling.separation.rules import Part, clash
from services.sampling.verdicts.rules import Judgement, LimitSnapshot
from shared.clocks.bulk import Passed, open_met_clocks
from shared.clocks.service import Meeting, meet_clocks
from shared.contracts.codes import Role, RowOutcome
from shared.contracts.statutory_sampling import Duty, ReportClass, SampleState
from shared.copying import BulkCopy, Columns, copy_objects
from shared.http.auth import Actor
from shared.http.problems import FieldError
from shared.ids import uuid7_series
from shared.times import day_of, now, start_of_day

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_json = json.JSONEncoder(ensure_ascii=False).encode
_STATED = tuple(name for name in StatedItem._fields if name != "stated_limits")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one report. `error` says why it was not simply accepted."""

    statement: Statement
    outcome: RowOutcome
    report_id: UUID | None = None
    error: FieldError | None = None
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A report that is to be stored, with its sample and what was computed of it."""

    statement: Statement
    sample: Sample
    assessment: Assessment
    edition: int
    report: Report


class Intake:
    """Takes in the batches of one upload; what was judged and encoded once is remembered."""

    def __init__(self, judge: Judge, actor: Actor) -> None:
        self._judge, self._actor = judge, actor
        self._copy_report_items = BulkCopy.of(ReportItem)
        self._copy_entries, self._copy_sample_entries = BulkCopy.of(ReportEntry), BulkCopy.of(SampleEntry)
        # Who tests is a house of its own; a bureau passes on what came on paper, and only its person must be apart.
        organisation = actor.organisation_id if actor.has(Role.LABORATORY) else None
        self._unknown = UNKNOWN_TO_LABORATORY if actor.has(Role.LABORATORY) else UNKNOWN
        self._part = Part(Duty.LABORATORY, actor.id, organisation)

    @classmethod
    async def open(cls, session: AsyncSession, actor: Actor) -> "Intake":
        return cls(await Judge.open(session), actor)

    async def take(
        self, session: AsyncSession, statements: Sequence[Statement], upload_id: UUID, *, dry_run: bool
    ) -> list[Taken]:
        """Decide and store one batch in the session's transaction; a dry run decides and stores nothing."""
        keys = {statement.group.key or "" for statement in statements}
        samples = await repository.samples_named(session, keys, self._actor, lock=not dry_run)
        ids = [sample.id for sample in samples.values()]
        latest = await repository.latest_reports(session, ids)
        parts = await repository.parts_of(session, ids)
        registered = await self._registered(session, list(samples.values()))
        answers: list[Taken] = []
        open_ones: list[tuple[Statement, Sample]] = []
        for statement in statements:
            sample = samples.get(statement.group.key or "")
            if sample is None:
                answers.append(_refused(statement, self._unknown, "unknown"))
                continue
            answer = _of_another(statement, registered[sample.id])
            answer = answer or _answer(statement, sample, latest.get(sample.id))
            answer = answer or self._apart(statement, parts.get(sample.id, []))
            if answer is None:
                open_ones.append((statement, sample))
            else:
                answers.append(answer)
        accepted = await asyncio.to_thread(self._assess, open_ones, latest, upload_id, now())
        if accepted and not dry_run:
            await self._store(session, accepted)
        answers += [
            Taken(
                each.statement,
                RowOutcome.ACCEPTED,
                None if dry_run else each.report.id,
                in_doubt=bool(each.assessment.doubts),
            )
            for each in accepted
        ]
        return answers

    async def _registered(self, session: AsyncSession, samples: Sequence[Sample]) -> dict[UUID, dict[str, str | None]]:
        """What the uploader may see of each sample: a laboratory the food alone, as its desk shows it."""
        if self._actor.has(Role.LABORATORY):
            foods = await blind_food_names(session, samples)
            return {sample.id: {FOOD: foods[sample.id]} for sample in samples}
        return {sample.id: {FOOD: sample.food_name, PARTY: sample.sampled_party_name} for sample in samples}

    def _apart(self, statement: Statement, parts: Sequence[Part]) -> Taken | None:
        clashing = clash(parts, self._part)
        if clashing is None:
            return None
        message = f"您或您的机构已承担这份样品的{clashing.duty.label}，不能再报送它的检验结果；请交由其他人员办理"
        return _refused(statement, message, "apart")

    def _assess(
        self,
        open_ones: Sequence[tuple[Statement, Sample]],
        latest: Mapping[UUID, Latest],
        upload_id: UUID,
        arrived_at: datetime,
    ) -> list[_Accepted]:
        accepted = []
        for statement, sample in open_ones:
            assessment = self._judge.assess(
                sample, statement.items, statement.stated_conclusion, statement.stated_class
            )
            edition = latest[sample.id].edition + 1 if sample.id in latest else 1
            report = self._report(statement, sample, assessment, edition, upload_id, arrived_at)
            accepted.append(_Accepted(statement, sample, assessment, edition, report))
        return accepted

    def _report(
        self,
        statement: Statement,
        sample: Sample,
        assessment: Assessment,
        edition: int,
        upload_id: UUID,
        arrived_at: datetime,
    ) -> Report:
        concluded_at = _concluded_at(statement, sample, arrived_at)
        if statement.reported_on is not None and not self._actor.has(Role.LABORATORY):
            arrived_at = max(start_of_day(statement.reported_on), concluded_at)
        assert sample.laboratory_id is not None  # it has been received
        return Report(
            id=uuid4(),
            sample_id=sample.id,
            edition=edition,
            laboratory_id=sample.laboratory_id,
            region_code=sample.region_code,
            stream=sample.stream,
            upload_id=upload_id,
            content_hash=statement.content_hash,
            number=statement.number,
            report_date=statement.report_date,
            tested_by=statement.tested_by,
            approved_by=statement.approved_by,
            stated_conclusion=statement.stated_conclusion,
            stated_class=statement.stated_class,
            remark=statement.remark,
            state=ReportState.ISSUED,
            drafted_by=self._actor.id,
            conclusion=assessment.conclusion,
            report_class=assessment.report_class,
            serious_because=assessment.serious_because,
            doubts=assessment.doubts,
            concluded_at=concluded_at,
            issued_at=arrived_at,
            version=1,
        )

    async def _store(self, session: AsyncSession, accepted: Sequence[_Accepted]) -> None:
        recorded_at = now()
        for each in accepted:
            each.sample.report(_moment(each.report.issued_at))
            each.sample.advance()
        await session.flush()
        await copy_objects(session, [each.report for each in accepted])
        await self._copy_histories(session, accepted, recorded_at)
        await repository.add_parts(session, [each.sample.id for each in accepted], self._part, self._actor.name)
        await self._copy_items(session, accepted)
        await self._run_clocks(session, accepted)
        for each in accepted:
            if each.report.report_class is ReportClass.SERIOUS:
                await session.refresh(each.sample, ["entries"])
                finding = finding_of(await repository.report_with_items(session, each.report.id))
                await open_cases(session, each.sample, finding, recorded_at)

    async def _copy_histories(
        self, session: AsyncSession, accepted: Sequence[_Accepted], recorded_at: datetime
    ) -> None:
        told: Columns = {
            "at": [each.report.issued_at for each in accepted],
            "note": [f"检验报告 {_number(each.report)}，{len(each.statement.items)} 项" for each in accepted],
        }
        same = {"recorded_at": recorded_at, "actor_id": self._actor.id, "actor_name": self._actor.name}
        of_report: Columns = {"report_id": [each.report.id.bytes for each in accepted], **told}
        imported = {"number": 1, "kind": ReportEntryKind.IMPORTED, **same}
        await self._copy_entries.write(session, of_report, imported, len(accepted))
        of_sample: Columns = {
            "id": uuid7_series(len(accepted)),
            "sample_id": [each.sample.id.bytes for each in accepted],
            "number": [len(each.sample.entries) + 1 for each in accepted],
            **told,
        }
        reported = {"kind": SampleEntryKind.REPORTED, "details": "{}", **same}
        await self._copy_sample_entries.write(session, of_sample, reported, len(accepted))

    async def _copy_items(self, session: AsyncSession, accepted: Sequence[_Accepted]) -> None:
        items = [item for each in accepted for item in each.statement.items]
        judgements = [judgement for each in accepted for judgement in each.assessment.judgements]
        by_field = dict(zip(StatedItem._fields, zip(*items, strict=True), strict=True))
        columns: Columns = {
            "report_id": [each.report.id.bytes for each in accepted for _ in each.statement.items],
            "number": [number for each in accepted for number in range(1, len(each.statement.items) + 1)],
            **{name: by_field[name] for name in _STATED},
            "stated_limits": list(map(_limits_json, by_field["stated_limits"])),
            "verdict": [judgement.verdict for judgement in judgements],
            "reason": [judgement.reason for judgement in judgements],
            "steps": [_steps_json(tuple(judgement.steps)) for judgement in judgements],
            "contradicts": [judgement.contradicts for judgement in judgements],
            "format_fault": [judgement.format_fault or None for judgement in judgements],
            "limit": [_limit(judgement) for judgement in judgements],
        }
        await self._copy_report_items.write(session, columns, {}, len(items))

    async def _run_clocks(self, session: AsyncSession, accepted: Sequence[_Accepted]) -> None:
        """Open the terms by which the conclusions had to be told, and end them and the terms of the reports."""
        testing = await repository.running_report_terms(session, [each.sample.id for each in accepted])
        told, tested = [], []
        for each in accepted:
            evidence = f"检验报告 {_number(each.report)}"
            concluded_at = _moment(each.report.concluded_at)
            opening = reporting_from(each.report, each.sample, concluded_at)
            told.append(Passed(opening, _moment(each.report.issued_at), evidence))
            if each.sample.id in testing:
                tested.append(Meeting(testing[each.sample.id], concluded_at, evidence))
        await open_met_clocks(session, told, actor=self._actor)
        await meet_clocks(session, tested, actor=self._actor)


def _of_another(statement: Statement, registered: Mapping[str, str | None]) -> Taken | None:
    """The refusal of a report whose rows name another food or party than its sample's."""
    for claim, message in faults_of(statement.claims, registered):
        error = FieldError(
            pointer=f"/{claim.column}", message=message, code="other_sample", row=claim.row, column=LABELS[claim.column]
        )
        return Taken(statement, RowOutcome.REJECTED, None, error)
    return None


def _answer(statement: Statement, sample: Sample, latest: Latest | None) -> Taken | None:
    """Why a report is not taken in, None when nothing is against it."""
    if latest is not None and latest.state is not ReportState.RETURNED:
        if latest.content_hash == statement.content_hash:
            message = "这份报告已收下，内容相同"
            return Taken(statement, RowOutcome.DUPLICATE, latest.id, _error(statement, message, "duplicate"))
        if latest.state.is_in_laboratory:
            return _refused(statement, "检验机构正在平台上填报这份样品的报告，请在平台上办理", "under_way")
        return _refused(statement, "已有报送的检验报告，内容与此不同；要更正的，请先由主管部门退回", "issued")
    if sample.state is not SampleState.RECEIVED:
        return _refused(statement, how_to_mend(sample.state), "state")
    if sample.received_at is not None and statement.report_date < day_of(sample.received_at):
        message = f"报告日期 {statement.report_date} 早于检验机构接收样品之日 {day_of(sample.received_at)}"
        return _refused(statement, message, "order", "report_date")
    return None


def _refused(statement: Statement, message: str, code: str, column: str = "sample") -> Taken:
    return Taken(statement, RowOutcome.REJECTED, None, _error(statement, message, code, column))


def _error(statement: Statement, message: str, code: str, column: str = "sample") -> FieldError:
    row = statement.group.rows[0].number
    return FieldError(pointer=f"/{column}", message=message, code=code, row=row, column=LABELS[column])


def _concluded_at(statement: Statement, sample: Sample, arrived_at: datetime) -> datetime:
    """A file tells the day of the conclusion, not its hour: it counts from the day's end, which wrongs nobody."""
    end = min(start_of_day(statement.report_date) + _DAY - _TICK, arrived_at)
    return end if sample.received_at is None else max(end, sample.received_at)


def _moment(at: datetime | None) -> datetime:
    assert at is not None  # what comes in a file has been concluded and issued
    return at


def _number(report: Report) -> str:
    return report.number or "（未载编号）"


def _limit(judgement: Judgement) -> str | None:
    return _limit_json(judgement.limit) if judgement.limit else None


# A file names few limits, again and again, and they are applied in few ways.
@lru_cache(maxsize=2_000)
def _limit_json(limit: LimitSnapshot) -> str:
    return _json(limit.as_json())


@lru_cache(maxsize=2_000)
def _limits_json(limits: tuple[tuple[str, str], ...]) -> str:
    return _json(dict(limits))


@lru_cache(maxsize=2_000)
def _steps_json(steps: tuple[str, ...]) -> str:
    return _json(steps)
