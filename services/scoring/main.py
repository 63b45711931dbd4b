"""评价."""

from services.scoring.assessments.router import router as assessments
from services.scoring.assessments.seed import seed_assessment_rules
from services.scoring.assessments.targets.router import router as targets
from services.scoring.credit.grades.jobs import GRADE_CREDIT
from services.scoring.credit.grades.router import router as credit_grades
from services.scoring.credit.grades.seed import seed_credit_grade_rules
from services.scoring.credit.router import router as credit
from services.scoring.credit.subscribers import (
    on_business,
    on_disposal_closed,
    on_rapid_test_failed,
    on_sample_concluded,
    on_whistle_closed,
)
from services.scoring.database import Base
from services.scoring.evaluation_scores.router import router as evaluation_scores
from services.scoring.evaluation_stages.router import router as evaluation_stages
from services.scoring.evaluation_tasks.jobs import REMIND_OF_TASKS
from services.scoring.evaluation_tasks.router import router as evaluation_tasks
from services.scoring.evaluations.router import router as evaluations
from services.scoring.evidence.router import router as evidence
from services.scoring.exported_lists import EXPORTS
from services.scoring.figures.definitions import FIGURES
from services.scoring.findable_records import FINDABLES
from services.scoring.improvements.router import router as improvements
from services.scoring.indicators.router import router as indicators
from services.scoring.indices.router import router as indices
from services.scoring.indices.seed import seed_index_rules
from services.scoring.lists.router import router as lists
from services.scoring.lists.seed import seed_list_rules
from services.scoring.rescorings.jobs import RESCORE_EVALUATIONS
from services.scoring.rescorings.router import router as rescorings
from services.scoring.schemes.router import router as schemes
from services.scoring.schemes.seed import seed_scoring_schemes
from services.scoring.self_reports.router import router as self_reports
from services.scoring.self_reports.seed import seed_report_templates
from services.scoring.settings import Settings
from services.scoring.site_checks.router import router as site_checks
from services.scoring.site_checks.seed import seed_site_town_rules
from services.scoring.surveys.links.router import router as survey_links
from services.scoring.surveys.router import router as surveys
from services.scoring.surveys.seed import seed_survey_lines
from services.scoring.trials.router import router as trials
from shared.app import Service, create_app
from shared.clocks.sweep import SWEEP
from shared.contracts.codes import Unit
from shared.contracts.inspection import BusinessChanged, BusinessMerged, BusinessMergeUndone, BusinessRegistered
from shared.contracts.sampling import RapidTestFailed, WhistleClosed
from shared.contracts.statutory_sampling import DisposalClosed, SampleConcluded
from shared.regions.subscribers import SUBSCRIBERS as REGION_SUBSCRIBERS

service = Service(
    unit=Unit.SCORING,
    title="评价",
    settings=Settings,
    metadata=Base.metadata,
    routers=[
        credit,
        credit_grades,
        schemes,
        trials,
        evaluations,
        evaluation_stages,
        evaluation_scores,
        evaluation_tasks,
        evidence,
        improvements,
        indicators,
        rescorings,
        self_reports,
        lists,
        surveys,
        survey_links,
        site_checks,
        assessments,
        targets,
        indices,
    ],
    subscribers={
        **REGION_SUBSCRIBERS,
        BusinessRegistered.type: on_business,
        BusinessChanged.type: on_business,
        BusinessMerged.type: on_business,
        BusinessMergeUndone.type: on_business,
        RapidTestFailed.type: on_rapid_test_failed,
        WhistleClosed.type: on_whistle_closed,
        SampleConcluded.type: on_sample_concluded,
        DisposalClosed.type: on_disposal_closed,
    },
    jobs=[SWEEP, REMIND_OF_TASKS, RESCORE_EVALUATIONS, GRADE_CREDIT],
    figures=FIGURES,
    findables=FINDABLES,
    exports=EXPORTS,
    seeds=[
        seed_scoring_schemes,
        seed_credit_grade_rules,
        seed_list_rules,
        seed_survey_lines,
        seed_site_town_rules,
        seed_assessment_rules,
        seed_index_rules,
        seed_report_templates,
    ],
)

app = create_app(service)
