"""The base of the inspection service's own tables."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from shared.database import NAMING, TYPES


class Base(DeclarativeBase):
    """Every table of inspection stands on this metadata; its schema comes from the connection."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES
