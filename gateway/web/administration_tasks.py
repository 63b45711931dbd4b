"""What waits for an administrator on the home page: what the services told, and what the gateway keeps itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.web import words
from gateway.web.home_tasks import Kind, Line
from shared.contracts.codes import SERVICES, Role, Unit

PARKED_HELP = "/help/operations/observability"


def _parked(event: Mapping[str, Any], now: datetime) -> Line:
    when = words.full_time(datetime.fromisoformat(event["parked_at"]))
    note = f"发给{event['target']}，试了{event['attempts']}次，{when}停下：{event['last_error']}"
    return Line(event["type"], PARKED_HELP, note, [("danger", "停下了")])


def _kind(unit: Unit) -> Kind:
    title = f"{unit.label}送不到、停下等人看的事件"
    return Kind(
        title,
        (Role.ADMINISTRATOR,),
        PARKED_HELP,
        "/v1/parked-events",
        _parked,
        unit=unit,
        name=f"{unit.label}停下的事件",
    )


KINDS = tuple(_kind(unit) for unit in SERVICES)
"""Every kind, in the order of the page."""
