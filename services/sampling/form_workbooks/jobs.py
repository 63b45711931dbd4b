"""Background jobs of workbooks of forms."""

from functools import partial

from services.sampling.form_workbooks.imports import FormImport
from services.sampling.form_workbooks.models import FormUpload
from services.sampling.form_workbooks.uploads import IMPORT
from shared.jobs.definition import JobKind
from shared.uploads.jobs import sweep_files, take_in

IMPORT_FORMS = JobKind(name=IMPORT, label="导入抽样单", run=partial(take_in, importing=FormImport))
SWEEP_FORMS = JobKind(
    name="sweep_form_uploads",
    label="清理未收下的抽样单文件",
    run=partial(sweep_files, model=FormUpload),
    cron="40 3 * * *",
)
