"""Words of disposal (核查处置), service of results (送达), objections (异议) and re-tests (复检)."""

from enum import StrEnum


class CaseState(StrEnum):
    """Where a disposal case stands."""

    OPEN = "open"
    STARTED = "started"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {"open": "待启动", "started": "办理中", "closed": "已办结"}[self]


class Handling(StrEnum):
    """Who disposes: the bureau itself, or the producer's bureau, which must be told."""

    OWN = "own"
    ELSEWHERE = "elsewhere"

    @property
    def label(self) -> str:
        return {"own": "本机关办理", "elsewhere": "跨区域通报"}[self]


class CaseEnd(StrEnum):
    """Why a case ended. Only the first says that there was something to dispose of."""

    DISPOSED = "disposed"
    RETEST_QUALIFIED = "retest_qualified"
    REPORT_CORRECTED = "report_corrected"
    OBJECTION_UPHELD = "objection_upheld"

    @property
    def label(self) -> str:
        return {
            "disposed": "处置完毕",
            "retest_qualified": "复检合格，推翻初检结论",
            "report_corrected": "检验报告更正为合格",
            "objection_upheld": "异议成立",
        }[self]


class CaseStep(StrEnum):
    """What may happen to a disposal case, as its timeline tells it."""

    OPENED = "opened"
    FINDING_REPLACED = "finding_replaced"
    REOPENED = "reopened"
    STARTED = "started"
    STOPPED_SALE = "stopped_sale"
    SEALED = "sealed"
    RECALL_REQUESTED = "recall_requested"
    RECALL_NOT_NEEDED = "recall_not_needed"
    CAUSE_FOUND = "cause_found"
    RECTIFIED = "rectified"
    CASE_REQUESTED = "case_requested"
    FILED = "filed"
    NOT_FILED = "not_filed"
    PENALISED = "penalised"
    REGION_NOTIFIED = "region_notified"
    TAKEN_OVER = "taken_over"
    EXTENDED = "extended"
    RECIPIENT_ADDED = "recipient_added"
    SERVED = "served"
    SERVICE_CORRECTED = "service_corrected"
    SERVICE_CONFIRMED = "service_confirmed"
    STOP_SALE_LIFTED = "stop_sale_lifted"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return _STEP_LABELS[self]


_STEP_LABELS = {
    CaseStep.OPENED: "收到不合格（问题）结论，建立核查处置",
    CaseStep.FINDING_REPLACED: "收到更正后的检验报告",
    CaseStep.REOPENED: "再次更正的检验报告仍不合格，恢复核查处置",
    CaseStep.STARTED: "启动核查处置",
    CaseStep.STOPPED_SALE: "停止生产经营（停售）",
    CaseStep.SEALED: "封存、扣押",
    CaseStep.RECALL_REQUESTED: "要求召回",
    CaseStep.RECALL_NOT_NEEDED: "不需召回",
    CaseStep.CAUSE_FOUND: "原因排查",
    CaseStep.RECTIFIED: "整改",
    CaseStep.CASE_REQUESTED: "移送案件线索",
    CaseStep.FILED: "立案",
    CaseStep.NOT_FILED: "不予立案",
    CaseStep.PENALISED: "行政处罚决定（含不予处罚）",
    CaseStep.REGION_NOTIFIED: "跨区域通报",
    CaseStep.TAKEN_OVER: "改由本机关办理",
    CaseStep.EXTENDED: "书面批准延长",
    CaseStep.RECIPIENT_ADDED: "增加送达对象",
    CaseStep.SERVED: "送达检验结论",
    CaseStep.SERVICE_CORRECTED: "更正送达时间",
    CaseStep.SERVICE_CONFIRMED: "另一人确认补记的送达",
    CaseStep.STOP_SALE_LIFTED: "解除停售、封存",
    CaseStep.CLOSED: "办结",
}


class Topic(StrEnum):
    """What a case must show before it can be closed."""

    STARTED = "started"
    SERVED = "served"
    STOP_SALE = "stop_sale"
    RECALL = "recall"
    CAUSE = "cause"
    RECTIFICATION = "rectification"
    FILING = "filing"
    PENALTY = "penalty"
    REGION_NOTICE = "region_notice"

    @property
    def label(self) -> str:
        return {
            "started": "启动核查处置",
            "served": "送达检验结论",
            "stop_sale": "停售或封存（已无存货的登记数量 0）",
            "recall": "要求召回，或不需召回的书面理由",
            "cause": "原因排查",
            "rectification": "整改",
            "filing": "立案号，或不予立案的书面理由",
            "penalty": "行政处罚（或不予处罚）决定书文号",
            "region_notice": "跨区域通报",
        }[self]


class Recipient(StrEnum):
    """To whom an unqualified result is served, each on a clock of his own."""

    SELLER = "seller"
    PRODUCER = "producer"
    MARKET_OPENER = "market_opener"
    PLATFORM = "platform"

    @property
    def label(self) -> str:
        return {
            "seller": "被抽样单位",
            "producer": "标称生产者",
            "market_opener": "市场开办者",
            "platform": "网络平台",
        }[self]

    @property
    def may_contest(self) -> bool:
        """Whether the result is about him. Openers and platforms are told because they must act, not because they may
        contest.
        """
        return self in (Recipient.SELLER, Recipient.PRODUCER)


class ServiceMethod(StrEnum):
    """How a document reached its recipient."""

    IN_PERSON = "in_person"
    LEFT = "left"
    MAIL = "mail"
    ELECTRONIC = "electronic"
    ENTRUSTED = "entrusted"
    PUBLIC_NOTICE = "public_notice"

    @property
    def label(self) -> str:
        return {
            "in_person": "直接送达",
            "left": "留置送达",
            "mail": "邮寄送达",
            "electronic": "电子送达",
            "entrusted": "委托送达",
            "public_notice": "公告送达",
        }[self]


class ObjectionKind(StrEnum):
    """What an objection is about."""

    SAMPLING_PROCESS = "sampling_process"
    INSPECTION_PROCESS = "inspection_process"
    RESULT = "result"
    AUTHENTICITY = "authenticity"

    @property
    def label(self) -> str:
        return {
            "sampling_process": "抽样过程",
            "inspection_process": "检验过程、检验方法",
            "result": "检验结果、标准适用",
            "authenticity": "样品真实性（假冒）",
        }[self]


class ObjectionState(StrEnum):
    """Where an objection stands."""

    RECEIVED = "received"
    SUPPLEMENT_AWAITED = "supplement_awaited"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "received": "待受理",
            "supplement_awaited": "待补正",
            "accepted": "已受理，审核中",
            "refused": "不予受理",
            "upheld": "异议成立",
            "rejected": "异议不成立",
            "withdrawn": "已撤回",
        }[self]


class ObjectionGround(StrEnum):
    """On what ground an objection is not accepted."""

    LATE = "late"
    NOT_ENTITLED = "not_entitled"
    NOT_SUPPLEMENTED = "not_supplemented"
    ALREADY_DECIDED = "already_decided"
    OUTSIDE_SCOPE = "outside_scope"

    @property
    def label(self) -> str:
        return {
            "late": "逾期提出",
            "not_entitled": "不是有权提出的当事人",
            "not_supplemented": "逾期未补正",
            "already_decided": "同一事项已作出决定",
            "outside_scope": "不属于异议的范围",
        }[self]


class ObjectionStep(StrEnum):
    """What may happen to an objection, as its timeline tells it."""

    RECEIVED = "received"
    SUPPLEMENT_ASKED = "supplement_asked"
    SUPPLEMENTED = "supplemented"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PAUSED = "paused"
    RESUMED = "resumed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "received": "收到异议申请",
            "supplement_asked": "告知补正",
            "supplemented": "补正材料",
            "accepted": "受理",
            "refused": "不予受理",
            "paused": "中止计时：等待标准解释、说明",
            "resumed": "恢复计时",
            "decided": "作出异议处理结论",
            "withdrawn": "撤回异议",
        }[self]


class RetestState(StrEnum):
    """Where a re-test stands."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    COMMISSIONED = "commissioned"
    UNDERTAKEN = "undertaken"
    TESTING = "testing"
    REPORTED = "reported"
    TOLD = "told"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "received": "待受理",
            "accepted": "已受理，待确定复检机构",
            "commissioned": "已委托，待复检机构答复",
            "undertaken": "复检机构已承接，待移交备份样品",
            "testing": "复检中",
            "reported": "已有复检结论，待告知申请人",
            "told": "已告知复检结论",
            "refused": "不予受理",
            "withdrawn": "已撤回",
        }[self]


class RetestGround(StrEnum):
    """On what ground a re-test is refused; a closed set."""

    LATE = "late"
    MICROBIOLOGY = "microbiology"
    BACKUP_EXPIRED = "backup_expired"
    BACKUP_UNUSABLE = "backup_unusable"
    ALREADY_APPLIED = "already_applied"
    NOT_ENTITLED = "not_entitled"
    OTHER_BY_LAW = "other_by_law"

    @property
    def label(self) -> str:
        return {
            "late": "逾期提出",
            "microbiology": "检验结论为微生物指标不合格",
            "backup_expired": "复检备份样品超过保质期",
            "backup_unusable": "复检备份样品无法实现复检目的",
            "already_applied": "同一检验结论已受理过复检",
            "not_entitled": "不是有权申请的当事人",
            "other_by_law": "法律、法规、规章规定的其他不予复检的情形",
        }[self]


class RetestStep(StrEnum):
    """What may happen to a re-test, as its timeline tells it."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LABORATORY_DRAWN = "laboratory_drawn"
    LABORATORY_REFUSED = "laboratory_refused"
    UNDERTAKEN = "undertaken"
    BACKUP_TRANSFERRED = "backup_transferred"
    EXTENDED = "extended"
    REPORTED = "reported"
    TOLD = "told"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "received": "收到复检申请",
            "accepted": "受理复检申请",
            "refused": "不予受理",
            "laboratory_drawn": "随机确定复检机构",
            "laboratory_refused": "复检机构书面拒绝",
            "undertaken": "复检机构承接",
            "backup_transferred": "移交复检备份样品",
            "extended": "批准延长",
            "reported": "出具复检报告",
            "told": "告知申请人复检结论",
            "withdrawn": "撤回复检申请",
        }[self]


class Payer(StrEnum):
    """Who bears the cost of a re-test in the end; the applicant always pays first."""

    APPLICANT = "applicant"
    BUREAU = "bureau"
    UNDECIDED = "undecided"

    @property
    def label(self) -> str:
        return {
            "applicant": "申请人承担",
            "bureau": "抽样检验的部门承担，退还申请人先行支付的费用",
            "undecided": "复检没有得出结论，承担由部门书面决定",
        }[self]
