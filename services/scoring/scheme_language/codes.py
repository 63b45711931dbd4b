"""Codes of schemes."""

from enum import StrEnum


class NodeClass(StrEnum):
    """What a clause is to the verdict. A group only holds others together."""

    GROUP = "group"
    KEY = "key"
    BASIC = "basic"
    BONUS = "bonus"
    VETO = "veto"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    NodeClass.GROUP: "分组",
    NodeClass.KEY: "关键项",
    NodeClass.BASIC: "基本项",
    NodeClass.BONUS: "鼓励项",
    NodeClass.VETO: "否决项",
}
SCORED = (NodeClass.KEY, NodeClass.BASIC, NodeClass.BONUS)
"""Classes whose clauses bring points."""
