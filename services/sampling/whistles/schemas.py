"""What callers send and get about whistles and statutory sampling tasks."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.sampling.statutory_tasks.schemas import TaskRead
from shared.clocks.schemas import ClockRead
from shared.contracts.sampling import (
    Method,
    ObjectionState,
    StopSaleState,
    Verdict,
    WhistleEntryKind,
    WhistleOutcome,
    WhistleState,
)
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class Step(Schema):
    """What every step carries: when it counts, words, and where the evidence is."""

    at: AwareDatetime | None = Field(default=None, description="何时发生；不填为现在，不能在将来", examples=[None])
    note: Words = Field(default="", max_length=2000, description="说明", examples=["现场告知，本人签收"])
    evidence: list[Words] = Field(
        default=[], max_length=20, description="证据：文书号、照片或附件编号", examples=[["告知书 演示-001"]]
    )


class NoticeStep(Step):
    """The seller received the result; `at` is when. The window to contest is counted from then.

    Said once; an officer may correct it, with the reason in `note`.
    """


class ObjectionStep(Step):
    at: AwareDatetime | None = Field(
        default=None,
        description="以登记时为准，不填；只有检查、办案、食安办人员补记更早递交的书面申请时填，并附证据",
        examples=[None],
    )
    note: Words = Field(
        min_length=1, max_length=2000, description="申请复检的理由", examples=["对结果有异议，申请送实验室复检"]
    )


class RepeatStep(Step):
    verdict: Verdict = Field(description="复测结果；不论阴性阳性都不改变结论", examples=["suspected_positive"])


class SampleStep(Step):
    sample_number: Words = Field(min_length=1, max_length=64, description="抽样单编号", examples=["XBJ26330203000001"])
    same_lot: bool = Field(
        description="样品是否取自停售的同一批；否则为同一销售者的同种产品（非同批）", examples=[True]
    )


class OutcomeStep(Step):
    outcome: WhistleOutcome = Field(examples=["confirmed"])
    note: Words = Field(
        min_length=1, max_length=2000, description="依据：检验报告，或为何无法复核", examples=["检验报告 演示-002"]
    )


class DisposalStep(Step):
    quantity: Decimal = Field(
        ge=0, max_digits=14, decimal_places=4, description="销毁数量；已无存货为 0", examples=["12.5"]
    )
    unit: Words = Field(min_length=1, max_length=20, description="单位，与停售数量一致", examples=["kg"])
    note: Words = Field(
        min_length=1, max_length=2000, description="怎样处置；数量为 0 时写明货物去向", examples=["粉碎后深埋"]
    )


class EntryRead(Schema):
    number: int
    kind: WhistleEntryKind
    label: str = Field(examples=["监督抽检抽样送检"])
    at: datetime
    recorded_at: datetime
    actor_name: str = Field(examples=["系统"])
    note: str = Field(examples=[""])
    evidence: list[str]
    quantity: Decimal | None
    verdict: Verdict | None


class WhistleSummary(Schema):
    id: UUID
    version: int
    state: WhistleState
    rapid_test_id: UUID
    site_id: UUID
    region_code: str = Field(examples=["330203001000"])
    stall_number: str | None
    seller_business_id: UUID | None
    seller_uscc: str | None
    seller_name: str | None
    product_name: str = Field(examples=["菠菜"])
    item_code: str = Field(examples=["pesticide_residue"])
    item_name: str = Field(examples=["农药残留（有机磷和氨基甲酸酯类）"])
    banned: bool
    method: Method | None
    lot_code: str | None
    tested_at: datetime
    blown_at: datetime
    held_quantity: Decimal | None = Field(description="停售数量；未知为 null，不是零", examples=["20"])
    unit: str | None = Field(examples=["kg"])
    told_at: datetime | None
    objection: ObjectionState
    same_lot: bool | None
    outcome: WhistleOutcome | None
    concluded_at: datetime | None
    destroyed_quantity: Decimal | None
    stop_sale: StopSaleState
    stop_sale_lifted_at: datetime | None
    closed_at: datetime | None
    task: TaskRead


class ProposalRead(Schema):
    """What the statutory sample suggests. The officer decides."""

    outcome: WhistleOutcome
    reason: str = Field(examples=["抽样单 XBJ26330203000001（同批）检验结论：合格"])
    sample_id: UUID
    sample_number: str = Field(examples=["XBJ26330203000001"])


class WhistleRead(WhistleSummary):
    proposal: ProposalRead | None = Field(
        description="按监督抽检结论建议的吹哨结论，只给检查、办案、食安办人员看；没有结论或已作结论为 null"
    )
    clocks: list[ClockRead]
    entries: list[EntryRead]
