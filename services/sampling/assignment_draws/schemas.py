"""What callers send and get about random draws."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.sampling.assignment_draws import rules
from services.sampling.assignment_draws.models import AssignmentDraw, DrawPurpose
from services.sampling.laboratory_assignments.schemas import Items
from shared.contracts.schema import Schema
from shared.contracts.words import Words

Seed = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class Exclusion(Schema):
    """A sampler or laboratory that is to stand back."""

    id: UUID
    reason: Words = Field(min_length=1, max_length=200, description="回避的理由", examples=["与被抽样单位有利害关系"])


class DrawCreate(Schema):
    """A draw for a sampling task. Without a seed the platform makes one of 32 random bytes."""

    items: Items = Field(default=[])
    samplers: int = Field(default=2, ge=2, le=10, description="抽几名抽样人员", examples=[2])
    sampling_on: date | None = Field(
        default=None, description="计划抽样日，资格、请假按这一天看；缺省为今天", examples=[None]
    )
    exclude: list[Exclusion] = Field(default=[], max_length=200, description="须回避的人员和机构，逐一写明理由")
    seed: Seed | None = Field(
        default=None, description="事先公开的随机种子，64 位十六进制；不填由平台产生", examples=[None]
    )
    seed_source: Words | None = Field(
        default=None, min_length=1, max_length=500, description="种子在何处、何时公开；给了种子必填", examples=[None]
    )
    reason: Words = Field(default="", max_length=2000, description="重新抽取的理由；首次不填", examples=[""])

    @model_validator(mode="after")
    def _seed_has_a_source(self) -> Self:
        if (self.seed is None) != (self.seed_source is None):
            raise ValueError("种子与其公开出处要么都填，要么都不填")
        return self


class CandidateRead(Schema):
    """One row of the roster, exactly as it was hashed."""

    id: UUID
    name: str = Field(examples=["演示·抽样人员甲"])
    organisation_id: UUID
    facts: dict[str, Any] = Field(description="据以判断能否承担的名册内容")
    excluded_because: str | None = Field(description="不能承担的原因；能承担为 null")


class RosterRead(Schema):
    samplers: list[CandidateRead]
    laboratories: list[CandidateRead]


class DrawRead(Schema):
    """A draw with all that is needed to reckon it again."""

    id: UUID
    purpose: DrawPurpose
    subject_id: UUID = Field(description="抽样任务或复检申请的编号")
    number: int = Field(description="第几次抽取；最大的一次有效", examples=[1])
    region_code: str = Field(examples=["330203000000"])
    algorithm: str = Field(examples=[rules.ALGORITHM])
    seed: str = Field(description="随机种子，32 字节的十六进制")
    seed_source: str | None = Field(description="种子事先公开的出处；null 为抽取时由平台产生")
    sampling_on: date
    items: list[str]
    roster: RosterRead
    roster_sha256: str = Field(description="名册规范 JSON 的 SHA-256")
    tickets: dict[str, str] = Field(description="每个候选人的签号（十六进制），小者先中")
    sampler_ids: list[UUID]
    laboratory_id: UUID
    recomputed: bool = Field(description="现在按种子和名册重算，结果与记录是否一致")
    reason: str = Field(examples=[""])
    drawn_at: datetime
    drawn_by_name: str = Field(examples=["演示·食安办"])

    @classmethod
    def of(cls, drawn: AssignmentDraw) -> Self:
        stored = {name: getattr(drawn, name) for name in cls.model_fields if name != "recomputed"}
        return cls.model_validate(stored | {"recomputed": _agrees(drawn)})


def _agrees(drawn: AssignmentDraw) -> bool:
    return rules.agrees(
        algorithm=drawn.algorithm,
        seed=bytes.fromhex(drawn.seed),
        subject=drawn.subject_id,
        roster=drawn.roster,
        digest=drawn.roster_sha256,
        tickets=drawn.tickets,
        samplers=drawn.sampler_ids,
        laboratory=drawn.laboratory_id,
    )
