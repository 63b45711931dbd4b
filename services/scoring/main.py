"""评价."""

from services.scoring.database import Base
from services.scoring.settings import Settings
from shared.app import Service, create_app
from shared.contracts.codes import Unit

service = Service(
    unit=Unit.SCORING,
    title="评价",
    settings=Settings,
    metadata=Base.metadata,
    routers=[],
)

app = create_app(service)
