"""Events of statutory sampling as other units receive them; all invented."""

from datetime import date
from typing import Any
from uuid import uuid4

from shared.contracts.statutory_sampling import (
    CaseRequested,
    CaseSide,
    Conclusion,
    Link,
    RecallRequested,
    ReportClass,
    SampleConcluded,
    SampleFacts,
    Stream,
    UnqualifiedItem,
)
from shared.times import now
from tests.factories.sampling import HAISHU_STREET


def sample_facts(**changes: Any) -> dict[str, Any]:
    """What an event says of a fish sampled at a stall in a street of 海曙区."""
    return {
        "sample_id": uuid4(),
        "version": 7,
        "number": f"XBJ26330203{uuid4().int % 10**9:09d}",
        "stream": Stream.SUPERVISION,
        "link": Link.CIRCULATION,
        "region_code": HAISHU_STREET,
        "food_name": "草鱼",
        "category_code": None,
        "sampled_on": date(2026, 7, 20),
        "business_id": uuid4(),
        "sampled_party_name": "演示水产摊（虚构）",
        "sampled_party_uscc": None,
        "producer_name": "演示养殖场（虚构）",
        "producer_uscc": None,
        "lot_code": f"DEMO-{uuid4().hex[:8].upper()}",
        "production_date": None,
    } | changes


def failed_item() -> UnqualifiedItem:
    return UnqualifiedItem(item="孔雀石绿", result="2.35 μg/kg", requirement="不得检出")


def recall_requested(**changes: Any) -> RecallRequested:
    """A disposal asks to call the lot back."""
    asked = {"case_id": uuid4(), "reason": "检出孔雀石绿（演示）", "requested_at": now()}
    return RecallRequested(**(sample_facts() | asked | changes))


def passed_after_all(asked: RecallRequested | CaseRequested, **changes: Any) -> SampleConcluded:
    """A later conclusion about the sample of a request: the re-test has passed it."""
    facts = {name: getattr(asked, name) for name in SampleFacts.model_fields} | {"version": asked.version + 3}
    said = {
        "conclusion": Conclusion.QUALIFIED,
        "report_class": ReportClass.QUALIFIED,
        "report_number": "演示复检报告 1 号",
        "unqualified_items": [],
        "concluded_at": now(),
    }
    return SampleConcluded(**facts | said | changes)


def case_requested(**changes: Any) -> CaseRequested:
    """A disposal hands the seller's suspected violation over."""
    facts = sample_facts()
    asked = {
        "case_id": uuid4(),
        "side": CaseSide.SELLER,
        "party_name": facts["sampled_party_name"],
        "party_uscc": facts["sampled_party_uscc"],
        "reason": "销售检出禁用药物的水产品（演示）",
        "unqualified_items": [failed_item()],
        "requested_at": now(),
    }
    return CaseRequested(**(facts | asked | changes))
