"""追溯."""

from services.traceability.database import Base
from services.traceability.settings import Settings
from shared.app import Service, create_app
from shared.contracts.codes import Unit

service = Service(
    unit=Unit.TRACEABILITY,
    title="追溯",
    settings=Settings,
    metadata=Base.metadata,
    routers=[],
)

app = create_app(service)
