"""What of a person's name, number or contact is shown to whoever has not said why he needs the rest. Pure.

Every mask leaves its own results as they are, so an answer that is masked twice says the same.
"""

import re
from typing import Annotated

from pydantic import AfterValidator

MASK = "*"
_HEAD, _TAIL = 3, 4
_NUMBER = re.compile(r"\+?[\d(（][\d() （）*-]{3,}[\dXx]")
_LEADING_NAME = re.compile(r"^\s*([\u4e00-\u9fff])[\u4e00-\u9fff]{1,3}(?=[\s:：,，;；/、]*[+(（]?\d)")


def masked_number(number: str) -> str:
    """A telephone, identity or certificate number of which only the ends are shown: `138****5678`."""
    if len(number) <= _HEAD + _TAIL:
        return f"{number[:1]}{MASK * (len(number) - 1)}"
    hidden = len(number) - _HEAD - _TAIL
    return f"{number[:_HEAD]}{MASK * hidden}{number[-_TAIL:]}"


def masked_name(name: str) -> str:
    """A person's name of which only the first character is shown, not how long it is: `张*`."""
    return f"{name[:1]}{MASK}" if name else name


def masked_numbers(text: str) -> str:
    """A text in which everything that looks like somebody's number is masked."""
    return _NUMBER.sub(lambda found: masked_number(found[0]), text)


def masked_contact(text: str) -> str:
    """A contact as people write it, a name before it or not, with every number in it masked."""
    named = _LEADING_NAME.sub(lambda found: masked_name(found[1]), text)
    return masked_numbers(named)


MaskedNumber = Annotated[str, AfterValidator(masked_number)]
MaskedName = Annotated[str, AfterValidator(masked_name)]
