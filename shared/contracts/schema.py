"""The base of every schema that crosses a boundary: unknown fields are refused, never ignored."""

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """Input and output of routes. Unknown fields are an error; ORM rows may be read by attribute."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)
