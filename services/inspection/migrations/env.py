"""Migrations of the inspection service, run by alembic."""

from services.inspection.main import service
from shared.migrations import run

run(service)
