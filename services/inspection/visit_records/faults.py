"""What a finished visit must have before its result is formed. Pure.

食品生产经营监督检查管理办法第二十三条（两名以上检查人员、回避）、第二十四条（出示证件）、第三十四条（拒绝签字）.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from services.inspection.visit_records.content import VisitFacts
from services.inspection.visit_records.kinds import Recusal, SignerRole

LEAST_INSPECTORS = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """What is missing or wrong, where, and how to mend it (Chinese)."""

    pointer: str
    message: str
    code: str


def faults_of(content: VisitFacts) -> list[Fault]:
    """Every fault of a visit that the terminal says is finished."""
    return [*_whom(content), *_when(content), *_who(content), *_signed(content), *_where(content)]


def _whom(content: VisitFacts) -> Iterator[Fault]:
    if content.business_id is None and not content.unregistered_place:
        yield Fault("/business_id", "请选择主体；没有登记的，在 unregistered_place 写明名称、负责人和地点", "business")
    if content.checklist is None and content.follow_up is None:
        yield Fault("/checklist", "请写明所用要点表的版本；只有跟进检查可以不用要点表", "checklist")


def _when(content: VisitFacts) -> Iterator[Fault]:
    for name, label in (("began_at", "开始"), ("ended_at", "结束")):
        if getattr(content, name) is None:
            yield Fault(f"/{name}", f"请填写检查{label}时间", "moment")
    if content.began_at and content.ended_at and content.ended_at < content.began_at:
        yield Fault("/ended_at", "结束时间早于开始时间，请核对终端的时钟", "moment")


def _who(content: VisitFacts) -> Iterator[Fault]:
    accounts = {inspector.user_id for inspector in content.inspectors if inspector.user_id is not None}
    names = {inspector.name for inspector in content.inspectors}
    without = sum(inspector.user_id is None for inspector in content.inspectors)
    if min(len(names), len(accounts) + without) < LEAST_INSPECTORS:
        yield Fault("/inspectors", f"检查人员不少于 {LEAST_INSPECTORS} 人；同一账号或同一姓名只算一人", "inspectors")
    if content.identity_shown is not True:
        yield Fault("/identity_shown", "检查前应当出示执法证件，请如实填写", "identity")
    if content.recusal is None:
        yield Fault("/recusal", "请记录被检查人是否申请回避", "recusal")
    if content.recusal is Recusal.REQUESTED and not content.recusal_note:
        yield Fault("/recusal_note", "申请回避的，写明怎样处理", "recusal")


def _signed(content: VisitFacts) -> Iterator[Fault]:
    signed = {(signature.role, signature.name) for signature in content.signatures}
    for index, inspector in enumerate(content.inspectors):
        if (SignerRole.INSPECTOR, inspector.name) not in signed:
            yield Fault(f"/inspectors/{index}", f"{inspector.name}还没有签名（signatures）", "signature")
    by_business = any(signature.role is SignerRole.BUSINESS for signature in content.signatures)
    if not by_business and content.refusal is None:
        yield Fault("/signatures", "被检查人没有签名；拒绝签名的，在 refusal 写明情况、见证人并附录像", "signature")
    if content.refusal is not None and not (content.refusal.note and content.refusal.witness):
        yield Fault("/refusal", "拒绝签名的，写明情况和见证人", "refusal")


def _where(content: VisitFacts) -> Iterator[Fault]:
    if content.position is None and not content.position_missing:
        yield Fault("/position", "请附上定位（坐标系、精度）；没有定位的，在 position_missing 写明原因", "position")
