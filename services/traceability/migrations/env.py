from services.traceability.main import service
from shared.migrations import run

run(service)
