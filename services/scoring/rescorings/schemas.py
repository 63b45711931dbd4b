"""What the route of rescoring takes."""

from typing import Annotated

from pydantic import Field

from services.scoring.scheme_language.rule_kinds import Code
from shared.contracts.schema import Schema


class Rescoring(Schema):
    """Of which scheme the open runs are to be scored anew."""

    scheme_code: Code = Field(examples=["guangdong-shape"])
    scheme_number: Annotated[int, Field(ge=1, le=10_000)] = Field(examples=[1])
