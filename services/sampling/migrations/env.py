"""Migrations of the sampling service, run by alembic."""

from services.sampling.main import service
from shared.migrations import run

run(service)
