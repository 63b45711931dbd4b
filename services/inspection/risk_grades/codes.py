"""The words of risk grading (风险分级)."""

from enum import StrEnum


class Grade(StrEnum):
    """From the least risk to the greatest (食药监食监一〔2016〕115号)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"

    @property
    def label(self) -> str:
        return f"{self.value}级"

    @property
    def rank(self) -> int:
        """0 for the least risk."""
        return "ABCD".index(self.value)

    def moved(self, by: int) -> "Grade":
        """So many grades riskier (negative: safer), never beyond the ends."""
        return list(Grade)[min(max(self.rank + by, 0), len(Grade) - 1)]


class FactKind(StrEnum):
    """What may happen to a business that its grade answers to. The first are told by services, the rest by officers."""

    SAMPLE_FAILED = "sample_failed"
    RAPID_TEST_FAILED = "rapid_test_failed"
    CASE_FILED = "case_filed"
    VISIT_VIOLATION = "visit_violation"
    WILFUL_VIOLATION = "wilful_violation"
    SOCIAL_HARM = "social_harm"
    INCIDENT = "incident"
    RECALL_REFUSED = "recall_refused"
    INSPECTION_REFUSED = "inspection_refused"
    SERIOUS_DISHONESTY = "serious_dishonesty"
    OTHER_ADVERSE = "other_adverse"
    CERTIFIED = "certified"
    QUALITY_AWARD = "quality_award"
    OTHER_FAVOURABLE = "other_favourable"

    @property
    def label(self) -> str:
        return _FACT_LABELS[self]

    @property
    def favourable(self) -> bool:
        return self in FAVOURABLE

    @property
    def told_by_service(self) -> bool:
        return self in TOLD_BY_SERVICES


_FACT_LABELS = {
    FactKind.SAMPLE_FAILED: "抽检不合格",
    FactKind.RAPID_TEST_FAILED: "快检疑似阳性",
    FactKind.CASE_FILED: "违法线索立案",
    FactKind.VISIT_VIOLATION: "跟进检查发现违法线索",
    FactKind.WILFUL_VIOLATION: "故意违法，受罚没或停产停业",
    FactKind.SOCIAL_HARM: "违法造成不良社会影响",
    FactKind.INCIDENT: "发生食品安全事故",
    FactKind.RECALL_REFUSED: "不按规定召回或停止经营",
    FactKind.INSPECTION_REFUSED: "拒绝、逃避、阻挠检查",
    FactKind.SERIOUS_DISHONESTY: "列入严重违法失信名单",
    FactKind.OTHER_ADVERSE: "其他可以上调的情形",
    FactKind.CERTIFIED: "获得良好生产规范、危害分析与关键控制点等体系认证",
    FactKind.QUALITY_AWARD: "获得政府质量奖",
    FactKind.OTHER_FAVOURABLE: "其他可以下调的情形",
}

FAVOURABLE = frozenset({FactKind.CERTIFIED, FactKind.QUALITY_AWARD, FactKind.OTHER_FAVOURABLE})
TOLD_BY_SERVICES = frozenset(
    {FactKind.SAMPLE_FAILED, FactKind.RAPID_TEST_FAILED, FactKind.CASE_FILED, FactKind.VISIT_VIOLATION}
)


class FactState(StrEnum):
    """Whether it is so. An open fact raises nothing yet, and nobody is called clean while it is open."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    UNSETTLED = "unsettled"

    @property
    def label(self) -> str:
        return {"open": "待核实", "confirmed": "属实", "dismissed": "不属实", "unsettled": "无法核实"}[self]


class SchemeState(StrEnum):
    """A draft may be written anew; a published version never changes; a withdrawn one grades nobody any more."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"draft": "草稿", "published": "已发布", "withdrawn": "已撤回"}[self]


class ProposalState(StrEnum):
    """Where a proposed grade stands. Only a person makes it the grade in force."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REPLACED = "replaced"

    @property
    def label(self) -> str:
        return {"proposed": "待确认", "confirmed": "已确认", "refused": "不予采纳", "replaced": "已被新的建议取代"}[
            self
        ]
