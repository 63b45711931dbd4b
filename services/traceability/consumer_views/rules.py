"""What a consumer is told of a lot, and what he is told is not known. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.traceability.codes.masking import masked
from services.traceability.codes.rules import CodeKind
from services.traceability.epcis_events.keys import is_class, is_instance

MAKING = ("commissioning", "creating_class_instance", "repackaging", "killing", "encoding")
"""Steps with which goods begin, by their short words."""

FIRST_RECORD, EXAMINATION = "receiving", "inspecting"

_STEPS = {
    "commissioning": "产出、登记",
    "creating_class_instance": "生产加工",
    "repackaging": "分装、拆分",
    "killing": "屠宰",
    "encoding": "赋码",
    FIRST_RECORD: "进货查验",
    EXAMINATION: "出厂检验",
}
_PASSED = {"conformant": True, "non_conformant": False}

_PERSON = re.compile(r"[\u4e00-\u9fa5]{2,3}|[\u4e00-\u9fa5]{1,6}·[\u4e00-\u9fa5]{1,8}")
_OF_A_HOUSE = re.compile(r"[店摊场社厂坊行馆部铺档园站局院校所堂]|公司|超市|中心|合作|基地|农户|市场|食堂|酒楼|饭庄")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event about the goods, as it may be told: where, when and by whom, not how much and to whom."""

    step: str
    at: datetime
    recorded_at: datetime
    who: str
    region_code: str | None
    what: str
    disposition: str = ""

    @property
    def label(self) -> str:
        return _STEPS.get(self.step, "其他")

    @property
    def passed(self) -> bool | None:
        """The result of an examination; None where there is none, which is no pass."""
        return _PASSED.get(self.disposition)


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate that belongs to the goods; of one of the platform its id."""

    label: str
    number: str
    issuer: str
    issued_on: date | None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """What the records say of the goods themselves."""

    origins: Sequence[str] = ()
    produced_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a lot."""

    kind: CodeKind
    exact: bool
    steps: Sequence[Recorded] = field(default=())
    papers: Sequence[Paper] = field(default=())
    label: Label = field(default=Label())
    complete: bool = True
    issued_here: bool = True


def goods_among(levels: Sequence[str]) -> list[str]:
    """The goods among the keys of a GS1 code, from itself up to its product: the thing, its lot; the product only where
    nothing below it was scanned. Of other codes none.
    """
    own = [key for key in levels if is_instance(key) or (is_class(key) and "/10/" in key)]
    return own or [key for key in levels[:1] if is_class(key)]


def kind_named(key: str) -> CodeKind:
    """What a GS1 key names."""
    if is_instance(key):
        return CodeKind.LOGISTIC_UNIT if "/00/" in key else CodeKind.ITEM
    return CodeKind.LOT if "/10/" in key else CodeKind.PRODUCT


def missing(known: Known) -> list[str]:
    """What nobody has recorded, in words that never make a pass of it."""
    if known.kind in (CodeKind.SHOP, CodeKind.STALL):
        return []
    if known.kind is CodeKind.PRODUCT:
        return ["批次：这个码只说是什么商品，不说是哪一批；包装上另有批号的，请扫带批号的码"]
    if not known.issued_here:
        found = ["码：不是本平台发的，真假、归谁没有核对；下面只说本平台收到的记录"]
    else:
        found = [] if known.exact else ["这一件：没有登记这个序号，下面只说它的批次或商品"]
    if not any(one.step in MAKING for one in known.steps):
        found.append("来源：没有单位登记这一批由谁、在哪里生产")
    if not any(one.step == EXAMINATION for one in known.steps):
        found.append("出厂检验：没有登记；没有登记不等于合格")
    if not known.papers:
        found.append("合格证明：没有登记合格证、检疫证明或检验报告")
    if known.label.produced_on is None:
        found.append("生产日期：没有登记，请看包装")
    if not known.complete:
        found.append("来源很多，只列出一部分")
    return found


def public_name(name: str, *, licensed: bool) -> str:
    """The name of a business as everybody may read it; of somebody without a licence number who is called as a person
    is, only the family name.
    """
    if not licensed and _PERSON.fullmatch(name) and not _OF_A_HOUSE.search(name):
        return f"{name[0]}某（个人）"
    return masked(name)
