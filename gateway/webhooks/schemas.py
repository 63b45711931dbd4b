"""Webhooks as they cross the boundary."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from gateway.identity.users.schemas import Regions
from gateway.webhooks.catalogue import CATALOGUE
from gateway.webhooks.models import DeliveryState, OwnerKind, WebhookState
from shared.contracts.schema import Schema


def _public(types: list[str]) -> list[str]:
    unknown = sorted(set(types) - CATALOGUE.keys())
    if unknown:
        raise ValueError(f"没有这些事件类型：{'、'.join(unknown)}；全部类型见 GET /api/v1/webhook-event-types")
    return sorted(set(types))


EventTypes = Annotated[
    list[str],
    Field(
        min_length=1,
        max_length=len(CATALOGUE),
        description="订阅哪些事件",
        examples=[["sampling.rapid_test.failed.v1", "traceability.recall.opened.v1"]],
    ),
    AfterValidator(_public),
]
Name = Annotated[str, Field(min_length=2, max_length=100, description="名称", examples=["某区应急平台（演示）"])]
Url = Annotated[
    str,
    Field(
        min_length=10,
        max_length=2000,
        description="接收地址，https，不能是内网地址",
        examples=["https://receiver.example.com/shian"],
    ),
]


class EventTypeRead(Schema):
    """A public event type."""

    type: str = Field(examples=["sampling.rapid_test.failed.v1"])
    label: str = Field(examples=["快检不合格（吹哨）"])
    scope: str = Field(description="外部系统须有的范围", examples=["sampling:read"])
    fields: list[str] = Field(description="data 里的字段", examples=[["whistle_id", "region_code"]])


class WebhookCreate(Schema):
    """A new webhook. It sends nothing before a secret is issued."""

    name: Name
    url: Url
    event_types: EventTypes
    regions: Regions


class WebhookUpdate(Schema):
    """What may change; an absent field stays."""

    name: Name | None = None
    url: Url | None = None
    event_types: EventTypes | None = None
    regions: Regions | None = None


class WebhookRead(Schema):
    """A webhook, without its secrets."""

    id: UUID
    name: Name
    url: Url
    event_types: EventTypes
    regions: Regions
    owner_kind: OwnerKind = Field(description="user 管理员，client 外部系统自己")
    owner_name: str = Field(description="由谁负责", examples=["演示·系统管理员"])
    state: WebhookState
    has_secret: bool = Field(description="是否已签发密钥；没有之前不推送")
    previous_until: datetime | None = Field(description="旧密钥同时签名到何时；没有为 null")
    failures: int = Field(description="连续未送达的次数")
    failing_since: datetime | None = Field(description="从何时起一直送不到")
    last_error: str | None = Field(examples=["接收方答复 500"])
    delivered_at: datetime | None = Field(description="最近一次送达")
    disabled_at: datetime | None = Field(description="因长期送不到而停用的时间")
    created_at: datetime
    version: int


class SecretCreate(Schema):
    """Issue a secret; the one before signs besides for the overlap, so that the receiver can change over."""

    overlap_hours: int = Field(default=24, ge=0, le=168, description="旧密钥同时签名几小时")


class SecretRead(Schema):
    """A new secret, shown this once."""

    webhook_id: UUID
    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    previous_until: datetime | None


class DeliveryRead(Schema):
    """What became of one message."""

    id: UUID
    message_id: UUID = Field(description="请求头 webhook-id 为 msg_ 加它；重试、补发时不变，供接收方去重")
    type: str = Field(examples=["sampling.rapid_test.failed.v1"])
    region_code: str | None = Field(description="测试消息为 null", examples=["330203000000"])
    at: datetime = Field(description="事件到达网关的时间，即正文的 timestamp")
    state: DeliveryState = Field(
        description="pending 待推送，delivered 已送达，failed 未送达，withheld 负责人无权接收，没有发出"
    )
    attempts: int
    replays: int = Field(description="补发过几次")
    due_at: datetime = Field(description="待推送的，下一次在何时")
    settled_at: datetime | None


class AttemptRead(Schema):
    """One request, and its answer."""

    id: UUID
    at: datetime
    url: str = Field(examples=["https://receiver.example.com/shian"])
    request_headers: dict[str, Any] = Field(description="请求头，不含签名")
    status: int | None = Field(description="接收方答复的 HTTP 状态；没有答复为 null")
    response_headers: dict[str, Any]
    response_body: str = Field(description="答复的开头", examples=["ok"])
    error: str | None
    milliseconds: int


class DeliveryDetailRead(DeliveryRead):
    """A delivery with what is sent and all that was tried."""

    data: dict[str, Any] = Field(description="正文的 data")
    tried: list[AttemptRead] = Field(description="最近 50 次请求，新的在前")


class Replay(Schema):
    """A span whose events are sent again."""

    begin: AwareDatetime = Field(description="从何时", examples=["2026-07-24T00:00:00+08:00"])
    end: AwareDatetime = Field(description="到何时（不含）", examples=["2026-07-25T00:00:00+08:00"])
    delivered_too: bool = Field(default=False, description="已送达的也再送一次")

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.begin >= self.end:
            raise ValueError("结束时间应在开始时间之后")
        return self


class ReplayRead(Schema):
    """How many messages are sent again."""

    messages: int
