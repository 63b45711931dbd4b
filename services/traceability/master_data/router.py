"""EPCIS 主数据 over HTTP."""

from services.traceability.master_data import models  # noqa: F401 (its tables are the service's)
from shared.http.routing import Router

router = Router(tag="EPCIS 主数据")
