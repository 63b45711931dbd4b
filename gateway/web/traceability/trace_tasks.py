"""What waits of tracing on the home page, by role: lines as in `home_tasks`, told by the traceability service."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.web.home_tasks import BUSINESS, Kind, Line
from gateway.web.traceability import shop_words
from gateway.web.traceability.shop import SHOP
from gateway.web.traceability.shop_tickets import TICKETS
from gateway.web.traceability.trace_services import moment
from gateway.web.visitors import RECALL_DECIDERS, TRADERS
from shared.contracts.codes import Unit


def _held(hold: Mapping[str, Any], now: datetime) -> Line:
    note = f"{hold['reason']}，{moment(hold['held_at'])}起"
    return Line(f"{hold['product_name']} {hold['lot_code']}", SHOP, note, [("danger", "停止销售")])


def _notice(notice: Mapping[str, Any], now: datetime) -> Line | None:
    """A recall that this shop has not yet answered with amounts."""
    if notice["reported_at"] is not None:
        return None
    note = f"{notice['reason']}，{moment(notice['sent_at'])}通知"
    state = ("warning", "已确认，未报数量") if notice["acknowledged_at"] else ("danger", "还没有确认")
    return Line(f"召回：{notice['product_name']}", f"{SHOP}/notices/{notice['id']}", note, [state])


def _arriving(ticket: Mapping[str, Any], now: datetime) -> Line:
    shown = shop_words.listed(ticket, str(ticket["buyer"]["business_id"]))
    note = f"票号{ticket['number']}，{shown['when']}交货"
    return Line(shown["title"], f"{TICKETS}/{ticket['id']}", note, [shown["badge"]])


def _gap(gap: Mapping[str, Any], now: datetime) -> Line:
    shown = shop_words.gap_row(gap)
    return Line(f"{shown['day']}的记录，第{shown['line']}行", f"{SHOP}/gaps", f"缺{shown['missing']}")


def _recall(recall: Mapping[str, Any], now: datetime) -> Line:
    level = [("danger", recall["level_label"])] if recall["level_label"] else []
    note = f"{recall['reason']}，{moment(recall['opened_at'])}立项"
    return Line(recall["product_name"], f"/traces/recalls/{recall['id']}", note, level)


KINDS = (
    Kind(
        "停止销售的批次，不要再卖",
        TRADERS,
        SHOP,
        "/v1/own-lot-holds",
        _held,
        unit=Unit.TRACEABILITY,
        name="停止销售的批次",
    ),
    Kind(
        "要答复的召回通知",
        TRADERS,
        SHOP,
        "/v1/recall-notices",
        _notice,
        unit=Unit.TRACEABILITY,
    ),
    Kind(
        "到了还没有收的货",
        TRADERS,
        SHOP,
        "/v1/tickets",
        _arriving,
        {"buyer_business_id": BUSINESS, "state": "issued"},
        "没有等着收的货",
        "供货者开了票的，到货时点一下收货，进货查验记录就写好了。",
        "进货卖货",
        unit=Unit.TRACEABILITY,
        name="待收的货",
    ),
    Kind(
        "进货卖货的记录缺项",
        TRADERS,
        f"{SHOP}/gaps",
        "/v1/record-gaps",
        _gap,
        {"business_id": BUSINESS},
        unit=Unit.TRACEABILITY,
        name="记录缺项",
    ),
    Kind(
        "立了项、还没有通知的召回",
        RECALL_DECIDERS,
        "/traces/recalls",
        "/v1/recalls",
        _recall,
        {"state": "open", "rehearsal": "false"},
        unit=Unit.TRACEABILITY,
        name="待通知的召回",
    ),
)
"""Every kind, in the order of the page."""
