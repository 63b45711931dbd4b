"""Signing in over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from gateway.identity.users.schemas import Regions
from shared.contracts.codes import Role
from shared.contracts.schema import Schema

TypedLogin = Annotated[str, Field(min_length=1, max_length=60, description="登录名", examples=["li.ming"])]
Password = Annotated[str, Field(min_length=1, max_length=200, description="口令", examples=["一二三四-Abcd-5678"])]
RefreshSecret = Annotated[
    str, Field(min_length=20, max_length=200, description="续期令牌", examples=["mF_9.B5f-4.1JqMwXy7Zk2"])
]


Code = Annotated[
    str, Field(min_length=6, max_length=20, description="动态口令或恢复码；设了第二因素的才要", examples=["492039"])
]


class PasswordGrant(Schema):
    """Sign in with a password."""

    grant_type: Literal["password"]
    login: TypedLogin
    password: Password
    code: Code | None = None


class RefreshGrant(Schema):
    """Renew a sign-in. The refresh token is good once; the answer holds the next."""

    grant_type: Literal["refresh_token"]
    refresh_token: RefreshSecret


class ClientGrant(Schema):
    """An external system signs in with its key; `scopes` may ask for fewer than it has."""

    grant_type: Literal["client_credentials"]
    client_id: UUID
    client_key: str = Field(min_length=20, max_length=200, description="密钥", examples=["shian_Qm9…"])
    scopes: list[str] | None = Field(default=None, max_length=20, examples=[["sampling:write"]])


Grant = Annotated[PasswordGrant | RefreshGrant | ClientGrant, Field(discriminator="grant_type")]


class TokenRead(Schema):
    """An access token for `Authorization: Bearer`; signed, not stored, valid for minutes."""

    access_token: str = Field(examples=["eyJhbGciOiJFZERTQSIs…"])
    token_type: str = Field(examples=["Bearer"])
    expires_in: int = Field(description="还有多少秒有效", examples=[600])
    refresh_token: str | None = Field(description="续期令牌；外部系统没有", examples=["mF_9.B5f-4.1JqMwXy7Zk2"])
    scopes: list[str] = Field(examples=[[]])


class SignOut(Schema):
    """End a sign-in."""

    refresh_token: RefreshSecret


class PasswordChange(Schema):
    """A person chooses a new password, proving who it is by the present one."""

    login: TypedLogin
    current_password: Password
    code: Code | None = None
    new_password: Password


class TemporaryPasswordRead(Schema):
    """A password that is good for choosing an own one; shown this once."""

    temporary_password: str = Field(examples=["kTn4-p8Rd-Wm2x-h7Qz"])
    valid_until: datetime


class MeRead(Schema):
    """Who the token speaks for."""

    id: UUID
    name: str = Field(examples=["演示·执法检查人员"])
    kind: str = Field(description="user 个人，client 外部系统", examples=["user"])
    roles: list[Role]
    role_labels: list[str] = Field(examples=[["执法检查人员"]])
    regions: Regions
    organisation_id: UUID | None
    business_id: UUID | None
    scopes: list[str] = Field(examples=[[]])
