"""抽检快检: test sites, devices, items, rapid tests, whistles."""

from services.sampling.database import Base
from services.sampling.devices.router import router as devices
from services.sampling.settings import Settings
from services.sampling.test_items.router import router as test_items
from services.sampling.test_items.seed import seed_items
from services.sampling.test_sites.router import router as test_sites
from services.sampling.whistles.router import router as whistles
from services.sampling.whistles.router import tasks_router as statutory_tasks
from shared.app import Service, create_app
from shared.contracts.codes import Unit

service = Service(
    unit=Unit.SAMPLING,
    title="抽检快检",
    settings=Settings,
    metadata=Base.metadata,
    routers=[test_sites, devices, test_items, whistles, statutory_tasks],
    seeds=[seed_items],
)

app = create_app(service)
