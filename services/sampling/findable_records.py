"""What can be found by a name or number: samples, by their reports too, cases, tasks, whistles, plans, publications."""

from sqlalchemy import Text, cast, false, func, or_, select

from services.sampling.disposals.models import DisposalCase
from services.sampling.disposals.repository import visible_cases
from services.sampling.plans.models import SamplingPlan
from services.sampling.publications.models import Publication
from services.sampling.publications.repository import visible_publications
from services.sampling.reports.models import Report
from services.sampling.reports.repository import visible_reports
from services.sampling.samples.models import Sample
from services.sampling.samples.repository import visible_samples
from services.sampling.samples.scope import sees_whole_regions
from services.sampling.sampling_tasks.models import SamplingTask
from services.sampling.sampling_tasks.repository import visible_tasks
from services.sampling.whistles.models import Whistle
from services.sampling.whistles.repository import visible_whistles
from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor
from shared.record_search.definition import Findable, Found, holds
from shared.regions.scope import within_scope

SAMPLERS_TOO = OFFICIALS | {Role.SAMPLER}


def _samples(words: str, actor: Actor) -> Found:
    """By their own number, food and sampled party; an official finds them by the number of their report too."""
    found = select(
        Sample.id,
        func.coalesce(Sample.number, Sample.food_name),
        func.concat_ws(" · ", Sample.food_name, Sample.sampled_party_name),
    )
    by_itself = holds(words, Sample.number, Sample.food_name, Sample.sampled_party_name)
    reported = visible_reports(select(Report.sample_id), actor).where(holds(words, Report.number))
    by_report = Sample.id.in_(reported) if sees_whole_regions(actor) else false()
    return visible_samples(found.where(or_(by_itself, by_report)), actor)


def _cases(words: str, actor: Actor) -> Found:
    found = select(DisposalCase.id, DisposalCase.party_name, DisposalCase.report_number)
    columns = (DisposalCase.party_name, DisposalCase.food_name, DisposalCase.report_number, DisposalCase.filing_number)
    return visible_cases(found.where(holds(words, *columns)), actor)


def _tasks(words: str, actor: Actor) -> Found:
    found = select(SamplingTask.id, SamplingTask.number, func.coalesce(SamplingTask.business_name, ""))
    return visible_tasks(found.where(holds(words, SamplingTask.number, SamplingTask.business_name)), actor)


def _whistles(words: str, actor: Actor) -> Found:
    found = select(Whistle.id, Whistle.product_name, func.coalesce(Whistle.seller_name, ""))
    return visible_whistles(
        found.where(holds(words, Whistle.product_name, Whistle.seller_name, Whistle.lot_code)), actor
    )


def _plans(words: str, actor: Actor) -> Found:
    found = select(SamplingPlan.id, SamplingPlan.title, cast(SamplingPlan.year, Text))
    return within_scope(found.where(holds(words, SamplingPlan.title)), SamplingPlan.region_code, actor)


def _publications(words: str, actor: Actor) -> Found:
    found = select(Publication.id, Publication.title, Publication.number)
    return visible_publications(found, actor).where(holds(words, Publication.title, Publication.number))


FINDABLES = (
    Findable("samples", "抽样单", SAMPLERS_TOO, _samples),
    Findable("disposal-cases", "核查处置", OFFICIALS, _cases),
    Findable("sampling-tasks", "抽样任务", SAMPLERS_TOO, _tasks),
    Findable("whistles", "快检吹哨", SAMPLERS_TOO, _whistles),
    Findable("sampling-plans", "抽检计划", OFFICIALS, _plans),
    Findable("publications", "结果公布", OFFICIALS, _publications),
)
