"""Code types that more than one room uses; each exists once, here."""

from enum import StrEnum


class Unit(StrEnum):
    """The five deployable units. Each owns one schema of the database."""

    SAMPLING = "sampling"
    TRACEABILITY = "traceability"
    INSPECTION = "inspection"
    SCORING = "scoring"
    GATEWAY = "gateway"

    @property
    def label(self) -> str:
        return _UNIT_LABELS[self]


_UNIT_LABELS = {
    Unit.SAMPLING: "抽检快检",
    Unit.TRACEABILITY: "追溯",
    Unit.INSPECTION: "监督检查",
    Unit.SCORING: "评价",
    Unit.GATEWAY: "网关",
}

SERVICES = (Unit.SAMPLING, Unit.TRACEABILITY, Unit.INSPECTION, Unit.SCORING)
"""The four supervision domains, in the order in which pages show them."""


class Role(StrEnum):
    """What a person or system may be to the platform. A token carries one or more."""

    LEADER = "leader"
    FOOD_SAFETY_OFFICE = "food_safety_office"
    INSPECTOR = "inspector"
    GRID_OFFICER = "grid_officer"
    SAMPLER = "sampler"
    LABORATORY = "laboratory"
    CASE_HANDLER = "case_handler"
    MARKET_OPERATOR = "market_operator"
    BUSINESS = "business"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    EXTERNAL_SYSTEM = "external_system"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.LEADER: "领导",
    Role.FOOD_SAFETY_OFFICE: "食安办",
    Role.INSPECTOR: "执法检查人员",
    Role.GRID_OFFICER: "网格员",
    Role.SAMPLER: "抽样人员",
    Role.LABORATORY: "检验机构",
    Role.CASE_HANDLER: "核查处置人员",
    Role.MARKET_OPERATOR: "市场开办者",
    Role.BUSINESS: "食品生产经营者",
    Role.REVIEWER: "评审专家",
    Role.AUDITOR: "审计人员",
    Role.EXTERNAL_SYSTEM: "外部系统",
    Role.ADMINISTRATOR: "系统管理员",
}

OFFICIALS = frozenset(
    {
        Role.LEADER,
        Role.FOOD_SAFETY_OFFICE,
        Role.INSPECTOR,
        Role.GRID_OFFICER,
        Role.CASE_HANDLER,
        Role.AUDITOR,
    }
)
"""Roles of officers of the bureau and the food-safety office, who read the figures and registers of their regions."""


class FileFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class RowOutcome(StrEnum):
    """What became of one row or record of a bulk upload."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    SUSPECTED_DUPLICATE = "suspected_duplicate"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        return {"accepted": "已收下", "duplicate": "重复", "suspected_duplicate": "疑似重复", "rejected": "退回"}[self]
