"""Making a report: everything it quotes is read at one time, checked, and frozen with its hash."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation.results import EvaluationResult
from services.scoring.evaluation_scores.models import Scoring
from services.scoring.evaluation_scores.repository import last_scoring
from services.scoring.evaluations.access import evaluation_for
from services.scoring.evaluations.models import Evaluation
from services.scoring.evaluations.problems import refused_at
from services.scoring.evaluations.repository import opinions_of
from services.scoring.evidence.repository import files_of
from services.scoring.indicators.source import FigureSource
from services.scoring.schemes.files import fingerprint
from services.scoring.self_reports import repository
from services.scoring.self_reports.composing import Material, Proof, compose, contradictions, filled
from services.scoring.self_reports.content import CitedFile, ReportContent, TableKind, TableText, TemplateContent
from services.scoring.self_reports.differences import differences
from services.scoring.self_reports.language import CLAUSE, faults_of, names_in, paragraphs_of
from services.scoring.self_reports.models import ReportTemplate, SelfReport
from services.scoring.self_reports.problems import NumbersDisagree, ReportNotFound, TemplateNotFound, errors_of
from services.scoring.self_reports.reading import read_quoted
from services.scoring.self_reports.schemas import ComparedRead, ReportCreate, ReportSummary
from services.scoring.self_reports.tables import opinions_table, scores_table, vetoes_table
from shared.contracts.evaluations import EvidenceState, Stage
from shared.contracts.figures import Period
from shared.http.auth import Actor
from shared.http.problems import InvalidRequest
from shared.ids import uuid7
from shared.regions.repository import get_region
from shared.regions.scope import ensure_in_scope
from shared.times import now


async def add_template(session: AsyncSession, code: str, content: TemplateContent, by: UUID | None) -> ReportTemplate:
    """Record the next version of a template. Raises InvalidRequest with every place that no report could be made of."""
    if faults := faults_of(content):
        raise InvalidRequest(f"有 {len(faults)} 处需要改正", errors=errors_of(faults))
    versions = await repository.versions_of(session, code)
    document = content.model_dump(mode="json", exclude_defaults=True)
    template = ReportTemplate(
        code=code,
        number=len(versions) + 1,
        title=content.title,
        official=content.official,
        document=document,
        sha256=fingerprint(document),
        recorded_by=by,
    )
    session.add(template)
    await session.flush()
    await session.refresh(template)
    return template


async def template_for(session: AsyncSession, code: str, number: int | None) -> ReportTemplate:
    template = await repository.template_of(session, code, number)
    if template is None:
        raise TemplateNotFound("请核对代码和版次")
    return template


async def report_for(session: AsyncSession, report_id: UUID, actor: Actor) -> SelfReport:
    """The report with its document, if the actor may see it."""
    report = await repository.visible_report(session, report_id, actor)
    if report is None:
        raise ReportNotFound("请核对编号；只能查看辖区内的报告")
    return report


async def make(session: AsyncSession, body: ReportCreate, source: FigureSource, actor: Actor) -> SelfReport:
    """Make a report. Raises NumbersDisagree with the places when one quantity would be quoted with two values."""
    await ensure_in_scope(session, actor, body.region_code)
    template = await template_for(session, body.template_code, body.template_number)
    content = template.content
    evaluation, scoring = await _evaluated(session, content, body, actor)
    region = await get_region(session, body.region_code)
    places = {"region": region.name if region else body.region_code, "period": Period.parse(body.period).label}
    reads = await read_quoted(source, content.readings, body.region_code, Period.parse(body.period))
    if faults := contradictions(content, reads):
        raise NumbersDisagree(f"有 {len(faults)} 处不一致", errors=errors_of(faults, "/template"))
    proofs = await _proofs(session, evaluation, scoring)
    tables = await _tables(session, evaluation, scoring, proofs)
    sections, notes = compose(content, Material(reads, places, proofs, tables))
    whole = ReportContent(
        title=filled(content.title, places),
        region_code=body.region_code,
        region_name=places["region"],
        period=body.period,
        as_of=now(),
        template_code=template.code,
        template_number=template.number,
        template_sha256=template.sha256,
        official=content.official,
        source=content.source,
        evaluation_id=evaluation.id if evaluation else None,
        scoring_number=scoring.number if scoring else None,
        scoring_input_sha256=scoring.input_sha256 if scoring else None,
        sections=sections,
        notes=notes,
    )
    return await _frozen(session, template, whole, actor)


async def compare(session: AsyncSession, report_id: UUID, earlier_id: UUID | None, actor: Actor) -> ComparedRead:
    """A report against another one, or against the last before it; against nothing there is no difference."""
    report = await report_for(session, report_id, actor)
    if earlier_id is not None:
        earlier: SelfReport | None = await report_for(session, earlier_id, actor)
    else:
        earlier = await repository.report_before(session, report)
    after = ReportSummary.model_validate(report)
    if earlier is None:
        return ComparedRead(before=None, after=after, numbers=[], sentences=[])
    found = differences(earlier.content, report.content)
    return ComparedRead(
        before=ReportSummary.model_validate(earlier), after=after, numbers=found.numbers, sentences=found.sentences
    )


async def _frozen(session: AsyncSession, template: ReportTemplate, content: ReportContent, actor: Actor) -> SelfReport:
    document: dict[str, Any] = content.model_dump(mode="json")
    sentences = content.sentences
    report = SelfReport(
        id=uuid7(),
        template_id=template.id,
        template_code=template.code,
        template_number=template.number,
        evaluation_id=content.evaluation_id,
        region_code=content.region_code,
        period=content.period,
        title=content.title,
        as_of=content.as_of,
        made_by=actor.id,
        made_by_name=actor.name,
        sentences=len(sentences),
        unproved=sum(not one.evidenced for one in sentences),
        document=document,
        sha256=fingerprint(document),
    )
    session.add(report)
    await session.flush()
    return report


async def _evaluated(
    session: AsyncSession, template: TemplateContent, body: ReportCreate, actor: Actor
) -> tuple[Evaluation | None, Scoring | None]:
    """The evaluation with the last scoring of its self-assessment, which the template may need."""
    if body.evaluation_id is None:
        if _needs_evaluation(template):
            raise refused_at("/evaluation_id", "这份格式要用评价的得分或材料，请写明是哪一次评价", "report")
        return None, None
    evaluation = await evaluation_for(session, body.evaluation_id, actor)
    if evaluation.region_code != body.region_code:
        raise refused_at("/evaluation_id", f"那次评价是区划 {evaluation.region_code} 的，与报告的地区不同", "report")
    scoring = await last_scoring(session, evaluation.id, Stage.SELF)
    if scoring is None:
        raise refused_at("/evaluation_id", "那次评价的自评还没有计分，请先计分", "report")
    return evaluation, scoring


def _needs_evaluation(template: TemplateContent) -> bool:
    cites = any(name.startswith(CLAUSE) for _, text in paragraphs_of(template) for name in names_in(text))
    return cites or any(section.table for section in template.sections)


async def _proofs(session: AsyncSession, evaluation: Evaluation | None, scoring: Scoring | None) -> dict[str, Proof]:
    """The accepted evidence of the self-assessment by clause; what examiners gather is not the examined side's."""
    if evaluation is None or scoring is None:
        return {}
    taken = [
        one
        for one in await files_of(session, evaluation.id)
        if one.state is EvidenceState.ACCEPTED and one.stage is Stage.SELF
    ]
    result = EvaluationResult.model_validate(scoring.result)
    return {
        score.code: Proof(
            score.title,
            [CitedFile(name=one.name, sha256=one.sha256) for one in taken if one.clause_code == score.code],
            f"/api/scoring/v1/evaluations/{evaluation.id}/evidence",
        )
        for score in result.scores
    }


async def _tables(
    session: AsyncSession,
    evaluation: Evaluation | None,
    scoring: Scoring | None,
    proofs: Mapping[str, Proof],
) -> dict[TableKind, TableText]:
    if evaluation is None or scoring is None:
        return {}
    result = EvaluationResult.model_validate(scoring.result)
    return {
        "scores": scores_table(result, proofs),
        "vetoes": vetoes_table(result),
        "opinions": opinions_table(await opinions_of(session, evaluation.id)),
    }
