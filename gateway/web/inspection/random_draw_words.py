"""Random draws as their pages say them, and the steps of the ceremony as forms. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.web import words
from gateway.web.steps import Field, Step, moment
from shared.contracts.codes import Role
from shared.contracts.inspection import BusinessKind

PURPOSES = {"general": "双随机抽查", "key_matters": "重点检查排序", "flight": "飞行检查"}
STATES = {
    "frozen": ("unknown", "名单已冻结"),
    "committed": ("running", "承诺已公布"),
    "drawn": ("warning", "已抽取，未公布"),
    "announced": ("ok", "已公布"),
    "cancelled": ("unknown", "已作废"),
}
VISIT_STATES = {
    "scheduled": ("running", "待检查"),
    "completed": ("ok", "已检查"),
    "not_found": ("warning", "在登记的地址找不到"),
    "replaced": ("unknown", "由备选递补"),
    "cancelled": ("unknown", "抽取作废"),
}
MODES = {"witnesses": "见证人各自的随机数", "beacon": "公开信标", "public_number": "当众产生的号码"}
PARTS = {"parameters": "抽取参数的指纹", "subjects": "主体名单的指纹", "inspectors": "检查人员名单的指纹"}
OFFICE = frozenset({Role.FOOD_SAFETY_OFFICE})
WITNESSES = frozenset(
    {
        Role.LEADER,
        Role.FOOD_SAFETY_OFFICE,
        Role.INSPECTOR,
        Role.GRID_OFFICER,
        Role.CASE_HANDLER,
        Role.AUDITOR,
        Role.REVIEWER,
    }
)

PLEDGE = Step(
    "pledges",
    "交存随机数的指纹",
    WITNESSES,
    (
        Field(
            "nonce_sha256",
            "随机数的 SHA-256",
            hint="64 位十六进制，在 /public-draws/verifier 页的“算指纹”里算；随机数自己留着，承诺公布以后再交",
        ),
    ),
    "只交一次，不能更换；冻结名单的人不能同时见证。随机数用别人猜不到的，至少二十个字符。",
)
COMMITMENT = Step(
    "commitment",
    "公布承诺",
    OFFICE,
    (
        Field("entropy/mode", "外部随机数从哪里来", "choice", options=tuple(MODES.items()), value="witnesses"),
        Field("entropy/name", "信标的名称和链", hint="用信标的填", required=False),
        Field("entropy/round", "将来的哪一轮", "decimal", "用信标的填", required=False),
        Field("entropy/source", "在哪里、怎样当众产生号码", hint="用号码的填，会公开", required=False),
        Field("entropy/not_before", "何时产生", "moment", "信标、号码须填将来的时间", required=False),
    ),
    "指纹随即对所有人公开；此后名单、参数和秘密都不能再改。",
)
NONCE = Step(
    "nonces",
    "交出随机数",
    WITNESSES,
    (Field("nonce", "原来的随机数", hint="一字不差，包括空格"),),
    "抽取以前谁也看不到；与交存的指纹不符的不收。",
)
OUTSIDE = Step(
    "outside-randomness",
    "登记外部随机数",
    OFFICE,
    (
        Field("signature", "信标这一轮的签名", hint="十六进制；用信标的填", required=False),
        Field("number", "当众产生的号码", hint="用号码的填", required=False),
    ),
    "只登记一次，不能更改。",
)
DRAW = Step("draw", "揭示秘密并抽取", OFFICE, (), "抽中的随即成为检查人员的任务，不能重来。")
ANNOUNCEMENT = Step("announcement", "公布", OFFICE, (), "名单、秘密、外部随机数与结果对所有人公开，任何人可以核验。")
CHANGE = Step(
    "changes",
    "递补或回避",
    OFFICE,
    (
        Field(
            "kind",
            "办哪一种",
            "choice",
            options=(("replace_subject", "备选递补：这户检查不成"), ("recuse", "检查人员回避")),
        ),
        Field("business_id", "抽中的主体", hint="主体编号，见下面名单"),
        Field("inspector_id", "回避的检查人员", hint="名录编号；递补的不填", required=False),
        Field("reason", "理由", "words", "会公开，不写个人信息"),
    ),
    "由谁接替仍由种子决定。",
)
STEPS = (PLEDGE, COMMITMENT, NONCE, OUTSIDE, DRAW, ANNOUNCEMENT, CHANGE)
COMPLETION = Step(
    "completion",
    "登记检查完成",
    frozenset({Role.INSPECTOR}),
    (Field("record_id", "检查记录的编号", hint="记录须已完整，去的须是抽中的人"),),
)
NOT_FOUND = Step(
    "not-found",
    "登记找不到",
    frozenset({Role.INSPECTOR}),
    (
        moment("何时到的现场"),
        Field("words", "现场情况", "words", "如：门头已换，邻居说搬走两个月"),
        Field("evidence", "门牌、门头的照片", "photos", "至少一张"),
    ),
    "到了登记的地址、这个主体不在的，这样了结；在的请做检查。",
)
ENDS = (COMPLETION, NOT_FOUND)
"""How a drawn visit ends for those who were sent."""


def offered(draw: Mapping[str, Any], roles: frozenset[Role]) -> list[Step]:
    """The steps that the reader may take now."""
    mine = next((each for each in draw["witnesses"] if each["mine"]), None)
    by_witnesses = draw["entropy_mode"] == "witnesses"
    steps: Sequence[Step] = ()
    match draw["state"]:
        case "frozen":
            steps = (*((PLEDGE,) if mine is None else ()), COMMITMENT)
        case "committed":
            waits = mine is not None and mine["opened_at"] is None
            steps = (
                *((NONCE,) if by_witnesses and waits else ()),
                *((OUTSIDE,) if not by_witnesses and not draw["ready"] else ()),
                *((DRAW,) if draw["ready"] else ()),
            )
        case "drawn":
            steps = (ANNOUNCEMENT, CHANGE)
        case "announced":
            steps = (CHANGE,)
    return [step for step in steps if step.roles & roles]


def stages(draw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The ceremony as a screen shows it: what is done, and when."""
    witnesses = draw["witnesses"]
    handed_in = sum(each["opened_at"] is not None for each in witnesses)
    outside = f"{handed_in}/{len(witnesses)} 位见证人已交出" if draw["entropy_mode"] == "witnesses" else ""
    reached = bool(draw["committed_at"])
    return [
        _stage("一、冻结名单", draw["frozen_at"], "主体、检查人员、参数从此不变"),
        _stage("二、公布承诺", draw["committed_at"], "先公布指纹，后产生随机数"),
        {
            "title": "三、外部随机数",
            "badge": ("ok", "已齐") if reached and (draw["ready"] or draw["seed"] or draw["drawn_at"]) else _waiting(),
            "note": outside or "机关自己决定不了的随机数",
        },
        _stage("四、揭示秘密并抽取", draw["drawn_at"], "种子由承诺、秘密和外部随机数算出"),
        _stage("五、公布", draw["announced_at"], "任何人可以用公布的数据重算"),
    ]


def _stage(title: str, at: str | None, note: str) -> dict[str, Any]:
    badge = ("ok", words.full_time(datetime.fromisoformat(at))) if at else _waiting()
    return {"title": title, "badge": badge, "note": note}


def _waiting() -> tuple[str, str]:
    return ("unknown", "还没有")


def rows_of(counts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The strata, each with how many of how many are drawn."""
    return [{**each, "name": stratum_name(each["code"])} for each in counts["strata"]]


def stratum_name(code: str) -> str:
    """`D/catering` in words."""
    grade, _, kind = code.rpartition("/")
    if code == "whole":
        return "全部"
    label = BusinessKind(kind).label if kind in set(BusinessKind) else kind
    return f"{'没有等级' if grade == 'none' else f'{grade}级'}，{label}" if grade else label


def frozen_rows(parts: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is frozen and not yet committed to, with each hash."""
    return [(PARTS.get(name, name), value) for name, value in parts.items()]


def commitment_rows(commitment: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was committed to, in words, with each hash."""
    entropy = commitment["entropy"]
    rows = [
        *((label, commitment[f"{name}_sha256"]) for name, label in PARTS.items()),
        ("秘密的指纹", commitment["secret_sha256"]),
    ]
    rows += [
        (f"第{number}位见证人随机数的指纹", each) for number, each in enumerate(entropy.get("nonce_sha256", ()), 1)
    ]
    return rows


def entropy_words(commitment: Mapping[str, Any]) -> str:
    """Where the outside randomness comes from."""
    entropy = commitment["entropy"]
    match entropy["mode"]:
        case "beacon":
            return f"公开信标 {entropy['name']} 第 {entropy['round']} 轮，{entropy['not_before']} 产生"
        case "public_number":
            return f"当众产生的号码：{entropy['source']}，{entropy['not_before']} 产生"
    return f"{len(entropy['nonce_sha256'])} 位见证人各自的随机数，承诺公布以后才交出"


def reveal_rows(draw: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was revealed: secret, outside randomness, seed."""
    if draw["reveal"] is None:
        return []
    outside = draw["reveal"]["entropy"]
    rows = [("秘密", draw["reveal"]["secret"])]
    rows += [(f"第{number}位见证人的随机数", nonce) for number, nonce in enumerate(outside.get("nonces", ()), 1)]
    rows += [
        (name, str(outside[key])) for name, key in (("号码", "number"), ("信标签名", "signature")) if key in outside
    ]
    return [*rows, ("种子", draw["seed"])]
