"""EPCIS 事件 over HTTP."""

from services.traceability.epcis_events import models  # noqa: F401 (its tables are the service's)
from shared.http.routing import Router

router = Router(tag="EPCIS 事件")
