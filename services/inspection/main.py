"""监督检查: the register of food businesses, bulk imports into it, follow-up visits, figures."""

from services.inspection.attachments.router import router as attachments
from services.inspection.business_imports.jobs import IMPORT_BUSINESSES
from services.inspection.business_imports.router import router as business_imports
from services.inspection.businesses.router import router as businesses
from services.inspection.case_requests.router import router as case_requests
from services.inspection.case_requests.subscribers import on_case_requested
from services.inspection.checklists.router import router as checklists
from services.inspection.checklists.seed import seed_checklists
from services.inspection.clock_events import on_clock_breached, on_clock_end_withdrawn
from services.inspection.corrections.router import router as corrections
from services.inspection.database import Base
from services.inspection.figures.definitions import FIGURES
from services.inspection.quarantine.router import router as quarantine
from services.inspection.settings import Settings
from services.inspection.visit_records.router import router as visit_records
from services.inspection.visits.router import router as visits
from services.inspection.visits.subscribers import on_rapid_test_failed
from shared.app import Service, create_app
from shared.clocks.sweep import SWEEP
from shared.contracts.clocks import BREACHED, END_WITHDRAWN
from shared.contracts.codes import Unit
from shared.contracts.sampling import RapidTestFailed
from shared.contracts.statutory_sampling import CaseRequested
from shared.regions.subscribers import SUBSCRIBERS as REGION_SUBSCRIBERS

service = Service(
    unit=Unit.INSPECTION,
    title="监督检查",
    settings=Settings,
    metadata=Base.metadata,
    routers=[
        businesses,
        business_imports,
        checklists,
        visits,
        case_requests,
        corrections,
        attachments,
        quarantine,
        visit_records,
    ],
    subscribers={
        **REGION_SUBSCRIBERS,
        RapidTestFailed.type: on_rapid_test_failed,
        CaseRequested.type: on_case_requested,
        BREACHED[Unit.INSPECTION].type: on_clock_breached,
        END_WITHDRAWN[Unit.INSPECTION].type: on_clock_end_withdrawn,
    },
    jobs=[SWEEP, IMPORT_BUSINESSES],
    figures=FIGURES,
    seeds=[seed_checklists],
)

app = create_app(service)
