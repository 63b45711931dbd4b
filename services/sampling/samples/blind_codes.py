"""The code under which a laboratory knows a sample: it tells nothing of number, time, place or party."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No character that is read as another (0/O, 1/I/L)."""

LENGTH = 12


def new_blind_code() -> str:
    """Twelve random characters (59 bits), not derived from anything: neither their order nor their value says when or
    where the sample was taken.
    """
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
