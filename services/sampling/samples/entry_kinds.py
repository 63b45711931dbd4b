"""What may happen to a sample, as its history tells it."""

from enum import StrEnum


class SampleEntryKind(StrEnum):
    """Kinds of entries. A feature that adds to the history of samples adds its kinds here."""

    TAKEN = "taken"
    IMPORTED = "imported"
    REFUSED = "refused"
    CORRECTED = "corrected"
    LABORATORY_ASSIGNED = "laboratory_assigned"
    RECEIVED = "received"
    REJECTED = "rejected"
    REPORTED = "reported"
    RETURNED = "returned"
    CONCLUDED = "concluded"
    RETESTED = "retested"
    VOIDED = "voided"
    PUBLISHED = "published"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    SampleEntryKind.TAKEN: "完成抽样、封样",
    SampleEntryKind.IMPORTED: "由抽样单工作簿导入",
    SampleEntryKind.REFUSED: "被抽样单位拒绝抽样",
    SampleEntryKind.CORRECTED: "更正抽样单",
    SampleEntryKind.LABORATORY_ASSIGNED: "确定检验机构",
    SampleEntryKind.RECEIVED: "检验机构接收样品",
    SampleEntryKind.REJECTED: "检验机构拒收样品",
    SampleEntryKind.REPORTED: "检验机构出具检验报告",
    SampleEntryKind.RETURNED: "检验报告退回更正",
    SampleEntryKind.CONCLUDED: "作出检验结论",
    SampleEntryKind.RETESTED: "复检结论推翻初检结论",
    SampleEntryKind.VOIDED: "样品作废",
    SampleEntryKind.PUBLISHED: "公布抽检结果",
}
