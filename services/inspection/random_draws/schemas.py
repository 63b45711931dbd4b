"""What the routes of random draws take and give."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from services.inspection.grid.evidence import EXAMPLE_HASH
from services.inspection.random_draws.codes import (
    ChangeKind,
    DrawEntryKind,
    DrawnVisitState,
    DrawPurpose,
    DrawState,
    EntropyMode,
    Stratify,
)
from shared.contracts.inspection import BusinessKind
from shared.contracts.moments import PlausibleMoment
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words, personal_number_in


def _hash(text: str) -> str:
    """A hash as machines write it, whoever typed it."""
    plain = text.strip().lower()
    if not re.fullmatch("[0-9a-f]{64}", plain):
        raise ValueError("应是 64 位十六进制数（0 到 9、a 到 f），请重新抄写")
    return plain


Sha256 = Annotated[str, AfterValidator(_hash), Field(json_schema_extra={"pattern": "^[0-9a-fA-F]{64}$"})]
Percent = Annotated[int, Field(ge=0, le=100)]


def _for_everybody(text: str) -> str:
    if found := personal_number_in(text):
        raise ValueError(f"这段话会公开，像是写了{found}，请删去")
    return text


PublicWords = Annotated[Words, AfterValidator(_for_everybody)]


class Team(Schema):
    """A department that sends inspectors; the first one leads."""

    code: Words = Field(min_length=1, max_length=60, description="派员单位，同检查人员名录的 department")
    each: int = Field(ge=1, le=10, description="每户派几名", examples=[2])


class Exclusion(Schema):
    business_id: UUID
    reason: PublicWords = Field(
        min_length=2, max_length=200, description="为什么不参加抽取；会公开", examples=["在办案件"]
    )


_FREEZE: JsonDict = {
    "title": "2026年第四季度餐饮双随机抽查（演示）",
    "purpose": "general",
    "region_code": "330203000000",
    "kinds": ["catering", "small_catering"],
    "stratify": "grade_and_kind",
    "percent": 5,
    "percent_by_grade": {"D": 60},
    "teams": [{"code": "市场监管", "each": 2}],
    "load_slack": 1,
    "exclusions": [],
    "replaces_id": None,
    "reason": "",
}


class DrawFreeze(Schema):
    """A new draw, its rosters frozen as they are now."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FREEZE]})

    title: PublicWords = Field(min_length=2, max_length=100, description="抽查计划的名称；会公开，飞行检查公布时公开")
    purpose: DrawPurpose = Field(description="general 双随机，key_matters 重点事项只抽次序，flight 飞行检查")
    region_code: RegionCode
    kinds: list[BusinessKind] = Field(min_length=1, max_length=20)
    stratify: Stratify = Stratify.GRADE_AND_KIND
    percent: Percent = Field(description="各层抽百分之几，逐层进一", examples=[5])
    percent_by_grade: dict[Literal["A", "B", "C", "D", "none"], Percent] = Field(
        default={}, description="某个风险等级另定的百分比；none 为没有等级的"
    )
    teams: list[Team] = Field(min_length=1, max_length=10)
    load_slack: int = Field(default=1, ge=0, le=10, description="每人任务数与最少的人最多相差几户再加一")
    exclusions: list[Exclusion] = Field(default=[], max_length=1000)
    replaces_id: UUID | None = Field(default=None, description="重新抽取：代替哪一次")
    reason: PublicWords = Field(default="", max_length=500, description="重新抽取的理由；会公开")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len({team.code for team in self.teams}) < len(self.teams):
            raise ValueError("派员单位写了两次，请合并")
        if len({one.business_id for one in self.exclusions}) < len(self.exclusions):
            raise ValueError("同一主体排除了两次，请合并")
        if self.percent_by_grade and self.stratify is not Stratify.GRADE_AND_KIND:
            raise ValueError("按等级另定百分比，须按风险等级和类别分层")
        if (self.replaces_id is None) != (self.reason == ""):
            raise ValueError("重新抽取须写明代替哪一次（replaces_id）和理由（reason）；首次抽取两者都不填")
        return self


class Pledge(Schema):
    """A witness's hash: SHA-256 of his nonce as UTF-8."""

    nonce_sha256: Sha256 = Field(examples=["ab" * 32])


class NonceOpening(Schema):
    nonce: str = Field(min_length=1, max_length=200, description="原来的随机数，一字不差", examples=["演示随机数"])


class ByWitnesses(Schema):
    mode: Literal["witnesses"]


class ByBeacon(Schema):
    mode: Literal["beacon"]
    name: PublicWords = Field(min_length=2, max_length=100, description="信标的名称和链", examples=["drand quicknet"])
    round: int = Field(ge=1, le=10**12, description="将来的哪一轮")
    not_before: PlausibleMoment = Field(description="这一轮何时产生；须在将来")


class ByPublicNumber(Schema):
    mode: Literal["public_number"]
    source: PublicWords = Field(
        min_length=4,
        max_length=200,
        description="在哪里、怎样当众产生",
        examples=["2026年11月20日某彩票第 26310 期（演示）"],
    )
    not_before: PlausibleMoment = Field(description="何时产生；须在将来")


class Commit(Schema):
    """Where the outside randomness will come from."""

    entropy: Annotated[ByWitnesses | ByBeacon | ByPublicNumber, Field(discriminator="mode")] = Field(
        examples=[{"mode": "witnesses"}]
    )


class Outside(Schema):
    """What the beacon or public number gave: one of the two."""

    signature: str | None = Field(
        default=None, pattern="^([0-9a-f]{2}){48,200}$", description="信标这一轮的签名，十六进制", examples=[None]
    )
    number: str | None = Field(default=None, pattern="^[0-9]{3,60}$", description="当众产生的号码", examples=["58213"])

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.signature is None) == (self.number is None):
            raise ValueError("信标填 signature，当众产生的号码填 number，二者取一")
        return self


class ChangeCreate(Schema):
    """A drawn business that cannot be visited gives way to the next reserve; a recused inspector to the next."""

    kind: ChangeKind
    business_id: UUID
    inspector_id: UUID | None = Field(default=None, description="回避的检查人员，名录里的编号", examples=[None])
    reason: PublicWords = Field(min_length=2, max_length=300, description="会公开", examples=["已搬离，原址无人经营"])

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.kind is ChangeKind.RECUSE) != (self.inspector_id is not None):
            raise ValueError("回避须写明检查人员（inspector_id），递补不写")
        return self


class Completion(Schema):
    record_id: UUID = Field(description="这次检查的记录，已完整")


class NotFoundAtPlace(Schema):
    """Those who were sent went to the registered address, and the business was not there."""

    at: PlausibleMoment | None = Field(
        default=None,
        description="何时到的现场；不填为现在，不早于派定，不能在将来",
        examples=["2026-07-24T09:30:00+08:00"],
    )
    words: Words = Field(
        min_length=2, max_length=500, description="现场情况", examples=["门头已换，邻居说搬走两个月（演示）"]
    )
    evidence: Annotated[list[Sha256], Field(min_length=1, max_length=20)] = Field(
        description="门牌、门头的照片，至少一张", examples=[[EXAMPLE_HASH]]
    )


class NotFoundRead(Schema):
    at: datetime
    words: str
    evidence: list[str]
    by_name: str


class Borrowed(Schema):
    user_id: UUID
    name: Words = Field(min_length=1, max_length=60, examples=["演示·上级检查人员（虚构）"])


class Lending(Schema):
    people: list[Borrowed] = Field(min_length=1, max_length=10)
    reason: Words = Field(min_length=2, max_length=300, examples=["区内人员均须回避，市局调派"])


class EntryRead(Schema):
    number: int
    kind: DrawEntryKind
    label: str = Field(examples=["公布承诺"])
    at: datetime
    actor_name: str = Field(examples=["演示·食安办"])
    note: str


class WitnessRead(Schema):
    """A witness; what he hands in is shown to nobody before the draw."""

    name: str = Field(examples=["演示·审计人员"])
    nonce_sha256: str
    pledged_at: datetime
    opened_at: datetime | None
    mine: bool = Field(description="是不是问的人自己")


class DrawSummary(Schema):
    id: UUID
    version: int
    title: str = Field(examples=["2026年第四季度餐饮双随机抽查（演示）"])
    purpose: DrawPurpose
    region_code: str
    state: DrawState
    replaces_id: UUID | None
    reason: str
    frozen_at: datetime
    committed_at: datetime | None
    drawn_at: datetime | None
    announced_at: datetime | None
    cancelled_at: datetime | None


class DrawRead(DrawSummary):
    frozen_by_name: str
    counts: dict[str, Any] = Field(description="名单的概要：户数、各层、排除的缘由、检查人员")
    parts: dict[str, str] = Field(description="冻结的各部分的 SHA-256")
    entropy_mode: EntropyMode | None
    commitment: dict[str, Any] | None
    commitment_sha256: str | None
    witnesses: list[WitnessRead]
    ready: bool = Field(description="外部随机数是否齐了，可以抽取")
    result_hidden: bool = Field(description="飞行检查未完，抽中谁不给问的人看")
    reveal: dict[str, Any] | None
    seed: str | None
    visits: dict[str, int] = Field(description="抽查任务各办到哪里；short 为缺检查人员、须上级调派的")
    replaced_by_id: UUID | None
    entries: list[EntryRead]


class SentInspector(Schema):
    id: UUID
    name: str
    team: str


class DrawnVisitRead(Schema):
    id: UUID
    draw_id: UUID
    place: int = Field(description="在抽取结果中的次序，从 0 起；递补的沿用原来的次序")
    business_id: UUID
    business_name: str
    region_code: str
    stratum: str
    inspectors: list[SentInspector]
    lent: list[Borrowed] = Field(description="上级机关调派的")
    missing: int = Field(description="还缺几名检查人员")
    state: DrawnVisitState
    scheduled_at: datetime
    record_id: UUID | None
    not_found: NotFoundRead | None = Field(description="在登记的地址找不到的：何时、怎样、照片")
    version: int


class MyVisitRead(DrawnVisitRead):
    draw_title: str
    purpose: DrawPurpose


class PublicDrawSummary(Schema):
    """What everybody may know of a draw; of an unannounced inspection that is not over, only its commitment."""

    id: UUID
    title: str = Field(examples=["飞行检查"])
    purpose: DrawPurpose
    region_code: str
    region_name: str = Field(examples=["海曙区"])
    state: DrawState
    state_label: str = Field(examples=["承诺已公布，等待抽取"])
    commitment_sha256: str
    committed_at: datetime
    drawn_at: datetime | None
    announced_at: datetime | None
    cancelled_at: datetime | None
    replaces_id: UUID | None
    reason: str = Field(description="重新抽取的理由")


class PublicChange(Schema):
    number: int
    kind: ChangeKind
    label: str = Field(examples=["备选递补"])
    reason: str
    at: datetime


class PublicDraw(PublicDrawSummary):
    commitment: dict[str, Any]
    counts: dict[str, Any] | None = Field(description="名单的概要；飞行检查未完为 null")
    changes: list[PublicChange]
    bundle: str | None = Field(description="可以核验的全部数据在哪里；还没有公布为 null")
    replaced_by_id: UUID | None


class PublicVisit(Schema):
    place: int
    business_id: UUID
    business_name: str
    stratum: str
    inspectors: list[str] = Field(description="检查人员姓名")
    lent: list[str] = Field(description="上级机关调派的检查人员姓名")
    state: DrawnVisitState
    state_label: str = Field(examples=["待检查"])
