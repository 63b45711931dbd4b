"""Master data as it crosses the boundary."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field

from shared.contracts.moments import PlausibleMoment
from shared.contracts.schema import Schema
from shared.contracts.words import Words

Uri = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$", max_length=300)]
_Json = Annotated[list[Any], BeforeValidator(lambda value: json.loads(value) if isinstance(value, str) else value)]


class MasterDataCreate(Schema):
    """What is said about one identifier. It replaces what the same holder said before, which stays on record."""

    vocabulary: Uri = Field(description="词汇类型", examples=["urn:epcglobal:epcis:vtype:Location"])
    id: Uri = Field(description="标识符，任何写法", examples=["https://id.gs1.org/414/6901234000016"])
    attributes: list[Any] = Field(
        default_factory=list,
        max_length=500,
        description="属性：id 为属性名，attribute 为值",
        examples=[[{"id": "urn:epcglobal:cbv:mda:name", "attribute": "演示蔬菜批发市场"}]],
    )
    children: list[Any] = Field(
        default_factory=list, max_length=5000, description="下级标识符，如一个市场内的各摊位", examples=[[]]
    )
    valid_from: PlausibleMoment | None = Field(default=None, description="自何时起是这样；缺省为现在")
    reason: Words = Field(min_length=2, max_length=500, description="为什么登记或更正", examples=["门牌号变更"])


class MasterDataRead(Schema):
    id: UUID
    vocabulary: str
    uri: str = Field(description="标识符，按登记时的写法", examples=["https://id.gs1.org/414/6901234000016"])
    key: str = Field(description="标识符的统一写法")
    attributes: _Json
    children: _Json
    business_id: UUID | None
    organisation_id: UUID | None
    region_code: str | None
    capture_id: UUID | None = Field(description="由哪次采集带来；手工登记时为空")
    reason: str | None
    valid_from: datetime
    recorded_at: datetime
    superseded_at: datetime | None = Field(description="何时被更正；现行的为空")
