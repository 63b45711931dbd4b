"""The base of every schema that crosses a boundary: unknown fields are refused, never ignored; numbers are numbers."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from shared.contracts.plain_numbers import with_plain_numbers

_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can keep the text: it knows neither NUL nor half of a surrogate pair."""
    return _NOT_STORABLE.search(text) is None


class Schema(BaseModel):
    """Input and output of routes. Unknown fields are an error; ORM rows may be read by attribute."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler, /) -> CoreSchema:
        """As pydantic has it, but `true` and `1_0` are no numbers."""
        described: CoreSchema = with_plain_numbers(handler(source), cls)
        return described
