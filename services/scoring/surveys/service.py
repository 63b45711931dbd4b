"""Opening and closing surveys, taking answers, and saying what they come to."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.figures.counting import answered
from services.scoring.surveys import repository
from services.scoring.surveys.models import Survey, SurveyAnswer, SurveyLine
from services.scoring.surveys.problems import AnswerDiffers, UnknownSurvey, refused_at
from services.scoring.surveys.rules import result_of, screened_out, short_of_quota
from services.scoring.surveys.schemas import AnswerPut, MeasureRead, SurveyCreate, SurveyResultRead
from shared.dated_rules.repository import in_force
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


async def open_survey(session: AsyncSession, body: SurveyCreate, actor: Actor) -> Survey:
    await ensure_in_scope(session, actor, body.region_code)
    survey = Survey(
        title=body.title, region_code=body.region_code, plan=body.plan.model_dump(mode="json"), opened_by=actor.id
    )
    session.add(survey)
    await session.flush()
    await session.refresh(survey)
    return survey


async def read_survey(session: AsyncSession, actor: Actor, survey_id: UUID, *, for_update: bool = False) -> Survey:
    survey = await repository.get_survey(session, actor, survey_id, for_update=for_update)
    if survey is None:
        raise UnknownSurvey
    return survey


async def close_survey(session: AsyncSession, actor: Actor, survey_id: UUID, version: int) -> Survey:
    survey = await read_survey(session, actor, survey_id, for_update=True)
    ensure_version(survey, version)
    survey.close(now())
    await session.flush()
    return survey


async def take_answer(
    session: AsyncSession, actor: Actor, survey_id: UUID, answer_id: UUID, body: AnswerPut
) -> SurveyAnswer:
    """Keep an answer, counted or not; the same sent again is taken for what it is, even after the closing.

    Raises InvalidRequest for a stratum, question or option that the plan does not have, AnswerDiffers, SurveyClosed.
    """
    return await keep(session, await read_survey(session, actor, survey_id, for_update=True), answer_id, body, actor.id)


async def keep(
    session: AsyncSession,
    survey: Survey,
    answer_id: UUID,
    body: AnswerPut,
    recorded_by: UUID,
    *,
    link_id: UUID | None = None,
) -> SurveyAnswer:
    """Keep an answer of a survey (held for a change), as `take_answer` says."""
    known = await session.get(SurveyAnswer, answer_id)
    if known is None:
        survey.ensure_open()
        values = {
            "id": answer_id,
            "survey_id": survey.id,
            "link_id": link_id,
            "recorded_by": recorded_by,
            "screened_out": _checked(survey, body),
        }
        known = await repository.keep_answer(session, {**values, **body.model_dump()})
        await answered(session, survey, known)
    sent = {name: getattr(known, name) for name in AnswerPut.model_fields}
    if (known.survey_id, known.link_id) != (survey.id, link_id) or sent != body.model_dump():
        raise AnswerDiffers
    return known


async def result(session: AsyncSession, actor: Actor, survey_id: UUID) -> SurveyResultRead:
    """What the answers come to, under the lines of the day on which the survey was opened."""
    survey = await read_survey(session, actor, survey_id)
    plan = survey.content
    lines = {row.measure: row.at_least for row in await in_force(session, SurveyLine, day_of(survey.opened_at))}
    measured = [question for question in plan.questions if question.measure]
    measures = [
        result_of(
            plan,
            question,
            await repository.counts_of(session, survey_id, question.code),
            lines.get(question.measure) if question.measure else None,
        )
        for question in measured
    ]
    by_stratum = await repository.counted_by_stratum(session, survey_id)
    missing = short_of_quota(plan, by_stratum)
    final = survey.closed_at is not None and not missing
    return SurveyResultRead(
        final=final,
        counted=sum(by_stratum.values()),
        screened_out=await repository.screened_out(session, survey_id),
        short_of_quota=missing,
        by_mode=await repository.counted_by_mode(session, survey_id),
        measures=[
            MeasureRead.model_validate(replace(found, reached=found.reached if final else None)) for found in measures
        ],
    )


def _checked(survey: Survey, body: AnswerPut) -> str | None:
    """Why the answer does not count, once everything in it is known to the plan."""
    plan = survey.content
    if body.stratum not in {stratum.code for stratum in plan.strata}:
        strata = "、".join(stratum.code for stratum in plan.strata)
        raise refused_at("/stratum", f"没有“{body.stratum}”这一层，可写的有：{strata}", "unknown")
    for code, given in body.answers.items():
        question = plan.question(code)
        if question is None:
            raise refused_at(f"/answers/{code}", f"问卷没有问题 {code}，请删去", "unknown")
        if question.option(given) is None:
            options = "、".join(option.code for option in question.options)
            raise refused_at(f"/answers/{code}", f"没有选项“{given}”，可写的有：{options}", "unknown")
    return screened_out(plan, body.answers, age=body.age, months_resident=body.months_resident, seconds=body.seconds)
