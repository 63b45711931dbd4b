"""Events leave through the outbox in the writer's transaction, travel by relay and arrive through the inbox.

Delivery is at least once and unordered; the effect is exactly once, because the inbox knows what it has handled.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

Subscriber = Callable[[AsyncSession, Any], Awaitable[None]]
"""Handles one event's typed data inside the inbox's transaction."""
