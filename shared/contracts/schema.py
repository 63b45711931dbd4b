"""The base of every schema that crosses a boundary: unknown fields are refused, never ignored."""

import re

from pydantic import BaseModel, ConfigDict

_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can keep the text: it knows neither NUL nor half of a surrogate pair."""
    return _NOT_STORABLE.search(text) is None


class Schema(BaseModel):
    """Input and output of routes. Unknown fields are an error; ORM rows may be read by attribute."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)
