"""Subscriptions as they cross the boundary."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field

from services.traceability.epcis_subscriptions.models import Subscription
from shared.contracts.moments import PlausibleMoment
from shared.contracts.schema import Schema

FieldText = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]


class ScheduleFields(Schema):
    """When to report (EPCIS 2.0 §8.2.5.3), on the clock of Asia/Shanghai."""

    second: FieldText | None = Field(default=None, max_length=200, examples=["0"])
    minute: FieldText | None = Field(default=None, max_length=200, examples=["5"])
    hour: FieldText | None = Field(default=None, max_length=200, examples=["1"])
    day_of_month: FieldText | None = Field(default=None, alias="dayOfMonth", max_length=200, examples=["[1-5]"])
    month: FieldText | None = Field(default=None, max_length=200, examples=["1,7"])
    day_of_week: FieldText | None = Field(default=None, alias="dayOfWeek", max_length=200, examples=["1"])

    def given(self) -> dict[str, str]:
        found: dict[str, str] = self.model_dump(by_alias=True, exclude_none=True)
        return found


class SubscriptionCreate(Schema):
    """A subscription (EPCIS 2.0 §12.9): either `stream: true` or a `schedule`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"dest": "https://client.example.com/epcis", "stream": True}]}
    )

    dest: str = Field(
        max_length=2000, description="接收结果的 https 地址", examples=["https://client.example.com/epcis"]
    )
    signature_token: str | None = Field(
        default=None,
        alias="signatureToken",
        min_length=8,
        max_length=500,
        description="签名密钥：请求头 GS1-Signature 为正文的 HMAC-SHA256（base64）；之后不再显示",
        examples=["13da51ef-5b45-4f5a-9a4d"],
    )
    stream: bool | None = Field(default=None, description="true：有新事件即送；与 schedule 二选一", examples=[True])
    schedule: ScheduleFields | None = None
    report_if_empty: bool = Field(default=False, alias="reportIfEmpty", description="到点没有新事件也送")
    initial_record_time: PlausibleMoment | None = Field(
        default=None, alias="initialRecordTime", description="从何时登记的事件送起；缺省为现在"
    )

    def recorded_since(self, at: datetime | None) -> Self:
        """The same from a time on, unless it says one itself."""
        return self if self.initial_record_time is not None else self.model_copy(update={"initial_record_time": at})


class SubscriptionRead(Schema):
    subscription_id: UUID = Field(serialization_alias="subscriptionID")
    query_name: str = Field(serialization_alias="queryName")
    dest: str
    stream: bool | None
    schedule: dict[str, Any] | None
    report_if_empty: bool = Field(serialization_alias="reportIfEmpty")
    initial_record_time: datetime = Field(serialization_alias="initialRecordTime", description="从何时登记的事件送起")
    min_record_time: datetime | None = Field(
        serialization_alias="minRecordTime", description="最近送达的事件的登记时间；还没有送达为 null"
    )
    created_at: datetime = Field(serialization_alias="createdAt")
    state: str = Field(description="active 进行中，paused 多次未送达而暂停")
    failures: int = Field(description="连续未送达的次数")
    last_error: str | None = Field(serialization_alias="lastError")

    @classmethod
    def of(cls, subscription: Subscription, query_name: str) -> Self:
        return cls(
            subscription_id=subscription.id,
            query_name=query_name,
            dest=subscription.dest,
            stream=subscription.stream or None,
            schedule=subscription.schedule,
            report_if_empty=subscription.report_if_empty,
            initial_record_time=subscription.initial_record_time or subscription.created_at,
            min_record_time=subscription.min_record_time,
            created_at=subscription.created_at,
            state=subscription.state.value,
            failures=subscription.failures,
            last_error=subscription.last_error,
        )


class DeliveryRead(Schema):
    id: UUID
    batch_id: UUID = Field(serialization_alias="batchID", description="同一批重送时不变，供接收方去重")
    at: datetime
    events: int
    bytes_sent: int = Field(serialization_alias="bytes")
    status: int | None = Field(description="接收方答复的 HTTP 状态；没有答复为 null")
    error: str | None
    milliseconds: int
