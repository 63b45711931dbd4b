"""Doubts as they cross the boundary."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from services.traceability.code_scans.schemas import Scanned
from shared.contracts.inspection import ClueOutcome, ClueState
from shared.contracts.schema import Schema
from shared.contracts.words import Words, personal_number_in


def _of_nobody(text: str) -> str:
    if found := personal_number_in(text):
        raise ValueError(f"像有{found}，请删去；这里不收个人信息，凭回执号就能查办理结果")
    return text


class DoubtCreate(Schema):
    """What a consumer doubts. Nothing about himself is asked, and nothing is kept."""

    code: Scanned
    what: Annotated[Words, AfterValidator(_of_nobody)] = Field(
        min_length=4, max_length=500, description="哪里有疑问", examples=["包装上的生产日期比这里登记的晚（演示）"]
    )
    place: Annotated[Words, AfterValidator(_of_nobody)] = Field(
        default="", max_length=100, description="在哪里买到；可以不写", examples=["演示路菜场（虚构）"]
    )


class DoubtRead(Schema):
    """How a doubt stands, for whoever has its receipt."""

    receipt: str = Field(description="回执号，凭它查结果；丢了无法补", examples=["7K3M-9QXZ-21HD-5TCJ"])
    code_text: str = Field(examples=["(01)09520123456788(10)L1"])
    name: str = Field(examples=["演示鲜牛奶（虚构）"])
    what: str
    raised_at: datetime
    state: ClueState
    state_label: str = Field(examples=["待办理"])
    outcome: ClueOutcome | None
    outcome_label: str | None = Field(examples=[None])
    answer: str = Field(description="监管人员的答复", examples=[""])
    changed_at: datetime | None = Field(description="最近一次有进展的时间")
