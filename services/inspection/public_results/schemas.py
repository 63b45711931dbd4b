"""Published results as everybody reads them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from services.inspection.visit_records.kinds import VisitKind
from shared.contracts.inspection import BusinessKind, BusinessStatus
from shared.contracts.schema import Schema


class WithheldRead(Schema):
    what: str = Field(examples=["检查人员、当事人和见证人的姓名"])
    why: str = Field(examples=["属于个人信息"])


class FailedItem(Schema):
    """An item that was not in order, in the words of the checklist."""

    number: str = Field(examples=["3"])
    text: str | None = Field(description="条目原文；平台上没有所用要点表的为 null")
    key: bool | None = Field(description="是否重点项目")
    corrected_on: date | None = Field(description="整改完成并经确认的日期；没有的为 null")


class EarlierResult(Schema):
    """The result as it was published before it was corrected."""

    published_on: date
    verdict: str | None = Field(examples=["基本符合"])
    handling: str
    score: Decimal | None
    failed: list[str] = Field(description="当时不符合的条目编号")
    note: str = Field(description="当时更正的原因")


class PublicResult(Schema):
    """One inspection with its published result."""

    record_id: UUID
    kind: VisitKind
    kind_label: str = Field(examples=["日常检查"])
    visited_on: date
    authority_code: str = Field(examples=["330203000000"])
    authority_name: str = Field(description="实施检查的机关所在区划", examples=["海曙区"])
    checklist: str | None = Field(description="所用要点表及版本", examples=["catering-2016 第 1 版"])
    verdict: str | None = Field(description="结论；没有使用要点表、不能判定的为 null", examples=["符合"])
    handling: str = Field(examples=["通过"])
    score: Decimal | None = Field(description="折算为百分制的得分；不计分的为 null")
    band: str | None = Field(description="按得分定的等次", examples=["A"])
    failed: list[FailedItem]
    published_on: date
    due_on: date | None = Field(description="公布期限的最后一日")
    note: str = Field(description="更正公布的原因；没有更正的为空")


class PublicResultWithHistory(PublicResult):
    earlier: list[EarlierResult] = Field(description="更正以前公布过的，先公布的在前")


class PublicBusiness(Schema):
    """What everybody may know of a business."""

    id: UUID
    name: str = Field(examples=["演示食品店（虚构）"])
    uscc: str | None = Field(description="统一社会信用代码", examples=["91330203MA0000000W"])
    kind: BusinessKind
    kind_label: str = Field(examples=["食品销售"])
    status: BusinessStatus
    status_label: str = Field(examples=["在营"])
    region_code: str = Field(examples=["330203009000"])
    address: str | None = Field(description="地址；摊贩、种植养殖户不公布", examples=["演示路 1 号"])


class BusinessWithResults(PublicBusiness):
    results: list[PublicResultWithHistory] = Field(description="最近四次，最近的在前")
    older_results: int = Field(description="此外还公布过几次；全部见开放数据")


class OpenData(Schema):
    """What stands above every answer of open data."""

    licence: str = Field(description="使用许可，由发布机关声明", examples=["发布机关尚未声明使用许可"])
    publisher: str = Field(description="发布机关与联系方式", examples=[""])
    as_of: datetime = Field(description="截至这一刻")
    withheld: list[WithheldRead] = Field(description="不公布什么，为什么")


class PublicResults(OpenData):
    """The businesses that a number names; one USCC may have several places."""

    businesses: list[BusinessWithResults]


class OpenResult(PublicResult):
    """One publication as a row: a corrected result is another row of the same `record_id`."""

    id: UUID
    current: bool = Field(description="现行的；更正以后的旧结果为 false")
    business: PublicBusiness


class OpenResults(OpenData):
    items: list[OpenResult]
    next_cursor: str | None = Field(description="下一页的游标；没有下一页时为 null")
