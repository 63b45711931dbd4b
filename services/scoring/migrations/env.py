from services.scoring.main import service
from shared.migrations import run

run(service)
