"""监督检查."""

from services.inspection.database import Base
from services.inspection.settings import Settings
from shared.app import Service, create_app
from shared.contracts.codes import Unit

service = Service(
    unit=Unit.INSPECTION,
    title="监督检查",
    settings=Settings,
    metadata=Base.metadata,
    routers=[],
)

app = create_app(service)
