"""What callers and whoever fills in a questionnaire send and get."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.scoring.scheme_language.rule_kinds import Code
from shared.contracts.schema import Schema


class SurveyLinkCreate(Schema):
    stratum: Code | None = Field(default=None, description="发给哪一层；不写的由填的人自己选", examples=["urban"])
    most_answers: Annotated[int, Field(ge=1, le=100_000, description="最多收几份", examples=[700])]
    closes_at: AwareDatetime = Field(description="收到什么时候", examples=["2026-12-31T18:00:00+08:00"])


class SurveyLinkRead(Schema):
    id: UUID
    stratum: str | None
    most_answers: int
    answers: int = Field(description="已收几份，不计入的也在内")
    closes_at: datetime
    made_at: datetime


class SurveyLinkMade(SurveyLinkRead):
    token: str = Field(description="只在这里给出一次；网页在 /surveys/ 加上它")


class PublicOption(Schema):
    code: str
    label: str


class PublicQuestion(Schema):
    code: str
    text: str
    options: list[PublicOption]


class PublicSurvey(Schema):
    """A questionnaire without what would tell how answers count. `strata` is empty where the link says the stratum."""

    title: str = Field(examples=["食品安全满意度调查（演示）"])
    questionnaire: str = Field(examples=["demo"])
    questions: list[PublicQuestion] = Field(
        examples=[[{"code": "overall", "text": "总的来说满意吗", "options": [{"code": "yes", "label": "满意"}]}]]
    )
    strata: list[PublicOption] = Field(examples=[[{"code": "urban", "label": "城区"}]])


class PublicAnswerPut(Schema):
    stratum: Code | None = Field(default=None, examples=[None])
    age: Annotated[int, Field(ge=0, le=130, examples=[42])]
    months_resident: Annotated[int, Field(ge=0, le=1600, examples=[120])]
    answers: Annotated[dict[Code, Code], Field(max_length=60)] = Field(examples=[{"overall": "yes"}])


class PublicAnswerKept(Schema):
    """That it was kept; whether it counts is not told, so that nobody learns how to make it count."""

    id: UUID
