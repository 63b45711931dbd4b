"""The steps of a disposal case from its page: which are offered to whom, and what each asks. Pure."""

from dataclasses import replace

from gateway.web.sampling.whistle_steps import OFFICERS
from gateway.web.steps import EVIDENCE, NOTE, Answer, Field, Step, asked_of, moment
from shared.contracts.codes import Role
from shared.contracts.disposals import CaseEnd, CaseState, Handling, ObjectionKind, Recipient, ServiceMethod, Topic
from shared.contracts.statutory_sampling import CaseSide

PARTIES = OFFICERS | {Role.BUSINESS}
LEADERS = frozenset({Role.LEADER})
VOUCHERS = frozenset({Role.FOOD_SAFETY_OFFICE})
"""Who may publish, and so may say that publication need not wait."""
PROOF = replace(EVIDENCE, required=True)
FILED_ON_PAPER = Field(
    "at",
    "书面申请递交的时间",
    "moment",
    "只在补记更早递交的书面申请时填，并附证据；不填就是现在",
    required=False,
    roles=OFFICERS,
)


def _why(label: str, hint: str = "") -> Field:
    return Field("note", label, "words", hint)


START = Step("start", "启动核查处置", OFFICERS, (moment("启动时间"), NOTE, EVIDENCE), "启动的期限自收到检验结论起算。")
STOP_SALE = Step(
    "stop-sales",
    "登记停售、封存",
    OFFICERS,
    (
        Field(
            "sealed",
            "采取了什么措施",
            "choice",
            options=(("false", "责令停止生产经营（停售）"), ("true", "封存、扣押")),
        ),
        Field("quantity", "数量", "decimal", "已无存货填 0；数量不清楚的不填，不当作零", required=False),
        Field("unit", "单位", hint="与数量一起填，如 kg", required=False),
        moment("何时"),
        NOTE,
        EVIDENCE,
    ),
    "可以分次登记。",
)
RECALL = Step(
    "recall",
    "登记召回",
    OFFICERS,
    (
        Field(
            "needed",
            "是否要求召回",
            "choice",
            options=(("true", "要求召回（随即通知追溯服务）"), ("false", "不需召回")),
        ),
        _why("范围和理由", "召回的范围和理由；不需召回的写明书面理由"),
        moment("何时"),
        EVIDENCE,
    ),
)
CAUSE = Step("causes", "登记原因排查", OFFICERS, (_why("原因"), moment("何时"), EVIDENCE))
RECTIFICATION = Step("rectifications", "登记整改", OFFICERS, (_why("整改情况"), moment("何时"), EVIDENCE))
CASE_REQUEST = Step(
    "case-request",
    "移送案件线索",
    OFFICERS,
    (_why("涉嫌什么违法行为"), moment("何时"), EVIDENCE),
    "移送后，监督检查服务随即收到线索。",
)
FILING = Step(
    "filing",
    "登记立案结果",
    OFFICERS,
    (
        Field("number", "立案号", hint="不予立案的不填", required=False),
        replace(_why("不予立案的书面理由", "立案的可以不填"), required=False),
        moment("何时"),
        EVIDENCE,
    ),
    "立案的填立案号；不予立案的写明书面理由。后来又立案的，可以再登记。",
)
PENALTY = Step(
    "penalties",
    "登记处罚决定",
    OFFICERS,
    (Field("number", "决定书文号", hint="行政处罚或不予处罚决定书的文号"), moment("何时"), NOTE, EVIDENCE),
)
REGION_NOTICE = Step(
    "region-notice",
    "跨区域通报",
    OFFICERS,
    (
        Field("to", "通报给哪个机关", hint="生产者所在地的市场监管部门"),
        Field("channel", "以什么方式", hint="如国家抽检信息系统、公函"),
        moment("何时"),
        NOTE,
        EVIDENCE,
    ),
    "通报以后，生产环节由其所在地机关办理。",
)
TAKEOVER = Step(
    "takeover",
    "改由本机关办理",
    OFFICERS,
    (_why("理由", "生产者其实在本辖区，或通报被退回"), moment("何时"), EVIDENCE),
    "完成的期限仍自收到检验结论起算。",
)
RECIPIENT = Step(
    "result-notices",
    "增加送达对象",
    OFFICERS,
    (
        Field("recipient", "送达对象", "choice", options=tuple((each.value, each.label) for each in Recipient)),
        Field("name", "名称"),
        NOTE,
    ),
    "市场开办者、网络平台也应收到结论；各自计算送达期限。",
)
EXTENSION = Step(
    "extension",
    "批准延长",
    LEADERS,
    (Field("days", "延长多少日", "decimal"), _why("理由"), PROOF),
    "由承办机关负责人书面批准，须在届满之前。",
)
CLOSURE = Step("closure", "办结", OFFICERS, (PROOF, NOTE, moment("办结时间")))
RETEST = Step(
    "retests",
    "登记复检申请",
    PARTIES,
    (
        _why("申请复检的理由"),
        Field("items", "申请复检的项目", "choices", "不选就是全部可以复检的不合格项目", required=False),
        FILED_ON_PAPER,
        EVIDENCE,
    ),
    "以登记时为准。逾期或有其他不予复检情形的，当即不予受理，记录在案。停售、召回、核查处置照常进行。",
)
OBJECTION = Step(
    "objections",
    "登记异议",
    PARTIES,
    (
        Field(
            "kind",
            "对什么提出异议",
            "choice",
            options=tuple(
                (each.value, each.label) for each in ObjectionKind if each is not ObjectionKind.SAMPLING_PROCESS
            ),
        ),
        _why("异议的内容和理由"),
        FILED_ON_PAPER,
        EVIDENCE,
    ),
    "以登记时为准；逾期的不予受理，记录在案。核查处置照常进行。",
)

STEPS = (
    START,
    STOP_SALE,
    RECALL,
    CAUSE,
    RECTIFICATION,
    CASE_REQUEST,
    FILING,
    PENALTY,
    REGION_NOTICE,
    TAKEOVER,
    RECIPIENT,
    EXTENSION,
    RETEST,
    OBJECTION,
    CLOSURE,
)

SHOWS = {
    Topic.STARTED: START,
    Topic.STOP_SALE: STOP_SALE,
    Topic.RECALL: RECALL,
    Topic.CAUSE: CAUSE,
    Topic.RECTIFICATION: RECTIFICATION,
    Topic.FILING: FILING,
    Topic.PENALTY: PENALTY,
    Topic.REGION_NOTICE: REGION_NOTICE,
}
"""Which step shows what a closure needs; that the result was served is shown by each recipient's own step."""


def service_of(notice: Answer) -> Step:
    """Serving the result on one recipient; a second time it is a correction, which needs a reason."""
    was_served = notice["served_at"] is not None
    return Step(
        f"result-notices/{notice['id']}/service",
        f"{'更正' if was_served else '登记'}送达{notice['label']}",
        OFFICERS,
        (
            moment("送达时间"),
            Field("method", "送达方式", "choice", options=tuple((each.value, each.label) for each in ServiceMethod)),
            replace(PROOF, label="送达证据", hint="一行一件：送达回证、快递单号、照片编号"),
            _why("更正的理由") if was_served else NOTE,
        ),
        f"收件人：{notice['name']}。被抽样单位、标称生产者申请复检、提出异议的期限，自送达起算。",
    )


def confirmation_of(notice: Answer) -> Step:
    """Vouching for a day of service that somebody else wrote down late."""
    return Step(
        f"result-notices/{notice['id']}/confirmation",
        f"确认补记的送达（{notice['label']}）",
        VOUCHERS,
        (_why("凭什么确认送达日期属实", "如：已核对送达回证原件上的签收日期"), EVIDENCE),
        "由登记人以外的另一人确认。确认以后，公布按送达日期计算期限，不再从登记之日另行算满。",
    )


def steps_on(notice: Answer) -> list[Step]:
    """Every step there is on serving one recipient, possible now or not."""
    return [service_of(notice), confirmation_of(notice)]


def awaits_confirmation(notice: Answer) -> bool:
    """Whether publication waits longer for a service that was written down late and that nobody else vouched for."""
    return bool(
        notice["is_late_record"] and notice["confirmed_at"] is None and Recipient(notice["recipient"]).may_contest
    )


def steps_of(case: Answer) -> list[Step]:
    """Every step there is on this case, possible now or not."""
    items = tuple((item["item"], item["item"]) for item in case["unqualified_items"])
    contest = [
        replace(
            step,
            fields=tuple(replace(field, options=items) if field.name == "items" else field for field in step.fields),
        )
        for step in STEPS
    ]
    return [*contest, *(step for notice in case["notices"] for step in steps_on(notice))]


def offered(case: Answer, roles: frozenset[Role]) -> list[Step]:
    """The steps possible in the case's state for somebody with `roles`; the one that is due next stands first."""
    possible = _possible(case)
    due = next_step(case)
    steps = [asked_of(roles, step) for step in steps_of(case) if step.slug in possible and step.roles & roles]
    return sorted(steps, key=lambda step: step.slug != due)


def next_step(case: Answer) -> str:
    """The slug of the step that moves the case on: the first that its closure lacks; empty once it is closed."""
    if case["state"] == CaseState.CLOSED:
        return ""
    unserved = [service_of(notice).slug for notice in case["notices"] if notice["served_at"] is None]
    for topic in map(Topic, case["missing"]):
        if topic is Topic.SERVED and unserved:
            return unserved[0]
        if topic is Topic.FILING and case["case_requested_at"] is None:
            return CASE_REQUEST.slug
        if topic in SHOWS:
            return SHOWS[topic].slug
    return CLOSURE.slug


def _possible(case: Answer) -> set[str]:
    state, is_own = CaseState(case["state"]), case["handling"] == Handling.OWN
    fallen_away = case["ended_because"] not in (None, CaseEnd.DISPOSED)
    served = set() if fallen_away else _on_notices(case)
    contests = {RETEST.slug, OBJECTION.slug} if not fallen_away and _is_served(case) else set()
    if state is CaseState.CLOSED:
        return served | contests
    found = served | contests | {RECIPIENT.slug}
    if not case["missing"]:
        found |= {CLOSURE.slug}
    if not is_own:
        return found | {REGION_NOTICE.slug, TAKEOVER.slug}
    if case["side"] == CaseSide.PRODUCER and case["filing_number"] is None:
        found |= {REGION_NOTICE.slug}
    found |= {EXTENSION.slug}
    return found | ({START.slug} if state is CaseState.OPEN else _under_way(case))


def _is_served(case: Answer) -> bool:
    """Whether the result reached the case's own party, from which his rights to contest it are counted."""
    return any(
        notice["served_at"] is not None
        for notice in case["notices"]
        if notice["name"] == case["party_name"] and Recipient(notice["recipient"]).may_contest
    )


def _on_notices(case: Answer) -> set[str]:
    late = [notice for notice in case["notices"] if awaits_confirmation(notice)]
    return {service_of(notice).slug for notice in case["notices"]} | {confirmation_of(each).slug for each in late}


def _under_way(case: Answer) -> set[str]:
    """What a case that was started may go on with."""
    found = {STOP_SALE.slug, CAUSE.slug, RECTIFICATION.slug}
    if case["recall_requested_at"] is None:
        found |= {RECALL.slug}
    if case["case_requested_at"] is None:
        found |= {CASE_REQUEST.slug}
    return found | ({FILING.slug} if case["filing_number"] is None else {PENALTY.slug})
