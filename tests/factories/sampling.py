"""Events of sampling as other units receive them; all invented."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from shared.contracts.sampling import (
    Method,
    RapidTestFailed,
    StopSaleState,
    Verdict,
    WhistleClosed,
    WhistleOutcome,
)

HAISHU_STREET = "330203001000"
TESTED = datetime(2026, 7, 24, 1, 30, tzinfo=UTC)


def rapid_test_failed(**changes: Any) -> RapidTestFailed:
    """A suspect positive in a street of 海曙区, with a lot code and 25.5 kg on the stall."""
    facts: dict[str, Any] = {
        "whistle_id": uuid4(),
        "version": 1,
        "rapid_test_id": uuid4(),
        "site_id": uuid4(),
        "site_name": "演示农贸市场",
        "region_code": HAISHU_STREET,
        "stall_number": "18",
        "seller_business_id": uuid4(),
        "seller_uscc": None,
        "seller_name": "演示蔬菜摊",
        "product_name": "菠菜",
        "item_code": "organophosphorus_carbamate",
        "item_name": "有机磷和氨基甲酸酯类农药残留",
        "lot_code": f"HS{uuid4().hex[:8].upper()}",
        "quantity": Decimal("25.5"),
        "unit": "kg",
        "banned": False,
        "verdict": Verdict.SUSPECTED_POSITIVE,
        "method": Method.ENZYME_INHIBITION,
        "tested_at": TESTED,
        "blown_at": TESTED,
        "task_number": "JDCJ-330203-2026-000001",
    }
    return RapidTestFailed(**(facts | changes))


def whistle_closed(failed: RapidTestFailed, **changes: Any) -> WhistleClosed:
    """The closing of that whistle: by default its own lot passed in the laboratory and the stop-sale is lifted."""
    facts = failed.model_dump(exclude={"verdict", "method", "tested_at", "blown_at", "task_number"})
    facts |= {
        "version": 5,
        "outcome": WhistleOutcome.UNCONFIRMED,
        "same_lot": True,
        "stop_sale": StopSaleState.LIFTED,
        "destroyed_quantity": None,
        "closed_at": datetime(2026, 8, 20, 2, 0, tzinfo=UTC),
    }
    return WhistleClosed(**(facts | changes))
