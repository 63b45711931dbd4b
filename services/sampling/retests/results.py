"""What a re-test says: judged by the limits where they are known, final, and told to the applicant."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.models import DisposalCase
from services.sampling.disposals.service import case_for, end_cases
from services.sampling.reports.repository import editions_of
from services.sampling.reports.rules import ReportState
from services.sampling.reports.service import record_overturned
from services.sampling.retests.first_limits import FirstLimit
from services.sampling.retests.models import Retest
from services.sampling.retests.problems import RetestStepRefused, fault
from services.sampling.retests.rules import conclusion_of, overturns
from services.sampling.retests.schemas import ResultStep, RetestedItem
from services.sampling.retests.service import (
    REPORT,
    TELLING,
    begin,
    failed_items,
    finish,
    meet_clock_of,
    open_clock_of,
)
from services.sampling.samples.models import Sample
from services.sampling.samples.service import conclude_anew, facts_of
from services.sampling.verdicts.books import LimitBook
from services.sampling.verdicts.results import read_result
from services.sampling.verdicts.rules import Judgement, Question
from services.sampling.verdicts.service import open_book
from services.sampling.whistles.schemas import Step
from shared.contracts.disposals import CaseEnd, RetestState, RetestStep
from shared.contracts.statutory_sampling import (
    Conclusion,
    ItemVerdict,
    ReportClass,
    SampleConcluded,
    SampleState,
)
from shared.events.outbox import publish
from shared.http.auth import Actor


async def report(session: AsyncSession, retest_id: UUID, body: ResultStep, version: int, actor: Actor) -> Retest:
    """The laboratory's result, which is final. Where the whole sample now passes, its conclusion is replaced (the first
    stays in the history), its cases end, the sale is free again and everybody is told.

    Raises InvalidRequest at an item whose verdict its own numbers contradict, or that nothing supports.
    """
    retest, sample, at = await begin(session, retest_id, body, version, actor)
    if retest.state is not RetestState.TESTING:
        raise RetestStepRefused(f"只有复检中的才能登记复检结论，现在是“{retest.state.label}”")
    if sorted(item.item for item in body.items) != sorted(retest.items):
        raise fault("/items", f"复检项目应与申请的一致，不重不漏：{'、'.join(retest.items)}", "items")
    case = await case_for(session, retest.case_id, actor)
    book, first = await open_book(session), await _first_limits(session, case)
    results = [_judged(book, sample, index, item, first[item.item]) for index, item in enumerate(body.items)]
    conclusion = conclusion_of([ItemVerdict(result["verdict"]) for result in results])
    overturned = overturns(conclusion, [item.item for item in failed_items(case)], retest.items)
    retest.report(body.report_number, results, conclusion, overturned=overturned)
    await meet_clock_of(session, retest, REPORT, at, actor, body.report_number)
    await open_clock_of(session, retest, TELLING, at)
    details = {"conclusion": conclusion.value, "overturned": overturned, "report_number": body.report_number}
    await finish(session, retest, RetestStep.REPORTED, at, body, actor, details=details)
    if overturned:
        await _overturn(session, retest, case, sample, at, actor)
    return retest


async def tell(session: AsyncSession, retest_id: UUID, body: Step, version: int, actor: Actor) -> Retest:
    """The applicant was told the result."""
    retest, _, at = await begin(session, retest_id, body, version, actor)
    retest.tell(at)
    await meet_clock_of(session, retest, TELLING, at, actor, body.note)
    return await finish(session, retest, RetestStep.TOLD, at, body, actor)


async def _overturn(
    session: AsyncSession, retest: Retest, case: DisposalCase, sample: Sample, at: datetime, actor: Actor
) -> None:
    if sample.state is not SampleState.CONCLUDED or sample.conclusion is None:
        raise RetestStepRefused(f"样品现在是“{sample.state.label}”，请先受理检验报告，再登记复检结论")
    before = {
        "before": {"conclusion": sample.conclusion.value, "report_number": case.report_number},
        "retest_id": str(retest.id),
        "report_number": retest.report_number,
    }
    await conclude_anew(session, sample, Conclusion.QUALIFIED, at, actor, **before)
    await record_overturned(session, sample, Conclusion.QUALIFIED, at)
    note = f"复检报告 {retest.report_number}"
    await end_cases(session, sample, CaseEnd.RETEST_QUALIFIED, Conclusion.QUALIFIED, at, note, actor=actor)
    event = SampleConcluded(
        **facts_of(sample),
        conclusion=Conclusion.QUALIFIED,
        report_class=ReportClass.QUALIFIED,
        report_number=retest.report_number or "",
        unqualified_items=[],
        concluded_at=at,
    )
    await publish(session, event, sample.id)


async def _first_limits(session: AsyncSession, case: DisposalCase) -> dict[str, FirstLimit]:
    """By item, what the report that the case stands on was judged by."""
    editions = await editions_of(session, case.sample_id)
    accepted = next((edition for edition in editions if edition.state is ReportState.ACCEPTED), None)
    kept = {item.item: item.limit for item in accepted.items} if accepted else {}
    return {item.item: FirstLimit.of(item.item, item.requirement, kept.get(item.item)) for item in failed_items(case)}


def _judged(book: LimitBook, sample: Sample, index: int, item: RetestedItem, first: FirstLimit) -> dict[str, Any]:
    """An item as it is kept: what was stated, and the verdict that counts with its reason.

    The numbers decide, by the limit of the first report. Where nothing can be judged, the laboratory's word counts,
    with its reason; a word that the numbers contradict is neither. Another requirement than the first report's, or a
    number that its limit cannot be held against, leaves the item undetermined: no word turns that into a pass.
    """
    if not first.allows(item.requirement, item.requirement_unit, item.unit):
        return _by_another_requirement(index, item, first)
    judgement = _ask(book, sample, item, first)
    is_known = judgement.verdict is not ItemVerdict.UNDETERMINED
    if is_known and judgement.verdict is not item.verdict:
        raise fault(
            f"/items/{index}/verdict",
            f"矛盾：报告判定{item.verdict.label}，按数值判定{judgement.verdict.label}（{judgement.reason}）；请与复检机构核对",
            "contradiction",
        )
    if not is_known and item.verdict is not ItemVerdict.UNDETERMINED and not item.because:
        raise fault(
            f"/items/{index}/because",
            f"系统不能判定（{judgement.reason}），请写明复检机构判定{item.verdict.label}的依据",
            "missing",
        )
    is_open = not is_known and first.limit is not None and read_result(item.result).value is not None
    verdict = ItemVerdict.UNDETERMINED if is_open and item.verdict is ItemVerdict.QUALIFIED else item.verdict
    return item.model_dump(mode="json") | {
        "verdict": verdict.value,
        "stated_verdict": item.verdict.value,
        "reason": judgement.reason if is_known or verdict is not item.verdict else item.because or judgement.reason,
        "judged": is_known,
        "steps": list(judgement.steps),
        "limit": judgement.limit.as_json() if judgement.limit else None,
    }


def _by_another_requirement(index: int, item: RetestedItem, first: FirstLimit) -> dict[str, Any]:
    said = f"复检报告所列标准限值“{item.requirement}{item.requirement_unit}”与初检所依据的“{first.words}”不一致"
    if not (item.requirement_because and item.standard_change):
        raise fault(
            f"/items/{index}/requirement",
            f"{said}；请与复检机构核对，确因标准变动的，写明理由（requirement_because）和标准的变动（standard_change）",
            "requirement",
        )
    reason = f"{said}（{item.standard_change}：{item.requirement_because}），据此不能推翻初检结论"
    return item.model_dump(mode="json") | {
        "verdict": ItemVerdict.UNDETERMINED.value,
        "stated_verdict": item.verdict.value,
        "reason": reason,
        "judged": False,
        "steps": [reason],
        "limit": first.limit.as_json() if first.limit else None,
    }


def _ask(book: LimitBook, sample: Sample, item: RetestedItem, first: FirstLimit) -> Judgement:
    question = Question(
        item=item.item,
        result=item.result,
        unit=item.unit,
        method=item.method,
        stated_verdict=item.verdict.label,
    )
    if first.limit is not None:
        return first.judge(question)
    return book.judge(
        question,
        category_code=sample.category_code,
        link=sample.link,
        produced_on=sample.production_date,
        sampled_on=sample.sampled_on,
    )
