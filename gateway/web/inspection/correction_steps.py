"""The steps of a correction from its page: which are offered to whom in which state, and what each asks. Pure."""

from dataclasses import replace

from gateway.web.steps import NOTE, Answer, Field, Step, asked_of, moment
from shared.contracts.codes import Role

FIELD = frozenset({Role.INSPECTOR, Role.GRID_OFFICER, Role.FOOD_SAFETY_OFFICE})
ORDERING = frozenset({Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE})
CASE_DECIDERS = frozenset({Role.INSPECTOR, Role.CASE_HANDLER})
AT = moment("何时")
BEFORE = Field("evidence_before", "整改前的照片", "photos")
AFTER = Field("evidence_after", "整改后的照片", "photos")
DAY_UNITS = (("", "请选择"), ("working_day", "工作日"), ("calendar_day", "自然日"))


def _why(label: str, hint: str = "") -> Field:
    return Field("note", label, "words", hint)


ASSESSMENT = Step(
    "assessment",
    "判断是否影响食品安全",
    FIELD,
    (
        Field("affects_safety", "是否影响食品安全", "choice", options=(("false", "不影响"), ("true", "影响"))),
        _why("依据和理由"),
        AT,
    ),
    "处理之前必须判断。影响的应当调查处理，不能当场整改了结。",
)
SPOT = Step(
    "spot-correction",
    "当场整改",
    FIELD,
    (BEFORE, AFTER, NOTE, AT),
    "在检查人员眼前改好的，整改前后各至少一张照片，随即办结。",
)
ORDER = Step(
    "orders",
    "责令限期整改",
    ORDERING,
    (
        Field("document_number", "责令整改文书的文号", hint="如：演示责改〔2026〕1号"),
        Field("demand", "整改要求", "words"),
        Field("last_day", "最后一日", "day", "照文书填；或者填下面的天数和单位，二者选一", required=False),
        Field("length", "多少天", "decimal", required=False),
        Field("unit", "天数的单位", "select", required=False, options=DAY_UNITS),
        NOTE,
        AT,
    ),
    "时限以文书写明的为准，法律没有规定天数，平台也没有默认天数。",
)
EXTENSION = Step(
    "extension",
    "书面延期",
    ORDERING,
    (
        Field("length", "延长多少天", "decimal", "单位同原期限"),
        Field("document_number", "书面延期的文号"),
        _why("理由"),
        AT,
    ),
    "在届满之前，至多两次。",
)
REPORT = Step(
    "completion-report",
    "报告整改完成",
    FIELD | {Role.BUSINESS},
    (_why("整改情况"), AFTER, replace(AT, roles=FIELD)),
    "等待复查的时间不计入期限。",
)
RECHECK = Step(
    "rechecks",
    "复查",
    FIELD,
    (
        Field(
            "result",
            "复查的结果",
            "choice",
            options=(("passed", "合格"), ("failed", "不合格"), ("not_reached", "未能复查（不算合格）")),
        ),
        _why("所见"),
        replace(AFTER, label="复查时的照片", required=False, hint="合格、不合格的至少一张"),
        AT,
    ),
)
CASE_REQUEST = Step(
    "case-request",
    "移送立案",
    FIELD,
    (_why("涉嫌什么违法行为，为什么移送"), AT),
    "影响食品安全、逾期未改或复查不合格的。移送以后，决定是否立案另有期限。",
)
CASE_DECISION = Step(
    "case-decision",
    "登记立案结果",
    CASE_DECIDERS,
    (
        Field("filing_number", "立案号", hint="不予立案的不填", required=False),
        replace(_why("不予立案的书面理由"), required=False),
        AT,
    ),
)
CLOSURE = Step("closure", "办结", FIELD, (NOTE, AT))
WITHDRAWAL = Step("withdrawal", "撤销登记", ORDERING, (_why("为什么登记有误"), AT), "撤销以后各项指标都不再计。")

STEPS = (
    ASSESSMENT,
    SPOT,
    ORDER,
    REPORT,
    RECHECK,
    EXTENSION,
    CASE_REQUEST,
    CASE_DECISION,
    CLOSURE,
    WITHDRAWAL,
)


def offered(correction: Answer, roles: frozenset[Role]) -> list[Step]:
    """The steps possible in the correction's state for somebody with `roles`; what is due next stands first."""
    possible = _possible(correction)
    steps = [asked_of(roles, step) for step in STEPS if step in possible and step.roles & roles]
    due = next_step(correction)
    return sorted(steps, key=lambda step: step.slug != due)


def next_step(correction: Answer) -> str:
    """The slug of the step that moves it on; empty once it is closed."""
    state, serious = correction["state"], correction["affects_safety"]
    if state == "closed":
        return ""
    if state == "found":
        if serious is None:
            return ASSESSMENT.slug
        return (CASE_REQUEST if serious and not correction["case_requested_at"] else ORDER).slug
    due = {"ordered": RECHECK, "reported": RECHECK, "failed": ORDER, "passed": CLOSURE}
    return due[state].slug if state in due else ""


def _possible(correction: Answer) -> set[Step]:
    state, serious = correction["state"], correction["affects_safety"]
    if state == "closed":
        return set()
    steps = {ASSESSMENT, WITHDRAWAL}
    if state == "found" and serious is not None:
        steps |= {ORDER} | (set() if serious else {SPOT})
    if state == "ordered":
        steps |= {REPORT, RECHECK, EXTENSION, ORDER}
    if state == "reported":
        steps |= {RECHECK}
    if state == "failed":
        steps |= {ORDER, RECHECK}
    if not correction["case_requested_at"] and (serious or state in ("ordered", "failed")):
        steps |= {CASE_REQUEST}
    if correction["case_requested_at"] and not correction["filing_number"]:
        steps |= {CASE_DECISION}
    if state == "passed" or correction["filing_number"]:
        steps |= {CLOSURE}
    return steps
