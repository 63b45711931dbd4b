"""Passwords: how they are hashed, without the hashing ever taking the whole machine."""

import asyncio
import secrets
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from shared.http.problems import Unavailable

# Argon2id with 19 MiB, two passes, one lane: the first recommendation of OWASP's Password Storage Cheat Sheet. The
# settings stand in each hash, so raising them here re-hashes a password at its owner's next sign-in.
_HASHER = PasswordHash((Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1),))
_AT_ONCE = 2
_MOST_WAITING = 8  # each holds a database connection while it waits, and others need some too

_ALPHABET = (
    "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without 0 O 1 l I: it is read aloud on the telephone
)


class PasswordDesk:
    """Hashes and compares passwords in threads, two at a time; when too many wait, the next is told to come back."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(_HASHER.hash, password)

    async def matches(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Whether the password fits, and a new hash when the stored one is of weaker settings.

        Without a stored hash the same work is done on a dummy, so that the time does not tell whether an account
        exists.
        """
        if self._waiting >= _MOST_WAITING:
            raise Unavailable("登录的人太多，请过几秒再试", headers={"Retry-After": "3"})
        self._waiting += 1
        try:
            async with self._turn:
                fits, renewed = await asyncio.to_thread(_HASHER.verify_and_update, password, stored or _dummy())
        finally:
            self._waiting -= 1
        return (fits, renewed) if stored else (False, None)


def temporary_password() -> str:
    """A random password of 16 characters (over 90 bits) that can be read aloud."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


@cache
def _dummy() -> str:
    return _HASHER.hash(secrets.token_hex(16))


desk = PasswordDesk()
"""The one desk of this process."""
