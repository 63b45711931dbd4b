"""The exchange workbook of a selection of samples. It holds what the national form holds, and no blind code."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.form_workbooks import repository
from services.sampling.form_workbooks.columns import FORM_COLUMNS, SHEET, cells_of, written
from services.sampling.form_workbooks.intake import form_as_shown
from services.sampling.samples.form import SampleForm
from services.sampling.samples.models import Sample
from services.sampling.samples.personal_data import masked_form, private_fields
from services.sampling.samples.repository import SampleFilter
from shared.http.auth import Actor
from shared.http.problems import InvalidRequest
from shared.personal_data.service import disclose
from shared.tabular.writing import xlsx_file

MOST_ROWS = 5_000


class SelectionTooLarge(InvalidRequest):
    slug, title = "selection-too-large", "选中的样品过多"


async def samples_for(session: AsyncSession, wanted: SampleFilter, actor: Actor) -> list[Sample]:
    """The samples that the workbook is to hold: numbered ones that the actor may see. Raises SelectionTooLarge."""
    samples = await repository.selected_samples(session, wanted, actor, MOST_ROWS)
    if len(samples) > MOST_ROWS:
        count = await repository.count_selected(session, wanted, actor)
        raise SelectionTooLarge(f"选中了 {count} 份，一次最多导出 {MOST_ROWS} 份；请缩小区划或日期的范围")
    return samples


async def disclose_workbook(session: AsyncSession, samples: list[Sample], purpose: str, actor: Actor) -> None:
    """Put on record, with each sample, that its persons leave in a workbook, to whom and why."""
    for sample in samples:
        fields = private_fields(SampleForm.model_validate(sample.form))
        await disclose(session, actor, f"/v1/samples/{sample.id}", purpose, fields)


def workbook_of(samples: list[Sample], *, whole: bool) -> bytes:
    """The workbook, with the national headers; persons masked unless `whole`. Blocking: call it from a thread."""
    header = [f"{column.label}*" if column.required else column.label for column in FORM_COLUMNS]
    rows = ([written(cell) for cell in cells_of(_form(sample, whole=whole))] for sample in samples)
    return xlsx_file(SHEET, header, rows)


def _form(sample: Sample, *, whole: bool) -> SampleForm:
    form = form_as_shown(sample)
    return form if whole else masked_form(form)
