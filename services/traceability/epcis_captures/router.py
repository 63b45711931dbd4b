"""EPCIS 采集 over HTTP."""

from services.traceability.epcis_captures import models  # noqa: F401 (its tables are the service's)
from shared.http.routing import Router

router = Router(tag="EPCIS 采集")
