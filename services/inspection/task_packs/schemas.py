"""What a terminal gets to take along."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from services.inspection.random_draws.codes import DrawPurpose
from services.inspection.visit_records.kinds import VisitKind
from shared.contracts.inspection import BusinessKind, BusinessStatus, CoordinateSystem, LicenceKind
from shared.contracts.schema import Schema


class PackLicence(Schema):
    kind: LicenceKind
    number: str
    valid_to: date | None


class PackPosition(Schema):
    longitude: Decimal
    latitude: Decimal
    coordinate_system: CoordinateSystem


class PackVisit(Schema):
    """A follow-up visit to be made."""

    id: UUID
    target: str = Field(description="回访对象", examples=["演示农贸市场（虚构）A12 号摊位"])
    region_code: str
    product_name: str
    item_name: str
    scheduled_at: datetime
    due_at: datetime


class PackDrawnVisit(Schema):
    """A visit on which the officer himself was sent by a random draw."""

    id: UUID
    version: int
    draw_id: UUID
    purpose: DrawPurpose
    with_whom: list[str] = Field(description="派去的检查人员姓名，上级机关调派的在后")
    user_ids: list[UUID] = Field(description="他们的账号，次序相同")
    scheduled_at: datetime


class PackFailure(Schema):
    number: str = Field(examples=["2"])
    reason: str


class PackFinding(Schema):
    """What an earlier visit found."""

    record_id: UUID
    kind: VisitKind
    kind_label: str = Field(examples=["日常检查"])
    visited_on: date
    authority_code: str
    verdict: str | None
    failed: list[PackFailure]


class PackUncorrected(Schema):
    """A failure whose item the present version no longer has: checked as a correction."""

    version: int
    number: str
    on: date


class PackRepetition(Schema):
    """An item that a higher authority has checked; the first day on which it may be checked again."""

    number: str
    visit_id: UUID
    free_on: date


class PackAsked(Schema):
    """What one checklist asks of the next visit."""

    code: str = Field(description="要点表代码；版本见整包的 checklists")
    must_check: list[str] = Field(description="上次不合格、须复查的条目；照抄到检查记录的 required")
    uncorrected: list[PackUncorrected]
    not_before: list[PackRepetition] = Field(description="上级已检查、三个月内不得重复的条目")


class PackBusiness(Schema):
    """A business with what is known of it and what the next visit has to see to."""

    id: UUID
    version: int
    name: str
    kind: BusinessKind
    status: BusinessStatus
    uscc: str | None
    region_code: str
    address: str
    stall_number: str | None
    position: PackPosition | None
    licences: list[PackLicence]
    open_visits: list[PackVisit]
    drawn_visits: list[PackDrawnVisit] = Field(description="随机抽取派给本人的抽查任务；飞行检查只有派去的人看得到")
    last_findings: list[PackFinding] = Field(description="最近几次检查，最近的在前")
    checklists: list[PackAsked]
    warnings: list[str] = Field(description="出发前须知：疑似重复、三个月内不得重复、须复查", examples=[[]])


class PackChecklist(Schema):
    """The version of a list that is used today; a terminal that has this hash need not fetch it again."""

    code: str
    title: str
    kinds: list[BusinessKind]
    region_code: str | None
    number: int
    version_id: UUID
    sha256: str
    partial: bool
    superseded_on: date | None


class Tombstone(Schema):
    """A business that the terminal may forget, once nothing of it waits to be sent."""

    business_id: UUID
    reason: str = Field(examples=["已迁出管辖区域"])


class TaskPack(Schema):
    """One page. The first page names `next_since`; the terminal keeps it until it has taken in the last page."""

    checklists: list[PackChecklist]
    places: list[PackVisit] = Field(description="没有登记主体的跟进检查；每次都是全部，没有列出的可以删去")
    businesses: list[PackBusiness]
    tombstones: list[Tombstone]
    next_cursor: str | None = Field(description="下一页的游标；没有下一页时为 null")
    next_since: datetime = Field(description="取完全部各页以后，下一次的 changed_since")
