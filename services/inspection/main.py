"""监督检查: the register of food businesses, bulk imports into it, follow-up visits, figures."""

from services.inspection.assignments.jobs import RECOUNT_SUPERVISION
from services.inspection.assignments.router import router as supervision_assignments
from services.inspection.attachments.router import router as attachments
from services.inspection.business_imports.jobs import IMPORT_BUSINESSES
from services.inspection.business_imports.router import router as business_imports
from services.inspection.business_merges.router import router as business_merges
from services.inspection.business_retellings.jobs import RETELL_BUSINESSES
from services.inspection.business_retellings.router import router as business_retellings
from services.inspection.businesses.closures.router import router as business_closures
from services.inspection.businesses.completeness.jobs import COUNT_FILES_ANEW
from services.inspection.businesses.completeness.router import router as completeness
from services.inspection.businesses.completeness.service import seed_requirements
from services.inspection.businesses.credit.subscribers import on_credit_grade_changed
from services.inspection.businesses.personal_data.router import router as business_personal_data
from services.inspection.businesses.persons.router import router as business_persons
from services.inspection.businesses.relations.router import router as business_relations
from services.inspection.businesses.router import router as businesses
from services.inspection.businesses.timeline import subscribers as timeline
from services.inspection.businesses.warnings.router import router as warnings
from services.inspection.businesses.warnings.service import seed_lengths
from services.inspection.case_requests import subscribers as case_request_events
from services.inspection.case_requests.router import router as case_requests
from services.inspection.catering_ratings.router import router as catering_ratings
from services.inspection.checklists.router import router as checklists
from services.inspection.checklists.seed import seed_checklists
from services.inspection.clock_events import on_clock_breached, on_clock_end_withdrawn
from services.inspection.corrections.router import router as corrections
from services.inspection.database import Base
from services.inspection.exported_lists import EXPORTS
from services.inspection.facilities.jobs import RECOUNT_FACILITIES
from services.inspection.facilities.router import router as facilities
from services.inspection.figures.definitions import FIGURES
from services.inspection.figures.duties import DUTY_FIGURES
from services.inspection.figures.facilities import FACILITY_FIGURES
from services.inspection.figures.grid import GRID_FIGURES
from services.inspection.figures.ratings import RATING_FIGURES
from services.inspection.figures.rewards import REWARD_FIGURES
from services.inspection.figures.risk import RISK_FIGURES
from services.inspection.figures.terminal_use import TERMINAL_FIGURES
from services.inspection.findable_records import FINDABLES
from services.inspection.grid.cells.router import router as grid_cells
from services.inspection.grid.coverage.jobs import RECOUNT_COVERAGE
from services.inspection.grid.coverage.router import router as grid_coverage
from services.inspection.grid.dated_rules.router import router as dated_rules
from services.inspection.grid.dated_rules.seed import seed_dated_rules
from services.inspection.grid.handovers.router import router as grid_handovers
from services.inspection.grid.posts.router import router as grid_posts
from services.inspection.hearing import each
from services.inspection.inspection_frequency.router import router as inspection_frequency
from services.inspection.inspection_frequency.seed import seed_planning_rules
from services.inspection.office_standards.router import router as office_records
from services.inspection.overdue_corrections.router import router as overdue_corrections
from services.inspection.paper_checks.router import router as paper_checks
from services.inspection.patrols.clues.router import router as clues
from services.inspection.patrols.clues.subscribers import on_doubt_raised
from services.inspection.patrols.router import router as patrols
from services.inspection.public_results.router import router as public_results
from services.inspection.quarantine.router import router as quarantine
from services.inspection.random_draws.inspectors.router import router as draw_inspectors
from services.inspection.random_draws.public import router as public_draws
from services.inspection.random_draws.router import router as random_draws
from services.inspection.recall_checks.router import router as recall_checks
from services.inspection.recall_checks.subscribers import on_recall_closed, on_recall_opened
from services.inspection.reward_ledger.router import router as rewards
from services.inspection.risk_grades.facts import subscribers as risk_facts
from services.inspection.risk_grades.facts.router import router as risk_facts_and_profiles
from services.inspection.risk_grades.grades.router import router as risk_grades
from services.inspection.risk_grades.replays.router import router as risk_replays
from services.inspection.risk_grades.schemes.router import router as risk_schemes
from services.inspection.risk_grades.schemes.seed import seed_risk_schemes
from services.inspection.risk_grades.standing import subscribers as risk_standing
from services.inspection.settings import Settings
from services.inspection.supervision_letters.router import router as supervision_letters
from services.inspection.supervision_letters.seed import seed_templates
from services.inspection.task_packs.router import router as task_packs
from services.inspection.trainings.exams.router import router as exams
from services.inspection.trainings.jobs import RECOUNT_TRAINING
from services.inspection.trainings.router import router as trainings
from services.inspection.visit_plans.router import router as visit_plans
from services.inspection.visit_priority.router import router as visit_priority
from services.inspection.visit_records.router import router as visit_records
from services.inspection.visits.router import router as visits
from services.inspection.visits.subscribers import on_rapid_test_failed
from shared.app import Service, create_app
from shared.clocks.sweep import SWEEP
from shared.contracts.clocks import BREACHED, END_WITHDRAWN
from shared.contracts.codes import Unit
from shared.contracts.inspection import BusinessChanged, BusinessMerged, BusinessMergeUndone, VisitCompleted
from shared.contracts.sampling import RapidTestFailed, WhistleClosed
from shared.contracts.scoring import CreditGradeChanged
from shared.contracts.statutory_sampling import CaseRequested, DisposalClosed, SampleConcluded
from shared.contracts.traceability import DoubtRaised, LotHeld, LotReleased, RecallClosed, RecallOpened
from shared.regions.subscribers import SUBSCRIBERS as REGION_SUBSCRIBERS

service = Service(
    unit=Unit.INSPECTION,
    title="监督检查",
    settings=Settings,
    metadata=Base.metadata,
    routers=[
        businesses,
        business_persons,
        business_personal_data,
        business_relations,
        business_closures,
        business_merges,
        business_imports,
        business_retellings,
        completeness,
        warnings,
        checklists,
        visits,
        recall_checks,
        case_requests,
        corrections,
        overdue_corrections,
        supervision_letters,
        attachments,
        quarantine,
        visit_records,
        paper_checks,
        risk_schemes,
        risk_facts_and_profiles,
        risk_grades,
        risk_replays,
        inspection_frequency,
        visit_priority,
        visit_plans,
        dated_rules,
        grid_cells,
        grid_posts,
        grid_handovers,
        grid_coverage,
        patrols,
        clues,
        trainings,
        exams,
        supervision_assignments,
        facilities,
        catering_ratings,
        office_records,
        rewards,
        task_packs,
        public_results,
        draw_inspectors,
        random_draws,
        public_draws,
    ],
    subscribers={
        **REGION_SUBSCRIBERS,
        RapidTestFailed.type: each(on_rapid_test_failed, risk_facts.on_rapid_test_failed),
        WhistleClosed.type: each(timeline.on_whistle_closed, risk_facts.on_whistle_closed),
        SampleConcluded.type: each(
            timeline.on_sample_concluded, risk_facts.on_sample_concluded, case_request_events.on_sample_concluded
        ),
        DisposalClosed.type: timeline.on_disposal_closed,
        CaseRequested.type: case_request_events.on_case_requested,
        LotHeld.type: timeline.on_lot_held,
        LotReleased.type: timeline.on_lot_released,
        RecallOpened.type: on_recall_opened,
        RecallClosed.type: on_recall_closed,
        DoubtRaised.type: on_doubt_raised,
        VisitCompleted.type: risk_facts.on_visit_completed,
        CreditGradeChanged.type: on_credit_grade_changed,
        BusinessChanged.type: risk_standing.on_business_changed,
        BusinessMerged.type: risk_standing.on_business_merged,
        BusinessMergeUndone.type: risk_standing.on_business_changed,
        BREACHED[Unit.INSPECTION].type: on_clock_breached,
        END_WITHDRAWN[Unit.INSPECTION].type: on_clock_end_withdrawn,
    },
    jobs=[
        SWEEP,
        IMPORT_BUSINESSES,
        COUNT_FILES_ANEW,
        RECOUNT_COVERAGE,
        RECOUNT_TRAINING,
        RECOUNT_SUPERVISION,
        RECOUNT_FACILITIES,
        RETELL_BUSINESSES,
    ],
    figures=(
        *FIGURES,
        *GRID_FIGURES,
        *DUTY_FIGURES,
        *FACILITY_FIGURES,
        *RATING_FIGURES,
        *REWARD_FIGURES,
        *RISK_FIGURES,
        *TERMINAL_FIGURES,
    ),
    findables=FINDABLES,
    exports=EXPORTS,
    seeds=[
        seed_templates,
        seed_checklists,
        seed_requirements,
        seed_lengths,
        seed_risk_schemes,
        seed_planning_rules,
        seed_dated_rules,
    ],
)

app = create_app(service)
