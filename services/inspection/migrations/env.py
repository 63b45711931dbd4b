from services.inspection.main import service
from shared.migrations import run

run(service)
