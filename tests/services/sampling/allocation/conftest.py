"""Who works with allocations in these tests."""

from tests.services.sampling.plans.conftest import office, session

__all__ = ["office", "session"]
