"""What a terminal sends of a visit: everything may be missing while the visit is being made, nothing may be guessed.

Quantities are texts, never JSON numbers with a fraction, so that every terminal writes the same bytes for the same
content. `faults.py` says what a finished visit must have.
"""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from services.inspection.checklists.content import Code, Finding, Number, Points
from services.inspection.visit_records.kinds import Recusal, SignerRole, VisitKind
from shared.contracts.inspection import BusinessKind, CoordinateSystem, VisitOutcome
from shared.contracts.moments import PlausibleMoment
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

MAX_BYTES = 2 * 1024 * 1024
"""Of one content: a thousand answers with long reasons are a quarter of it."""

MAX_ANSWERS = 1000
"""Of one delivery; what several deliveries settle to may have more."""

MAX_FILES = 500


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("请写成文本（加引号）")
    return value


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(description="SHA-256，小写十六进制")]
Name = Annotated[Words, Field(min_length=1, max_length=100)]
Note = Annotated[Words, Field(max_length=2000)]
Moment = Annotated[PlausibleMoment, BeforeValidator(_text)]
Quantity = Annotated[Decimal, BeforeValidator(_text)]


class Contact(Schema):
    """One exchange with the platform as the device saw it: sent and got by its clock, received and answered by ours."""

    sent_at: Moment
    received_at: Moment
    answered_at: Moment | None = None
    got_at: Moment | None = None


class Saved(Schema):
    """Who saved this version on which device, when by its clock, and what he had before him."""

    by: UUID = Field(description="保存人的平台账号")
    by_name: Name
    device: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$")] = Field(description="终端编号")
    at: Moment = Field(description="保存时间，按终端的时钟")
    base: Annotated[list[Sha256], Field(max_length=10)] = Field(
        description="依据的版本：上一版的哈希，或平台答复中的 heads；第一版为空"
    )
    contacts: Annotated[list[Contact], Field(max_length=10)] = Field(
        default=[], description="最近几次与平台往来的时间，用来校正终端的时钟"
    )


class PinnedChecklist(Schema):
    """The version of a checklist that the visit was made with."""

    code: Code
    number: Annotated[int, Field(ge=1, le=10_000)]
    version_id: UUID
    sha256: Sha256


class AnswerSent(Schema):
    """What was found of one item, and the photos of it."""

    finding: Finding
    reason: Note = ""
    photos: Annotated[list[Sha256], Field(max_length=30)] = Field(default=[])


class Inspector(Schema):
    """One of the inspectors who were there."""

    user_id: UUID | None = Field(default=None, description="平台账号；外单位的检查人员可为空")
    name: Name
    certificate_number: Annotated[Words, Field(max_length=60)] = Field(default="", description="执法证件号")


class Signature(Schema):
    """A signature as a picture."""

    role: SignerRole
    name: Name
    sha256: Sha256
    signed_at: Moment


class Refusal(Schema):
    """The business would not sign: what happened, who saw it, the film (食品生产经营监督检查管理办法第三十四条)."""

    note: Note
    witness: Annotated[Words, Field(max_length=100)]
    video: Sha256


class Position(Schema):
    """Where the device was."""

    longitude: Annotated[Quantity, Field(ge=-180, le=180)]
    latitude: Annotated[Quantity, Field(ge=-90, le=90)]
    system: CoordinateSystem
    accuracy_metres: Annotated[Quantity, Field(ge=0, le=100_000)]


class OtherFile(Schema):
    """A photo, film or document that belongs to no single item."""

    sha256: Sha256
    note: Note = ""


class FollowUp(Schema):
    """The follow-up visit (跟进检查任务) that this record answers, and what it found."""

    visit_id: UUID
    outcome: VisitOutcome
    notes: Annotated[Words, Field(min_length=2, max_length=2000)]


class VisitFacts(Schema):
    """One visit. Versions of it are merged field by field, each answer being a field of its own."""

    kind: VisitKind
    region_code: RegionCode = Field(description="被检查主体所在区划")
    authority_code: RegionCode = Field(description="实施检查的机关所在区划，如县局填县级代码")
    business_id: UUID | None = Field(default=None, description="一户一档的主体；没有登记的填 unregistered_place")
    unregistered_place: Annotated[Words, Field(max_length=300)] = Field(
        default="", description="没有登记的主体：名称、负责人、地点，用文字写明"
    )
    business_kind: BusinessKind
    business_scopes: Annotated[list[Code], Field(max_length=60)] | None = Field(
        default=None, description="已核实的经营范围；不知道的为 null"
    )
    profile: Code | None = Field(default=None, description="计分类别")
    checklist: PinnedChecklist | None = None
    required: Annotated[list[Number], Field(max_length=MAX_ANSWERS)] = Field(
        default=[], description="本次必查的条目，取自任务包的 must_check"
    )
    answers: dict[Number, AnswerSent] = Field(default={})
    extras: Annotated[dict[Code, Annotated[Points, BeforeValidator(_text)]], Field(max_length=20)] = Field(default={})
    conclusion: Note = Field(default="", description="检查人员的综合判定意见")
    began_at: Moment | None = None
    ended_at: Moment | None = None
    inspectors: Annotated[list[Inspector], Field(max_length=10)] = Field(default=[])
    identity_shown: bool | None = None
    recusal: Recusal | None = None
    recusal_note: Note = Field(default="", description="申请回避的，怎样处理")
    signatures: Annotated[list[Signature], Field(max_length=20)] = Field(default=[])
    refusal: Refusal | None = None
    position: Position | None = None
    position_missing: Note = Field(default="", description="没有定位的原因")
    files: Annotated[list[OtherFile], Field(max_length=MAX_FILES)] = Field(default=[])
    follow_up: FollowUp | None = None
    notes: Note = ""
    finished: bool = Field(default=False, description="检查已结束，内容不再补充")


class VisitContent(VisitFacts):
    """One visit as somebody saved it on a terminal."""

    saved: Saved


def named_files(content: VisitFacts) -> list[tuple[str, str]]:
    """Every file that the content names: JSON pointer and hash."""
    found = [
        (f"/answers/{number}/photos/{index}", photo)
        for number, answer in content.answers.items()
        for index, photo in enumerate(answer.photos)
    ]
    found += [(f"/signatures/{index}/sha256", signature.sha256) for index, signature in enumerate(content.signatures)]
    found += [(f"/files/{index}/sha256", file.sha256) for index, file in enumerate(content.files)]
    if content.refusal is not None:
        found.append(("/refusal/video", content.refusal.video))
    return found
