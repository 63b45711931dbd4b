"""Migrations of the gateway, run by alembic."""

from gateway.main import service
from shared.migrations import run

run(service)
