"""Events leave through the outbox in the writer's transaction, travel by relay, and arrive through the inbox exactly once in effect."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

Subscriber = Callable[[AsyncSession, Any], Awaitable[None]]
"""Handles one event's typed data inside the inbox's transaction."""
