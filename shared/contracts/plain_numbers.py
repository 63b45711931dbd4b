"""A number is what everybody reads as one: not `true`, and not `1_0`, which only Python takes for ten.

pydantic takes both, and its strict mode would refuse the texts that we ask for ("4.5"). So the numbers of a schema are
made to look at what was sent before pydantic does.
"""

from collections.abc import Callable
from typing import Any

from pydantic_core import PydanticKnownError
from pydantic_core.core_schema import no_info_before_validator_function

_PARTS = {"schema", "items_schema", "keys_schema", "values_schema", "extras_schema"}
_NAMED = {"fields", "choices"}
"""Where pydantic's description of a type keeps what it is made of; the latter by name, or as a list."""


def _plain(is_no_number: Any, does_not_read: Any) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, bool):
            raise PydanticKnownError(is_no_number)
        if isinstance(value, str) and "_" in value:
            raise PydanticKnownError(does_not_read)
        return value

    return check


_CHECKS = {
    "int": _plain("int_type", "int_parsing"),
    "float": _plain("float_type", "float_parsing"),
    "decimal": _plain("decimal_type", "decimal_parsing"),
}


def with_plain_numbers(described: Any, model: type) -> Any:
    """The description of a model in which every number, however deep, is checked; changed in place, but for a number.

    Other models within it are left alone: those of ours see to themselves. Done twice it is as done once.
    """
    match described:
        case {"type": kind} if kind in _CHECKS:
            return no_info_before_validator_function(_CHECKS[kind], described)
        case {"type": "function-before", "function": {"function": check}} if check in _CHECKS.values():
            return described
        case {"type": "model", "cls": other} if other is not model:
            return described
        case dict():
            for part in _PARTS & described.keys():
                described[part] = with_plain_numbers(described[part], model)
            for part in _NAMED & described.keys():
                described[part] = _each(described[part], model)
        case list() | tuple():  # one choice of several stands with its name in a tuple
            return _each(described, model)
    return described


def _each(parts: Any, model: type) -> Any:
    if isinstance(parts, dict):
        return {name: with_plain_numbers(part, model) for name, part in parts.items()}
    return type(parts)(with_plain_numbers(part, model) for part in parts)
