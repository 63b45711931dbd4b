"""Organisations over HTTP."""

from uuid import UUID

from pydantic import Field

from gateway.identity.organisations.models import OrganisationKind
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema


class OrganisationCreate(Schema):
    """A new organisation."""

    kind: OrganisationKind = Field(description="种类")
    name: str = Field(min_length=2, max_length=100, description="名称", examples=["海曙区市场监督管理局（演示）"])
    region_code: RegionCode


class OrganisationUpdate(Schema):
    """What may change; an absent field stays."""

    kind: OrganisationKind | None = None
    name: str | None = Field(default=None, min_length=2, max_length=100, examples=["海曙区市场监督管理局（演示）"])


class OrganisationRead(Schema):
    """An organisation."""

    id: UUID
    kind: OrganisationKind
    name: str = Field(examples=["海曙区市场监督管理局（演示）"])
    region_code: RegionCode
    version: int
