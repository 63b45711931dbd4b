"""抽检快检: test sites, devices, items, rapid tests, whistles."""

from services.sampling.database import Base
from services.sampling.settings import Settings
from shared.app import Service, create_app
from shared.contracts.codes import Unit

service = Service(
    unit=Unit.SAMPLING,
    title="抽检快检",
    settings=Settings,
    metadata=Base.metadata,
    routers=[],
)

app = create_app(service)
