"""What of a published inspection everybody may read, what is withheld and why, and how LIVES calls it. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from services.inspection.visit_records.kinds import VisitKind
from shared.contracts.inspection import BusinessKind

RESULTS_SHOWN = 4
"""The results of a business that are told in full; older ones are in the open data."""


class Withheld(NamedTuple):
    """Something that is known and not told here, and why."""

    what: str
    why: str


WITHHELD = (
    Withheld("检查人员、当事人和见证人的姓名、证件号、签名、照片、录像和定位", "属于个人信息"),
    Withheld(
        "检查人员逐项写的说明和综合意见", "可能写到个人、举报人或商业秘密；公布的是不符合的条目、条目原文和判定结论"
    ),
    Withheld("主体的电话，摊贩和种植养殖户登记的地址", "可能是个人的电话和住址"),
    Withheld("没有登记建档的场所的检查结果", "这类场所用文字记述，名称里可能有个人姓名"),
    Withheld("还没有公布的检查", "结果形成之日起二十个工作日内公布（食品生产经营监督检查管理办法第三十九条）"),
    Withheld("是否立案、处罚", "由行政处罚信息公示另行公布"),
)

_AT_HOME = frozenset({BusinessKind.STALL, BusinessKind.FARM})
"""Kinds that are often registered at where somebody lives."""

_LIVES_TYPES: Mapping[VisitKind, str] = {
    VisitKind.ROUTINE: "routine",
    VisitKind.FOLLOW_UP: "followup",
    VisitKind.RECHECK: "followup",
}


def tells_place(kind: BusinessKind) -> bool:
    """Whether address and position of such a business are told."""
    return kind not in _AT_HOME


def lives_type(kind: VisitKind) -> str:
    """How LIVES calls this kind of visit; empty where it has no word for it."""
    return _LIVES_TYPES.get(kind, "")
