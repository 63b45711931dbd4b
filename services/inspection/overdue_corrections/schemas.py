"""What the board of overdue corrections gives."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.inspection.corrections.kinds import CorrectionState, CorrectionStep
from shared.contracts.schema import Schema


class LetterAbout(Schema):
    """A letter that names the correction."""

    id: UUID
    label: str = Field(examples=["责任约谈通知书"])
    number: str | None = Field(description="文号；没有签发为 null", examples=["演食安办责约〔2026〕1号"])
    state_label: str = Field(examples=["已送达，待答复"])


class OverdueCorrection(Schema):
    """One correction whose time limit has passed, and what was done about it."""

    id: UUID
    business_id: UUID | None
    party_name: str = Field(examples=["演示小吃店（虚构）"])
    region_code: str = Field(examples=["330203009000"])
    problem: str = Field(examples=["原料直接放在地面（演示）"])
    is_key: bool | None
    state: CorrectionState
    state_label: str = Field(examples=["限期整改中"])
    due_at: datetime = Field(description="整改期限")
    overdue_days: int = Field(description="已逾期多少整日", examples=[12])
    officer_id: UUID | None = Field(description="责令限期的人")
    officer_name: str = Field(examples=["演示检查员（虚构）"])
    escalation: CorrectionStep | None = Field(description="最近一次升级；没有升级为 null")
    escalation_label: str = Field(examples=["升级：责任约谈"])
    escalated_at: datetime | None
    letters: list[LetterAbout]


class TallyRead(Schema):
    """How many are overdue, and how long."""

    total: int = Field(examples=[3])
    bands: list[int] = Field(description="各档件数，档的上界见 band_days，最后一档不封顶", examples=[[1, 2, 0, 0]])
    oldest_days: int = Field(description="最久的已逾期多少整日", examples=[21])


class PlaceTally(TallyRead):
    region_code: str = Field(examples=["330203009000"])


class OfficerTally(TallyRead):
    officer_id: UUID | None
    officer_name: str = Field(examples=["演示检查员（虚构）"])


class OverdueSummary(Schema):
    """The overdue corrections of a region, added up."""

    region_code: str = Field(examples=["330203000000"])
    as_of: datetime
    band_days: list[int] = Field(description="各档的上界（整日，不含）", examples=[[7, 30, 90]])
    everything: TallyRead
    places: list[PlaceTally] = Field(description="直属下级；没有下级的记在本级，最多的在前")
    officers: list[OfficerTally] = Field(description="责令限期的人，最多的在前")
