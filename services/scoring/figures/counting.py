"""Feeding the figures of evaluations, lists, credit and surveys: each fact, its rows and deltas in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.credit.grades.models import CreditAccount
from services.scoring.evaluation_tasks.models import EvaluationTask
from services.scoring.evaluations.models import Evaluation
from services.scoring.evidence.models import EvidenceFile
from services.scoring.figures.models import ScoringCount
from services.scoring.lists.models import Listing, ListRound
from services.scoring.surveys.content import Measure
from services.scoring.surveys.models import Survey, SurveyAnswer
from shared.contracts.evaluations import EvidenceState, Stage, TaskState
from shared.contracts.scoring import CreditGrade
from shared.figures.service import Change, record
from shared.times import day_of, now

TASKS_DONE = "scoring.tasks_done_rate"
EVIDENCE_ACCEPTED = "scoring.evidence_accepted_rate"
EVALUATIONS_PASSED = "scoring.evaluations_passed_rate"
LISTS_PUBLISHED = "scoring.lists_published"
ON_GOOD_LISTS = "scoring.favourably_listed"
ON_BAD_LISTS = "scoring.unfavourably_listed"
CREDIT_A = "scoring.credit_a_rate"
CREDIT_D = "scoring.credit_d_rate"
SURVEYED = {measure: f"scoring.survey_{measure.value}_rate" for measure in Measure}


@dataclass(frozen=True, slots=True)
class Fact:
    """What is counted, and where it can be read."""

    label: str
    region_code: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """What a fact adds to a figure on a day."""

    figure: str
    day: date
    numerator: int
    denominator: int = 0


async def tasks_given(session: AsyncSession, tasks: Sequence[EvaluationTask]) -> None:
    for task in tasks:
        await _add(session, _of_task(task), [Count(TASKS_DONE, day_of(now()), 0, 1)])


async def task_ended(session: AsyncSession, task: EvaluationTask) -> None:
    """Done counts; what was withdrawn counts no more."""
    change = (1, 0) if task.state is TaskState.DONE else (0, -1)
    await _add(session, _of_task(task), [Count(TASKS_DONE, day_of(now()), *change)])


async def evidence_reviewed(session: AsyncSession, evaluation: Evaluation, file: EvidenceFile) -> None:
    """Only of the self-assessment: what examiners gather is theirs until their stage is closed."""
    if file.stage is Stage.SELF:
        fact = Fact(f"{file.clause_code} {file.name}", evaluation.region_code, f"/v1/evaluations/{evaluation.id}")
        accepted = int(file.state is EvidenceState.ACCEPTED)
        await _add(session, fact, [Count(EVIDENCE_ACCEPTED, day_of(now()), accepted, 1)])


async def evaluation_concluded(session: AsyncSession, evaluation: Evaluation) -> None:
    fact = Fact(evaluation.title, evaluation.region_code, f"/v1/evaluations/{evaluation.id}")
    await _add(session, fact, [Count(EVALUATIONS_PASSED, day_of(now()), int(bool(evaluation.passed)), 1)])


async def list_published(session: AsyncSession, held: ListRound, listed: Iterable[Listing]) -> None:
    """One issue of a list, and everybody on it from the first day of the term to the last."""
    fact = Fact(held.title, held.region_code, f"/v1/list-rounds/{held.id}")
    counts = []
    for listing in listed:
        if listing.starts_on is not None and listing.ends_on is not None:
            figure = _of_listing(listing)
            counts = [Count(LISTS_PUBLISHED, listing.starts_on, 1)]
            on = [Count(figure, listing.starts_on, 1), Count(figure, listing.ends_on, -1)]
            await _add(session, _fact_of(listing), on)
    await _add(session, fact, counts)


async def left_list(session: AsyncSession, listing: Listing) -> None:
    """Off a list before its term was over: from that day on, instead of from the end."""
    if listing.left_on is not None and listing.ends_on is not None and listing.left_on < listing.ends_on:
        figure = _of_listing(listing)
        off = [Count(figure, listing.left_on, -1), Count(figure, listing.ends_on, 1)]
        await _add(session, _fact_of(listing), off)


async def graded(session: AsyncSession, account: CreditAccount, before: CreditGrade | None) -> None:
    """A business has another grade than before; one without a grade is in no share."""
    after, day = account.grade, day_of(now())
    fact = Fact(account.name, account.region_code, f"/v1/credit-accounts/{account.business_id}")
    under = (after is not None) - (before is not None)
    counts = [
        Count(figure, day, (after is grade) - (before is grade), under)
        for figure, grade in ((CREDIT_A, CreditGrade.A), (CREDIT_D, CreditGrade.D))
    ]
    await _add(session, fact, counts)


async def answered(session: AsyncSession, survey: Survey, answer: SurveyAnswer) -> None:
    """An answer that counts; who cannot say is neither above nor below the line."""
    if answer.screened_out is not None:
        return
    counts = []
    for question in survey.content.questions:
        option = question.option(answer.answers[question.code]) if question.measure else None
        if question.measure is not None and option is not None and option.counts is not None:
            counts.append(Count(SURVEYED[question.measure], day_of(answer.recorded_at), int(option.counts), 1))
    fact = Fact(f"{survey.title}：一份{answer.mode.label}答卷", survey.region_code, f"/v1/surveys/{survey.id}")
    await _add(session, fact, counts)


def _of_task(task: EvaluationTask) -> Fact:
    return Fact(task.title, task.region_code, f"/v1/evaluation-tasks/{task.id}")


def _of_listing(listing: Listing) -> str:
    return ON_GOOD_LISTS if listing.favourable else ON_BAD_LISTS


def _fact_of(listing: Listing) -> Fact:
    return Fact(f"{listing.subject_name} · {listing.entry_label}", listing.region_code, f"/v1/listings/{listing.id}")


async def _add(session: AsyncSession, fact: Fact, counts: Iterable[Count]) -> None:
    rows = [
        ScoringCount(
            figure=count.figure,
            label=fact.label,
            region_code=fact.region_code,
            day=count.day,
            numerator=count.numerator,
            denominator=count.denominator,
            link=fact.link,
        )
        for count in counts
        if count.numerator or count.denominator
    ]
    session.add_all(rows)
    await session.flush()
    await record(
        session, [Change(row.figure, row.region_code, row.day, row.numerator, row.denominator) for row in rows]
    )
