"""Invented businesses and whistles for the tests of inspection."""

from typing import Any
from uuid import UUID

from stdnum.cn import uscc

from shared.contracts.sampling import Method, RapidTestFailed, Verdict
from shared.ids import uuid7
from shared.times import now

HAISHU, STREET, OTHER_STREET, NANHAI = "330203000000", "330203009000", "330203001000", "440605000000"
SITE = UUID("0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1d")


def invented_uscc(number: int) -> str:
    """A USCC with a right check sign that no registrar has given."""
    head = f"92330203MA{number:07d}"
    return head + uscc.calc_check_digit(head)


def business(**change: Any) -> dict[str, Any]:
    """The body that enters an invented business."""
    return {
        "uscc": invented_uscc(1),
        "name": "演示食品店（虚构）",
        "kind": "sales",
        "status": "active",
        "region_code": STREET,
        "address": "演示路 1 号",
        "position": None,
        "site_id": None,
        "stall_number": None,
        "licences": [],
        "same_uscc_confirmed": False,
    } | change


def whistle(**change: Any) -> RapidTestFailed:
    """The event of an invented suspect positive at a stall of an invented market."""
    facts: dict[str, Any] = {
        "whistle_id": uuid7(),
        "version": 1,
        "rapid_test_id": uuid7(),
        "site_id": SITE,
        "site_name": "演示农贸市场（虚构）",
        "region_code": STREET,
        "stall_number": "A12",
        "seller_business_id": None,
        "seller_uscc": None,
        "seller_name": None,
        "product_name": "豇豆",
        "item_code": "carbofuran",
        "item_name": "克百威",
        "lot_code": None,
        "quantity": "12.5",
        "unit": "kg",
        "banned": True,
        "verdict": Verdict.SUSPECTED_POSITIVE,
        "method": Method.COLLOIDAL_GOLD,
        "tested_at": now(),
        "blown_at": now(),
        "task_number": "演示-0001",
    }
    return RapidTestFailed.model_validate(facts | change)
