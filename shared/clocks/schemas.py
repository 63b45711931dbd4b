"""Clocks, rules and the calendar as routes show and take them."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from shared.clocks.rules import ClockRule, ExtensionStep, Suspension
from shared.contracts.clocks import Authority, ClockState, Effect, EntryKind, LengthUnit, StartRule
from shared.contracts.schema import Schema

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
RuleCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,63}$"),
    Field(description="期限代码", examples=["disposal_start"]),
]


class SuspensionSchema(Schema):
    code: RuleCode = Field(examples=["testing"])
    name: Words = Field(description="中止事由", examples=["检验、检测、检疫、鉴定"])


class ExtensionStepSchema(Schema):
    length: int | None = Field(ge=1, description="最多延长多少；null 表示由决定文书写明", examples=[30])
    by: Words = Field(description="由谁决定", examples=["市场监管部门负责人"])


class ClockRuleWrite(Schema):
    """A bureau's version of a rule. Code, authority and the first day in force stand in the path."""

    name: Words = Field(examples=["启动核查处置"])
    trigger: Words = Field(description="从什么时候起算", examples=["收到不合格检验结论"])
    length: int = Field(ge=1, le=10_000, examples=[3])
    unit: LengthUnit = Field(examples=["working_day"])
    start: StartRule = Field(description="当日不计 next_day、当日起算 same_day、即时 instant", examples=["next_day"])
    effect: Effect = Field(description="到期的意义：义务 duty、权利期间 window、最短期间 minimum", examples=["duty"])
    day_ends_at: str = Field(default="24:00", description="最后一日的截止时刻", examples=["24:00"])
    rolls_to_working_day: bool = Field(default=False, description="最后一日逢休息日是否顺延到下一工作日")
    suspensions: list[SuspensionSchema] = Field(default=[], max_length=20, description="可以中止的事由")
    extensions: list[ExtensionStepSchema] = Field(default=[], max_length=10, description="依次允许的延长")
    article: Words = Field(description="依据的文件和条款", examples=["本区核查处置工作规程 第六条"])
    source: Words = Field(description="在哪里读到的", examples=["文件原文"])
    statutory: bool = Field(description="长度是否由法律、法规、规章规定", examples=[False])
    verified: bool = Field(description="长度、单位、起算点已与条文核对", examples=[True])
    counting_verified: bool = Field(description="计算方法（当日是否计入、日终、顺延）已与条文核对", examples=[True])
    valid_to: date | None = Field(default=None, description="最后适用日；长期有效为 null", examples=[None])
    note: Remark = Field(default="", examples=[""])
    reason: Words = Field(description="为什么改", examples=["按本区规程改为 3 个工作日"])

    @model_validator(mode="after")
    def _must_be_countable(self) -> Self:
        self.to_rule("check", Authority.ANY, date.min)
        return self

    def to_rule(self, code: str, authority: Authority, valid_from: date) -> ClockRule:
        """Build the rule. Raises ValueError in Chinese for one that cannot be counted."""
        plain = self.model_dump(exclude={"suspensions", "extensions", "reason"})
        return ClockRule(
            code=code,
            authority=authority,
            valid_from=valid_from,
            suspensions=tuple(Suspension(item.code, item.name) for item in self.suspensions),
            extensions=tuple(ExtensionStep(step.length, step.by) for step in self.extensions),
            **plain,
        )


class ClockRuleRead(Schema):
    """One dated version of a rule. ``verified`` false must be shown as 未核对."""

    code: str = Field(examples=["retest_application"])
    authority: Authority
    valid_from: date
    valid_to: date | None
    version: int
    name: str = Field(examples=["申请复检"])
    trigger: str = Field(examples=["收到检验结论"])
    length: int
    unit: LengthUnit
    start: StartRule
    effect: Effect
    day_ends_at: str = Field(examples=["24:00"])
    rolls_to_working_day: bool
    suspensions: list[SuspensionSchema]
    extensions: list[ExtensionStepSchema]
    article: str = Field(examples=["食品安全法 第八十八条第一款"])
    source: str = Field(examples=["已读条文"])
    statutory: bool
    verified: bool
    counting_verified: bool
    note: str = Field(examples=[""])
    origin: str = Field(description="seed 随系统提供，bureau 本单位改写", examples=["seed"])
    reason: str = Field(examples=[""])
    recorded_at: datetime


class RemainingRead(Schema):
    """What is left, in whole units and seconds, never negative; after the end, how far over."""

    words: str = Field(examples=["还剩 3 个工作日"])
    count: int
    unit: LengthUnit
    seconds: int
    ended: bool
    paused: bool


class ClockRead(Schema):
    """A clock on an object. ``due_at`` is null while it stands still; ``remaining`` is null once it is closed."""

    id: UUID
    code: str = Field(examples=["retest_application"])
    name: str = Field(examples=["申请复检"])
    article: str = Field(examples=["食品安全法 第八十八条第一款"])
    authority: Authority
    effect: Effect
    statutory: bool
    verified: bool
    object_type: str = Field(examples=["sample"])
    object_id: UUID
    region_code: str = Field(examples=["330203000000"])
    title: str = Field(examples=["（演示）豇豆抽检"])
    triggered_at: datetime
    due_at: datetime | None
    provisional: bool = Field(description="途经的年份尚未公布放假安排，届时重算")
    state: ClockState
    overdue: bool
    late: bool = Field(description="办结但已超期")
    closed_at: datetime | None
    remaining: RemainingRead | None
    version: int


class ClockEntryRead(Schema):
    """One thing that happened to a clock."""

    number: int
    kind: EntryKind
    at: datetime
    recorded_at: datetime
    due_at: datetime | None
    provisional: bool
    length: int | None
    reason: str = Field(examples=[""])
    evidence: str = Field(examples=["检验结论通知书"])
    actor_name: str = Field(examples=["系统"])


class ClockDetail(ClockRead):
    """A clock with the rule it was opened under and its whole history."""

    rule: ClockRuleRead
    entries: list[ClockEntryRead]


class CalendarDaySchema(Schema):
    day: date = Field(examples=["2027-01-01"])
    working: bool = Field(description="true 调休上班，false 放假", examples=[False])
    name: Words = Field(description="哪个节日", examples=["元旦"])


class CalendarYearWrite(Schema):
    """A year's holiday notice: only its days off and make-up workdays, weekends that stay weekends are not named."""

    source: Words = Field(examples=["国务院办公厅关于 2027 年部分节假日安排的通知"])
    document_number: Remark = Field(default="", description="文号", examples=[""])
    issued_on: date | None = Field(default=None, description="印发日期")
    days: list[CalendarDaySchema] = Field(min_length=1, max_length=120)


class CalendarYearRead(Schema):
    """A year's calendar. Version 0 means that no notice is loaded and days are counted by weekday, provisionally."""

    year: int = Field(examples=[2027])
    version: int
    published: bool
    source: str = Field(examples=["国务院办公厅关于 2027 年部分节假日安排的通知"])
    document_number: str = Field(examples=[""])
    issued_on: date | None
    loaded_at: datetime | None
    working_days: int = Field(description="全年工作日数", examples=[248])
    days: list[CalendarDaySchema]


class CalendarYearLoaded(CalendarYearRead):
    """The notice as stored, and how many clocks it has moved."""

    moved_clocks: int
