"""The steps of an objection (异议) and of a re-test (复检) from their pages: who is offered what. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.web.sampling.disposal_steps import FILED_ON_PAPER, PARTIES, PROOF
from gateway.web.sampling.whistle_steps import OFFICERS
from gateway.web.steps import EVIDENCE, NOTE, Answer, Field, Step, asked_of, moment
from shared.contracts.codes import Role
from shared.contracts.disposals import ObjectionGround, ObjectionKind, ObjectionState, RetestGround, RetestState
from shared.contracts.statutory_sampling import CaseSide, ItemVerdict

YES_NO = (("true", "是"), ("false", "否"))


def _why(label: str, hint: str = "") -> Field:
    return Field("note", label, "words", hint)


ACCEPT = Step("acceptance", "受理", OFFICERS, (moment("受理时间"), NOTE, EVIDENCE))
WITHDRAW = Step("withdrawal", "撤回", PARTIES, (replace(NOTE, label="撤回的理由"), EVIDENCE))

SAMPLING_OBJECTION = Step(
    "sampling-objections",
    "登记抽样过程异议",
    PARTIES,
    (_why("异议的内容和理由"), FILED_ON_PAPER, EVIDENCE),
    "被抽样单位对抽样过程的异议，期限自抽样完成起算；逾期的不予受理，记录在案。",
)
ASK_SUPPLEMENT = Step(
    "supplement-request", "告知补正", OFFICERS, (_why("缺什么"), moment("告知时间"), EVIDENCE), "应当一次告知全部。"
)
SUPPLEMENT = Step("supplement", "登记补正", PARTIES, (_why("补正了什么"), EVIDENCE), "受理的期限自此重新起算。")
REFUSE = Step(
    "refusal",
    "不予受理",
    OFFICERS,
    (
        Field("ground", "理由", "choice", options=tuple((each.value, each.label) for each in ObjectionGround)),
        _why("具体情况"),
        moment("何时"),
        EVIDENCE,
    ),
)
PAUSE = Step("pause", "中止计时", OFFICERS, (_why("等待什么", "等待标准解释、说明"), moment("何时"), EVIDENCE))
RESUME = Step("resumption", "恢复计时", OFFICERS, (moment("收到说明的时间"), NOTE, EVIDENCE))
DECIDE = Step(
    "decision",
    "作出处理结论",
    OFFICERS,
    (
        Field("upheld", "异议是否成立", "choice", options=(("true", "成立"), ("false", "不成立"))),
        Field(
            "ends",
            "哪个环节的核查处置因此终结",
            "choices",
            "只在异议成立时选；如样品不是其生产的，终结生产环节",
            required=False,
            options=tuple((each.value, each.label) for each in CaseSide),
        ),
        _why("依据和理由"),
        PROOF,
        moment("何时"),
    ),
)
OBJECTION_STEPS = (ACCEPT, ASK_SUPPLEMENT, SUPPLEMENT, REFUSE, DECIDE, PAUSE, RESUME, WITHDRAW)


def objection_steps(objection: Answer, roles: frozenset[Role]) -> list[Step]:
    """What may be done with an objection in its state; the step that is due stands first."""
    state, late = ObjectionState(objection["state"]), objection["is_late"]
    paused = any(clock["state"] == "paused" for clock in objection["clocks"])
    on_sampling = objection["kind"] == ObjectionKind.SAMPLING_PROCESS
    found: list[Step] = []
    match state:
        case ObjectionState.RECEIVED:
            found = [REFUSE, WITHDRAW] if late else [ACCEPT, ASK_SUPPLEMENT, REFUSE, WITHDRAW]
        case ObjectionState.SUPPLEMENT_AWAITED:
            found = [SUPPLEMENT, REFUSE, WITHDRAW]
        case ObjectionState.ACCEPTED:
            waiting = [] if on_sampling else [RESUME if paused else PAUSE]
            found = [DECIDE, *waiting, WITHDRAW]
    return _for(roles, found)


BACKUP_UNTIL = Field("backup_expires_on", "备份样品保质期的最后一日", "day", "没有标注的不填", required=False)
ACCEPT_RETEST = replace(
    ACCEPT,
    fields=(
        Field("backup_intact", "备份样品封条完好，数量和状态能够复检", "choice", options=YES_NO),
        BACKUP_UNTIL,
        *ACCEPT.fields,
    ),
    lead="先查验备份样品。有不予复检的情形的，不能受理。",
)
REFUSE_RETEST = replace(
    REFUSE,
    fields=(
        Field("ground", "属于哪一种情形", "choice", options=tuple((each.value, each.label) for each in RetestGround)),
        BACKUP_UNTIL,
        *REFUSE.fields[1:],
    ),
)
DRAW = Step(
    "laboratory-draws",
    "随机抽取复检机构",
    OFFICERS,
    (replace(NOTE, label="再次抽取的理由", hint="第一次抽取不填"),),
    "从复检机构名录里随机抽取，不会抽到初检机构；种子记录在案，可以复算。",
)
REPLY = Step(
    "laboratory-reply",
    "登记复检机构的答复",
    OFFICERS,
    (
        Field("undertakes", "答复", "choice", options=(("true", "承接"), ("false", "书面拒绝"))),
        replace(NOTE, hint="书面拒绝的，写明它的理由"),
        moment("答复时间"),
        EVIDENCE,
    ),
)
TRANSFER = Step(
    "backup-transfer",
    "登记备份样品移交",
    OFFICERS,
    (
        Field("seals_intact", "移交时封条完好", "choice", options=YES_NO),
        replace(PROOF, hint="一行一件：封条照片、交接单的编号"),
        NOTE,
        moment("移交时间"),
    ),
    "复检报告的期限自此起算。封条不完好的，不能复检。",
)
EXTEND = Step(
    "extension",
    "批准延长",
    OFFICERS,
    (Field("length", "延长几个工作日", "decimal"), _why("理由"), PROOF),
    "延长现在所等的一项期限，以规则允许的为限。",
)
TELL = Step("notice", "登记告知申请人", OFFICERS, (moment("告知时间"), NOTE, EVIDENCE))


def result_of(retest: Answer) -> Step:
    """Entering the re-test's result: the questions of one item for each that was asked for."""
    fields = [Field("report_number", "复检报告编号")]
    for number, name in enumerate(retest["items"]):
        where = f"{name}，"
        fields += [
            Field(f"items/{number}/item", f"项目{number + 1}", value=name, hint="与申请的一致"),
            Field(f"items/{number}/result", "结果", hint="照报告写，如 0.15", where=where),
            Field(f"items/{number}/unit", "单位", hint="如 mg/kg", required=False, where=where),
            Field(f"items/{number}/requirement", "标准限值", hint="照报告写，如 ≤0.2", required=False, where=where),
            Field(f"items/{number}/requirement_unit", "限值的单位", required=False, where=where),
            Field(f"items/{number}/method", "检验方法", required=False, where=where),
            Field(
                f"items/{number}/verdict",
                "复检报告的判定",
                "choice",
                options=tuple((each.value, each.label) for each in ItemVerdict),
                where=where,
            ),
            Field(
                f"items/{number}/because",
                "判定的依据",
                "words",
                "数值不能由系统判定时写明",
                required=False,
                where=where,
            ),
        ]
    lead = "复检结论是最终结论。推翻初检的，样品改为合格，核查处置终结，解除停售。"
    return Step("result", "登记复检结论", OFFICERS, (*fields, moment("收到报告的时间"), EVIDENCE), lead)


def retest_steps(retest: Answer, roles: frozenset[Role]) -> list[Step]:
    """What may be done with a re-test in its state; the step that is due stands first."""
    found: list[Step] = []
    match RetestState(retest["state"]):
        case RetestState.RECEIVED:
            found = [ACCEPT_RETEST, REFUSE_RETEST, WITHDRAW]
        case RetestState.ACCEPTED:
            found = [DRAW, EXTEND, WITHDRAW]
        case RetestState.COMMISSIONED:
            found = [REPLY, EXTEND, WITHDRAW]
        case RetestState.UNDERTAKEN:
            found = [TRANSFER, EXTEND, WITHDRAW]
        case RetestState.TESTING:
            found = [result_of(retest), EXTEND]
        case RetestState.REPORTED:
            found = [TELL]
    return _for(roles, found)


def all_retest_steps(retest: Answer) -> list[Step]:
    return [ACCEPT_RETEST, REFUSE_RETEST, WITHDRAW, DRAW, REPLY, TRANSFER, EXTEND, result_of(retest), TELL]


def _for(roles: frozenset[Role], steps: Sequence[Step]) -> list[Step]:
    return [asked_of(roles, step) for step in steps if step.roles & roles]
