"""抽检快检: test sites, devices, items, rapid tests, whistles, statutory sampling tasks, figures."""

from services.sampling.allocation.router import router as allocation
from services.sampling.allocation.seed import seed_caps
from services.sampling.assignment_draws.router import router as assignment_draws
from services.sampling.capacity.router import router as capacity
from services.sampling.clock_events import on_clock
from services.sampling.database import Base
from services.sampling.devices.router import router as devices
from services.sampling.disposal_recalls.subscribers import on_recall_closed, on_recall_opened
from services.sampling.disposals.router import router as disposals
from services.sampling.disposals.seed import seed_requirements
from services.sampling.exported_lists import EXPORTS
from services.sampling.figures.capacity import FIGURES as CAPACITY_FIGURES
from services.sampling.figures.definitions import FIGURES
from services.sampling.figures.disposals import FIGURES as DISPOSAL_FIGURES
from services.sampling.figures.plans import FIGURES as PLAN_FIGURES
from services.sampling.figures.reports import FIGURES as REPORT_FIGURES
from services.sampling.findable_records import FINDABLES
from services.sampling.food_categories.router import router as food_categories
from services.sampling.food_categories.seed import seed_categories
from services.sampling.form_workbooks.jobs import IMPORT_FORMS, SWEEP_FORMS
from services.sampling.form_workbooks.router import router as form_workbooks
from services.sampling.laboratories.router import router as laboratories
from services.sampling.laboratory_assignments.router import router as laboratory_assignments
from services.sampling.laboratory_desk.router import router as laboratory_desk
from services.sampling.limits.router import router as limits
from services.sampling.limits.seed import seed_limits
from services.sampling.no_retest_items.router import router as no_retest_items
from services.sampling.no_retest_items.seed import seed_no_retest_items
from services.sampling.objections.router import router as objections
from services.sampling.plans.coverage.jobs import REFRESH_COVERAGE
from services.sampling.plans.router import router as plans
from services.sampling.public_lot_tests.router import router as public_lot_tests
from services.sampling.publications.router import router as publications
from services.sampling.rapid_tests.jobs import IMPORT_JOB, SWEEP_JOB
from services.sampling.rapid_tests.router import router as rapid_tests
from services.sampling.reports.router import router as reports
from services.sampling.reports.seed import seed_serious_rules
from services.sampling.result_imports.jobs import IMPORT_JOB as IMPORT_RESULTS
from services.sampling.result_imports.jobs import SWEEP_JOB as SWEEP_RESULTS
from services.sampling.result_imports.router import router as result_imports
from services.sampling.retests.router import router as retests
from services.sampling.samplers.router import router as samplers
from services.sampling.samples.router import router as samples
from services.sampling.sampling_day_bounds.router import router as sampling_day_bounds
from services.sampling.sampling_day_bounds.seed import seed_sampling_day_bounds
from services.sampling.sampling_tasks.router import router as sampling_tasks
from services.sampling.separation import service as _separation  # noqa: F401 (tables of the metadata)
from services.sampling.settings import Settings
from services.sampling.statutory_tasks.router import router as statutory_tasks
from services.sampling.test_items.router import router as test_items
from services.sampling.test_items.seed import seed_items
from services.sampling.test_sites.router import router as test_sites
from services.sampling.test_sites.subscribers import on_business
from services.sampling.verdicts.router import router as verdicts
from services.sampling.whistles.router import router as whistles
from shared.app import Service, create_app
from shared.clocks.sweep import SWEEP as SWEEP_CLOCKS
from shared.contracts.clocks import BREACHED, END_WITHDRAWN
from shared.contracts.codes import Unit
from shared.contracts.inspection import BusinessChanged, BusinessMerged, BusinessMergeUndone, BusinessRegistered
from shared.contracts.traceability import RecallClosed, RecallOpened
from shared.regions.subscribers import SUBSCRIBERS as REGION_SUBSCRIBERS

service = Service(
    unit=Unit.SAMPLING,
    title="抽检快检",
    settings=Settings,
    metadata=Base.metadata,
    routers=[
        test_sites,
        devices,
        test_items,
        rapid_tests,
        whistles,
        statutory_tasks,
        plans,
        allocation,
        sampling_tasks,
        samples,
        sampling_day_bounds,
        form_workbooks,
        capacity,
        publications,
        public_lot_tests,
        laboratories,
        samplers,
        assignment_draws,
        laboratory_assignments,
        laboratory_desk,
        disposals,
        objections,
        retests,
        no_retest_items,
        food_categories,
        limits,
        verdicts,
        reports,
        result_imports,
    ],
    subscribers={
        **REGION_SUBSCRIBERS,
        BusinessRegistered.type: on_business,
        BusinessChanged.type: on_business,
        BusinessMerged.type: on_business,
        BusinessMergeUndone.type: on_business,
        RecallOpened.type: on_recall_opened,
        RecallClosed.type: on_recall_closed,
        BREACHED[Unit.SAMPLING].type: on_clock,
        END_WITHDRAWN[Unit.SAMPLING].type: on_clock,
    },
    jobs=[
        IMPORT_JOB,
        SWEEP_JOB,
        IMPORT_FORMS,
        SWEEP_FORMS,
        SWEEP_CLOCKS,
        REFRESH_COVERAGE,
        IMPORT_RESULTS,
        SWEEP_RESULTS,
    ],
    figures=(*FIGURES, *CAPACITY_FIGURES, *PLAN_FIGURES, *DISPOSAL_FIGURES, *REPORT_FIGURES),
    findables=FINDABLES,
    exports=EXPORTS,
    seeds=[
        seed_items,
        seed_categories,
        seed_limits,
        seed_caps,
        seed_requirements,
        seed_serious_rules,
        seed_no_retest_items,
        seed_sampling_day_bounds,
    ],
)

app = create_app(service)
