"""Files that prove something, named by what they hold."""

from typing import Annotated

from pydantic import Field, StringConstraints

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(description="文件的 SHA-256，小写十六进制")]
Evidence = Annotated[list[Sha256], Field(max_length=20, description="证据文件的 SHA-256")]
EXAMPLE_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
