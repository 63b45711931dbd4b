"""The number by which a doubt's answer is found again. Pure."""

import re
import secrets

from stdnum.iso7064 import mod_37_36

_UNMISTAKABLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM, _GROUP = 15, 4
_RECEIPT = re.compile(rf"[{_UNMISTAKABLE}]{{{_RANDOM}}}[0-9A-Z]")


def new_receipt() -> str:
    """Sixteen characters that nobody guesses (75 bits), the last of which shows a mistyped one."""
    text = "".join(secrets.choice(_UNMISTAKABLE) for _ in range(_RANDOM))
    return text + mod_37_36.calc_check_digit(text)


def read_receipt(typed: str) -> str | None:
    """A receipt however it is typed (case, blanks, hyphens); None when it is none, or mistyped."""
    plain = "".join(char for char in typed.upper() if char not in " -\t")
    return plain if _RECEIPT.fullmatch(plain) and mod_37_36.is_valid(plain) else None


def in_groups(receipt: str) -> str:
    """As people read it: `7K3M-…`."""
    return "-".join(receipt[at : at + _GROUP] for at in range(0, len(receipt), _GROUP))
