"""Background jobs of the import of results."""

from functools import partial

from services.sampling.result_imports.imports import Import
from services.sampling.result_imports.models import ResultUpload
from services.sampling.result_imports.uploads import IMPORT
from shared.jobs.definition import JobKind
from shared.uploads.jobs import sweep_files, take_in

IMPORT_JOB = JobKind(name=IMPORT, label="导入检验结果", run=partial(take_in, importing=Import))
SWEEP_JOB = JobKind(
    name="sweep_result_uploads",
    label="清理未收下的结果文件",
    run=partial(sweep_files, model=ResultUpload),
    cron="40 3 * * *",
)
