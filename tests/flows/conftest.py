"""The platform of a flow."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.flows.stage import Stage, set_stage


@pytest_asyncio.fixture
async def stage(fresh_database: str, signing_keys: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """A platform of the test's own."""
    async with set_stage(fresh_database, signing_keys, tmp_path) as stage:
        yield stage
