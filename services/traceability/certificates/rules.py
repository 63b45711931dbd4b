"""What a certificate must say, and from which certificates one that was reissued stems. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

WORDS = "承诺达标合格证"
"""What must stand on every commitment certificate, beside a QR code too."""


class CertificateKind(StrEnum):
    COMMITMENT = "commitment"
    QUARANTINE = "quarantine"
    MEAT_INSPECTION = "meat_inspection"
    TEST_REPORT = "test_report"
    IMPORT = "import"

    @property
    def label(self) -> str:
        """As it stands on tickets."""
        return {
            "commitment": WORDS,
            "quarantine": "动物检疫合格证明",
            "meat_inspection": "肉品品质检验合格证",
            "test_report": "检验报告",
            "import": "进口检验检疫证明",
        }[self]


class IssuerRole(StrEnum):
    """Which of the two official forms: of who grew it, or of who bought it and mixes or repacks it."""

    PRODUCER = "producer"
    PURCHASER = "purchaser"

    @property
    def label(self) -> str:
        return {"producer": "生产者", "purchaser": "收购者（分装、混装后重新开具）"}[self]


class Basis(StrEnum):
    """On what the commitment rests."""

    QUALITY_CONTROL = "quality_control"
    OWN_TEST = "own_test"
    COMMISSIONED_TEST = "commissioned_test"
    RAPID_TEST = "rapid_test"

    @property
    def label(self) -> str:
        return {
            "quality_control": "质量安全控制符合要求",
            "own_test": "自行检测合格",
            "commissioned_test": "委托检测合格",
            "rapid_test": "快速检测合格",
        }[self]


FIELDS: Mapping[str, str] = {
    "product_name": "产品名称",
    "quantity": "数量（重量）",
    "origin": "产地",
    "issued_at": "开具时间",
    "issuer_name": "承诺主体",
    "contact": "联系方式",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A certificate from which another was made: one of the platform, else its number on paper."""

    certificate_id: UUID | None
    number: str


@dataclass(frozen=True, slots=True)
class Root:
    """A certificate that stems from no other."""

    certificate_id: UUID | None
    number: str


def missing(fields: Sequence[str], said: Mapping[str, Any]) -> list[str]:
    """Which of the form's fields nothing is said of."""
    return [name for name in fields if said.get(name) in (None, "")]


def roots(start: Iterable[Source], sources_of: Mapping[UUID, Sequence[Source]]) -> frozenset[Root]:
    """The first certificates, through however many reissues. `sources_of` has those that were made from others."""
    found: set[Root] = set()
    seen: set[UUID] = set()
    pending = list(start)
    while pending:
        source = pending.pop()
        if source.certificate_id is None:
            found.add(Root(None, source.number))
        elif source.certificate_id not in seen:
            seen.add(source.certificate_id)
            above = sources_of.get(source.certificate_id, ())
            if above:
                pending += above
            else:
                found.add(Root(source.certificate_id, source.number))
    return frozenset(found)


def not_named(came_with: Iterable[Mapping[str, Any]], sources: Collection[Source]) -> list[str]:
    """Numbers of commitment certificates that came with what was mixed or repacked, and that a reissue leaves out."""
    ids = {source.certificate_id for source in sources if source.certificate_id is not None}
    numbers = {source.number for source in sources}
    return [
        str(paper["number"])
        for paper in came_with
        if paper["kind"] == WORDS
        and paper["number"] not in numbers
        and not (paper.get("id") and UUID(paper["id"]) in ids)
    ]
