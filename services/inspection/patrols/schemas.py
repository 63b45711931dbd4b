"""What the routes of patrols take and give."""

from datetime import datetime
from uuid import UUID

from pydantic import Field, model_validator

from services.inspection.grid.cells.schemas import CellCode
from services.inspection.grid.dated_rules.contents import Code
from services.inspection.grid.evidence import EXAMPLE_HASH, Evidence
from services.inspection.patrols.clues.schemas import ClueFacts
from shared.contracts.moments import PlausibleMoment
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class Look(Schema):
    """What was done about one item of the list."""

    item: Code = Field(description="清单条目的代码", examples=["licence"])
    in_order: bool | None = Field(description="true 未发现问题，false 有问题，null 没有看", examples=[True])
    note: Words = Field(default="", max_length=1000, examples=[""])
    evidence: Evidence = Field(default=[], examples=[[]])


class Finding(ClueFacts):
    """A finding becomes a clue under the same id."""

    id: UUID = Field(description="终端生成的 UUIDv7，即线索编号")
    item: Code | None = Field(default=None, description="清单条目的代码", examples=["licence"])


class PatrolWrite(Schema):
    """A patrol as the terminal has it when it is over."""

    cell_code: CellCode
    duty_list_id: UUID = Field(description="所用巡查清单的那一版")
    started_at: PlausibleMoment
    ended_at: PlausibleMoment
    looks: list[Look] = Field(max_length=200)
    findings: list[Finding] = Field(default=[], max_length=50)
    note: Words = Field(default="", max_length=2000, examples=[""])

    @model_validator(mode="after")
    def _consistent(self) -> "PatrolWrite":
        if self.ended_at < self.started_at:
            raise ValueError("结束时间早于开始时间，请核对终端的时钟")
        if len({finding.id for finding in self.findings}) < len(self.findings):
            raise ValueError("两处发现的编号相同，请各生成一个编号")
        if len({look.item for look in self.looks}) < len(self.looks):
            raise ValueError("同一条目写了两次，请合并")
        return self


class Doubt(Schema):
    pointer: str = Field(examples=["/cell_code"])
    message: str = Field(examples=["巡查人这一天没有在这个网格任职"])


class PatrolSummary(Schema):
    id: UUID
    cell_code: str = Field(examples=["330203001001"])
    region_code: str
    duty_list_id: UUID
    patroller_id: UUID
    patroller_name: str = Field(examples=["演示网格员甲（虚构）"])
    started_at: datetime
    ended_at: datetime
    received_at: datetime
    doubts: list[Doubt] = Field(description="收下但存疑之处")


class PatrolRead(PatrolSummary):
    looks: list[Look]
    findings: list[Finding] = Field(description="每处发现即一条线索：/v1/clues/{id}")
    note: str = Field(examples=[""])
    sha256: str = Field(description="内容的哈希", examples=[EXAMPLE_HASH])
