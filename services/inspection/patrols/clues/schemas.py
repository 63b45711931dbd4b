"""What the routes of clues take and give."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.inspection.grid.cells.schemas import CellCode
from services.inspection.grid.evidence import EXAMPLE_HASH, Evidence
from services.inspection.patrols.clues.codes import ClueEntryKind, ReferralKind
from shared.clocks.schemas import ClockRead
from shared.contracts.inspection import ClueOutcome, ClueState
from shared.contracts.moments import PlausibleMoment
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class ClueFacts(Schema):
    """What was seen."""

    business_id: UUID | None = Field(default=None, description="登记主体；不在档或不详不填", examples=[None])
    place: Words = Field(min_length=1, max_length=200, examples=["演示路 8 号门面（虚构）"])
    what: Words = Field(min_length=2, max_length=2000, description="看到什么", examples=["无证制售糕点（演示）"])
    evidence: Evidence = Field(default=[], examples=[[EXAMPLE_HASH]])


class ClueWrite(ClueFacts):
    """A clue reported by itself, outside a patrol."""

    cell_code: CellCode
    found_at: PlausibleMoment


class Referral(Schema):
    kind: ReferralKind
    reference: Words = Field(
        min_length=1, max_length=100, description="检查、整改或案件的编号", examples=["甬海市监责改〔2026〕演示1号"]
    )
    note: Words = Field(default="", max_length=1000, examples=["请检查科核查（演示）"])


class Reply(Schema):
    outcome: ClueOutcome
    answer: Words = Field(
        min_length=2, max_length=2000, description="给上报人的答复", examples=["已责令改正，复查合格（演示）"]
    )


class ClueEntryRead(Schema):
    number: int
    kind: ClueEntryKind
    label: str = Field(examples=["转办"])
    at: datetime
    recorded_at: datetime
    actor_name: str = Field(examples=["演示食安办（虚构）"])
    note: str = Field(examples=["请检查科核查（演示）"])


class ClueSummary(Schema):
    id: UUID
    version: int
    patrol_id: UUID | None
    cell_code: str = Field(examples=["330203001001"])
    region_code: str
    business_id: UUID | None
    place: str = Field(examples=["演示路 8 号门面（虚构）"])
    what: str = Field(examples=["无证制售糕点（演示）"])
    found_at: datetime
    received_at: datetime
    reporter_name: str = Field(examples=["演示网格员甲（虚构）"])
    state: ClueState
    referral: ReferralKind | None
    referral_reference: str | None
    outcome: ClueOutcome | None
    answer: str = Field(examples=[""])
    answered_at: datetime | None


class ClueRead(ClueSummary):
    evidence: list[str]
    sha256: str = Field(description="内容的哈希", examples=[EXAMPLE_HASH])
    clocks: list[ClockRead]
    entries: list[ClueEntryRead]
