"""Users over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from gateway.identity.users.models import UserStatus
from shared.contracts.codes import Role
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema

Login = Annotated[
    str,
    Field(pattern="^[a-z0-9][a-z0-9._-]{2,39}$", description="登录名：小写字母、数字、点、横线", examples=["li.ming"]),
]
Roles = Annotated[
    list[Role],
    Field(min_length=1, max_length=len(Role), description="角色"),
    AfterValidator(lambda roles: sorted(set(roles))),
]
Regions = Annotated[
    list[RegionCode],
    Field(min_length=1, max_length=20, description="管辖区域；含其下全部区划", examples=[["330203000000"]]),
    AfterValidator(lambda codes: sorted(set(codes))),
]


class UserCreate(Schema):
    """A new account. It has no password until one is issued by a password reset."""

    login: Login
    display_name: str = Field(min_length=1, max_length=60, description="姓名", examples=["演示·执法检查人员"])
    roles: Roles
    regions: Regions
    organisation_id: UUID | None = Field(default=None, description="所属组织")
    business_id: UUID | None = Field(default=None, description="食品生产经营者所属主体的编号")


class UserUpdate(Schema):
    """What may change; an absent field stays."""

    display_name: str | None = Field(default=None, min_length=1, max_length=60, examples=["演示·执法检查人员"])
    roles: Roles | None = None
    regions: Regions | None = None
    organisation_id: UUID | None = None
    business_id: UUID | None = None
    status: UserStatus | None = None


class UserRead(Schema):
    """An account, without anything secret."""

    id: UUID
    login: Login
    display_name: str = Field(examples=["演示·执法检查人员"])
    roles: Roles
    regions: Regions
    organisation_id: UUID | None
    business_id: UUID | None
    status: UserStatus
    password_is_temporary: bool
    password_changed_at: datetime | None
    created_at: datetime
    version: int
