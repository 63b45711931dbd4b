"""The form of a visit as a page asks it, around the checklist: who came, what was said, who signed. Pure.

The name of a field is its id on the page; `visit_form_content` says where it stands in what the service keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.web.sampling.sample_form_fields import (
    YES_OR_NO,
    Colleague,
    FormBlock,
    FormField,
    may,
    must,
    signature,
)
from shared.contracts.inspection import BusinessKind, CoordinateSystem, VisitOutcome

SLOTS = 3
"""Two inspectors are the least; a third place is ready, and one for somebody of another house."""

OUTSIDER = "outsider"
PHOTOS = "files"
KINDS = (
    ("routine", "日常检查"),
    ("special", "专项检查"),
    ("flight", "飞行检查"),
    ("system", "体系检查"),
    ("follow_up", "跟进检查"),
    ("recheck", "整改复查"),
)
FINDINGS = (("passed", "合格"), ("failed", "不合格"), ("not_applicable", "合理缺项"), ("unknown", "未查"))
RECUSALS = (("not_requested", "没有申请回避"), ("requested", "申请回避"))


@dataclass(frozen=True)
class VisitSetting:
    """What the questions depend on: who may be named, and whom the visit is to."""

    colleagues: Sequence[Colleague] = ()
    on_file: bool = True
    follow_up: bool = False


def blocks_before(setting: VisitSetting) -> tuple[FormBlock, ...]:
    """What is asked before the checklist."""
    whom = (
        ()
        if setting.on_file
        else (
            must("unregistered_place", "被检查的是谁", "words", "没有登记的主体：名称、负责人和地点"),
            must("business_kind", "业态", "select", options=tuple((kind.value, kind.label) for kind in BusinessKind)),
        )
    )
    people = (("", "请选择"), *((each.id, each.name) for each in setting.colleagues))
    inspectors = tuple(
        FormField(f"inspectors/{slot}", f"检查人员{slot + 1}", "select", required=slot < 2, options=people)
        for slot in range(SLOTS)
    )
    return (
        FormBlock(
            "people",
            "到场与告知",
            (
                *whom,
                must("kind", "检查类型", "select", options=KINDS),
                must("began_at", "开始时间", "moment"),
                *inspectors[:2],
                must("identity_shown", "是否当场出示执法证件", "choice", options=YES_OR_NO),
                must("recusal", "是否申请检查人员回避", "choice", "问过被检查人以后填", options=RECUSALS),
            ),
            (
                inspectors[2],
                may(f"{OUTSIDER}", "外单位的检查人员", hint="填姓名，也要签名"),
                may("recusal_note", "申请回避的，怎样处理", "words"),
            ),
            lead="检查人员不少于两人；先出示执法证件，再问是否申请回避。",
        ),
    )


def blocks_after(setting: VisitSetting) -> tuple[FormBlock, ...]:
    """What is asked after the checklist."""
    answers = (
        (
            FormBlock(
                "follow-up",
                "跟进检查的结果",
                (
                    must(
                        "follow_up/outcome",
                        "所见",
                        "choice",
                        options=tuple((each.value, each.label) for each in VisitOutcome),
                    ),
                    must("follow_up/notes", "现场情况", "words"),
                ),
            ),
        )
        if setting.follow_up
        else ()
    )
    return (
        *answers,
        FormBlock(
            "place",
            "定位与现场",
            (
                may("position/longitude", "经度", "decimal"),
                may("position/latitude", "纬度", "decimal"),
                may("position/accuracy_metres", "精度（米）", "decimal"),
                may(
                    "position/system",
                    "坐标系",
                    "select",
                    options=tuple((each.value, each.label) for each in CoordinateSystem),
                ),
                may("position_missing", "没有定位的原因", hint="如：室内没有信号"),
                FormField(PHOTOS, "门头、现场照片和录像", "photos", required=False, look="photos"),
            ),
        ),
        FormBlock(
            "signing",
            "结论与签名",
            (
                must("ended_at", "结束时间", "moment"),
                may("conclusion", "检查人员的综合意见", "words"),
                *(replace(_signature(str(slot), f"检查人员{slot + 1}签名"), required=True) for slot in (0, 1)),
                must("signer", "被检查单位签字人"),
                _signature("business", "被检查单位签名"),
            ),
            (
                _signature("2", "检查人员3签名"),
                _signature(OUTSIDER, "外单位检查人员签名"),
                may("refusal/note", "拒绝签名的情况", "words", "拒绝签名时填，并写见证人、附录像"),
                may("refusal/witness", "见证人"),
                FormField("refusal/video", "拒签的录像", required=False, look="film"),
                may("notes", "其他说明", "words"),
            ),
            lead="有网时点“结束检查”；还没签完的先“暂存”。",
        ),
    )


def blocks_of(setting: VisitSetting) -> tuple[FormBlock, ...]:
    return (*blocks_before(setting), *blocks_after(setting))


def _signature(who: str, label: str) -> FormField:
    return replace(signature(f"signatures/{who}", label), name=f"signatures/{who}", required=False)
