"""The base of the sampling service's own tables."""

from enum import StrEnum

from sqlalchemy import Enum, MetaData
from sqlalchemy.orm import DeclarativeBase

from shared.database import NAMING, TYPES

CODE = Enum(StrEnum, native_enum=False, length=32, values_callable=lambda kind: [member.value for member in kind])
"""A code type is stored as its value in text, so that a new code needs no change of the table."""


class Base(DeclarativeBase):
    """Every table of sampling stands on this metadata; its schema comes from the connection."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES | {StrEnum: CODE}
