"""What becomes of rows of a workbook: a new sample, one that is there already, or back for correction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.form_workbooks import repository
from services.sampling.form_workbooks.columns import EACH, FORM_COLUMNS, cells_of, form_from
from services.sampling.form_workbooks.models import FormUpload
from services.sampling.samples.entry_kinds import SampleEntryKind
from services.sampling.samples.facts import facts_in_form
from services.sampling.samples.form import SampleForm
from services.sampling.samples.models import Sample
from services.sampling.samples.personal_data import masked_form, masked_places
from services.sampling.samples.rules import FEWEST_SAMPLERS
from services.sampling.samples.service import CLOCK_OBJECT, clock_title
from services.sampling.samples.taking import DELIVERY
from services.sampling.sampling_day_bounds.service import earliest_on
from services.sampling.sampling_tasks.repository import counties_of
from shared.clocks.repository import rules_in_force
from shared.clocks.rules import ClockRule, applicable
from shared.clocks.service import Opening, open_clocks
from shared.contracts.clocks import Authority
from shared.contracts.codes import RowOutcome
from shared.contracts.statutory_sampling import SampleState
from shared.http.problems import FieldError
from shared.http.validation_messages import explain
from shared.ids import uuid7
from shared.times import day_of, now, start_of_day

_SHOWN_DIFFERENCES = 5


@dataclass
class Row:
    """One row of the file with what was found out about it."""

    number: int
    cells: Sequence[str]
    values: Mapping[str, Any]
    errors: list[FieldError] = field(default_factory=list)
    form: SampleForm | None = None
    outcome: RowOutcome = RowOutcome.ACCEPTED
    sample_id: UUID | None = None

    def reject(self, path: Sequence[str | int], message: str, code: str) -> None:
        """A fault at a place of the form, said of the column that writes it."""
        names = tuple(EACH if isinstance(part, int) else part for part in path)
        column = next((column for column in FORM_COLUMNS if column.path == names), None)
        pointer = "".join(f"/{part}" for part in names)
        label = column.label if column else None
        self.errors.append(FieldError(pointer=pointer, message=message, code=code, row=self.number, column=label))


class Days(NamedTuple):
    """The days that a form may bear, the first and the last included."""

    first: date
    last: date


class Known:
    """Forms that rows are held against: those on the platform, and those of rows before in the same file."""

    def __init__(self) -> None:
        self._earlier: dict[str, tuple[int, list[str]]] = {}

    async def judge(self, session: AsyncSession, rows: Sequence[Row]) -> None:
        """Say of each row what becomes of it."""
        rules = [row.to_rule() for row in await rules_in_force(session, DELIVERY)]
        today = day_of(now())
        days = Days(await earliest_on(session, today), today)
        for row in rows:
            if not row.errors:
                _read(row, days, rules)
        numbers = {row.form.basics.number for row in rows if row.form and row.form.basics.number}
        stored = await repository.samples_by_number(session, numbers)
        for row in rows:
            if row.form is not None and not row.errors:
                self._compare(row, row.form, stored)
            if row.errors:
                row.outcome = RowOutcome.REJECTED

    def _compare(self, row: Row, form: SampleForm, stored: Mapping[str, Sample]) -> None:
        number, cells = form.basics.number or "", cells_of(form)
        if (sample := stored.get(number)) is not None:
            row.outcome, row.sample_id = RowOutcome.DUPLICATE, sample.id
            kept = form_as_shown(sample)
            if cells != cells_of(masked_form(kept)):  # our own export says the same, its persons masked
                _hold_against(row, cells, cells_of(kept), "平台上已有这个抽样单编号，内容不同")
        elif number in self._earlier:
            earlier, known = self._earlier[number]
            row.outcome = RowOutcome.DUPLICATE
            _hold_against(row, cells, known, f"与第 {earlier} 行的抽样单编号相同，内容不同")
        else:
            self._earlier[number] = (row.number, cells)
            for path in masked_places(form):
                row.reject(path, "遮去了一部分，请写全", "masked")


def form_as_shown(sample: Sample) -> SampleForm:
    """The form with what the task or the platform said in its place."""
    form = SampleForm.model_validate(sample.form)
    said = {
        "number": sample.number,
        "stream": sample.stream,
        "link": sample.link,
        "task_source": sample.task_source or None,
        "sampled_on": sample.sampled_on,
    }
    return form.model_copy(
        update={
            "basics": form.basics.model_copy(update=said),
            "sampled_party": form.sampled_party.model_copy(update={"name": sample.sampled_party_name or None}),
            "goods": form.goods.model_copy(update={"name": sample.food_name or None}),
        }
    )


async def store(session: AsyncSession, upload: FormUpload, rows: Sequence[Row]) -> None:
    """Store the accepted rows as taken samples. The time to deliver each runs from the day on the form."""
    accepted = [row for row in rows if row.outcome is RowOutcome.ACCEPTED]
    if not accepted:
        return
    counties = await counties_of(session, [upload.region_code])
    bureau = counties.get(upload.region_code, upload.region_code)
    samples = []
    for row in accepted:
        assert row.form is not None  # it was judged
        assert row.form.basics.number is not None
        facts = facts_in_form(row.form, None, region_code=upload.region_code, bureau_code=bureau)
        sample = Sample(id=uuid7(), state=SampleState.DRAFT, created_by=upload.uploaded_by, **facts)
        at = start_of_day(sample.sampled_on)
        sample.take(row.form.basics.number, at)
        sample.log(
            SampleEntryKind.IMPORTED,
            at,
            actor_id=upload.uploaded_by,
            actor_name=upload.uploader_name,
            note=f"{upload.file_name} 第 {row.number} 行",
            details={"upload_id": str(upload.id), "row": row.number},
        )
        row.sample_id = sample.id
        samples.append(sample)
    session.add_all(samples)
    await session.flush()
    await open_clocks(session, [_delivery_of(sample) for sample in samples])


def _read(row: Row, days: Days, rules: Sequence[ClockRule]) -> None:
    try:
        row.form = form_from(row.values)
    except ValidationError as error:
        for fault in error.errors():
            row.reject(fault["loc"], explain(fault), str(fault["type"]))
        return
    sampled_on = row.form.basics.sampled_on
    assert sampled_on is not None  # a required column
    if sampled_on > days.last:
        row.reject(("basics", "sampled_on"), f"抽样日期 {sampled_on} 晚于今天 {days.last}，请核对", "day")
    elif sampled_on < days.first:
        message = (
            f"抽样日期 {sampled_on} 过早，不得早于 {days.first}，请核对年份；"
            "确要补录更早的，请食安办先放宽下限（POST /v1/sampling-day-bounds）"
        )
        row.reject(("basics", "sampled_on"), message, "day")
    elif applicable(rules, DELIVERY, Authority.MARKET, start_of_day(sampled_on)) is None:
        row.reject(("basics", "sampled_on"), f"{sampled_on} 没有适用的送样期限规则，请先补录规则或改正日期", "no_rule")
    names = {sampler.name for sampler in row.form.samplers if sampler.name}
    if len(names) < FEWEST_SAMPLERS:
        message = f"抽样人应不少于两人，这里有 {len(names)} 人；几个人之间用顿号隔开"
        row.reject(("samplers", EACH, "name"), message, "samplers")


def _hold_against(row: Row, cells: Sequence[str], known: Sequence[str], beginning: str) -> None:
    """Reject a row that says something else; what it leaves out contradicts nothing."""
    pairs = zip(FORM_COLUMNS, cells, known, strict=True)
    differing = [(column, said, other) for column, said, other in pairs if said and said != other]
    if differing:
        shown = "、".join(
            f"{column.label}（原为“{other}”，这里是“{said}”）" for column, said, other in differing[:_SHOWN_DIFFERENCES]
        )
        row.reject(("basics", "number"), f"{beginning}：{shown}；请核对，要改的请在平台上办理更正", "differs")


def _delivery_of(sample: Sample) -> Opening:
    assert sample.taken_at is not None
    return Opening(
        code=DELIVERY,
        object_type=CLOCK_OBJECT,
        object_id=sample.id,
        region_code=sample.region_code,
        triggered_at=sample.taken_at,
        title=clock_title(sample),
    )
