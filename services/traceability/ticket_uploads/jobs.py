"""Background jobs of the files of tickets."""

from functools import partial

from services.traceability.ticket_uploads.imports import TicketImport
from services.traceability.ticket_uploads.models import TicketUpload
from services.traceability.ticket_uploads.service import IMPORT
from shared.jobs.definition import JobKind
from shared.uploads.jobs import sweep_files, take_in

IMPORT_TICKETS = JobKind(name=IMPORT, label="导入票据", run=partial(take_in, importing=TicketImport))
SWEEP_TICKET_FILES = JobKind(
    name="sweep_ticket_uploads",
    label="清理未收下的票据文件",
    run=partial(sweep_files, model=TicketUpload),
    cron="40 3 * * *",
)
