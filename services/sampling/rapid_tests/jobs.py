"""Background jobs of rapid tests."""

from functools import partial

from services.sampling.rapid_tests.imports import Import
from services.sampling.rapid_tests.models import RapidTestUpload
from services.sampling.rapid_tests.uploads import IMPORT
from shared.jobs.definition import JobKind
from shared.uploads.jobs import sweep_files, take_in

IMPORT_JOB = JobKind(name=IMPORT, label="导入快检结果", run=partial(take_in, importing=Import))
SWEEP_JOB = JobKind(
    name="sweep_rapid_test_uploads",
    label="清理未收下的上传文件",
    run=partial(sweep_files, model=RapidTestUpload),
    cron="30 3 * * *",
)
