"""What a laboratory sends and gets. Whatever is not written here, it does not see."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import SampleState
from shared.contracts.words import Words

PhotoHash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Photos = Annotated[
    list[PhotoHash],
    Field(
        min_length=1,
        max_length=20,
        description="封条照片的 SHA-256（十六进制小写）；照片由检验机构留存备查，不传文件名",
        examples=[["5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"]],
    ),
]


class Reception(Schema):
    """The laboratory takes the sample in, having looked at its seal and contents."""

    at: AwareDatetime | None = Field(default=None, description="何时收到；不填为现在，不能在将来", examples=[None])
    seal_intact: bool = Field(description="封条是否完好", examples=[True])
    contents_match: bool = Field(description="品名、规格、数量、包装与盲样信息是否相符", examples=[True])
    seal_number: Words | None = Field(
        default=None, max_length=64, description="从封条上读到的编号；抽样时登记了的须一致", examples=[None]
    )
    photos: Photos
    note: Words = Field(default="", max_length=2000, description="说明", examples=["冷藏送达，4 ℃"])


class Rejection(Schema):
    """The laboratory does not take the sample, and says in writing why."""

    at: AwareDatetime | None = Field(default=None, description="何时送到；不填为现在，不能在将来", examples=[None])
    seal_intact: bool = Field(description="封条是否完好", examples=[False])
    contents_match: bool = Field(description="品名、规格、数量、包装与盲样信息是否相符", examples=[True])
    photos: Photos
    reason: Words = Field(min_length=1, max_length=2000, description="拒收的理由", examples=["封条破损"])


class ReceptionRead(Schema):
    """What the laboratory itself wrote when the sample arrived."""

    accepted: bool
    at: datetime
    seal_intact: bool
    contents_match: bool
    photos: list[str]
    note: str = Field(examples=["冷藏送达，4 ℃"])


class BlindSample(Schema):
    """A sample as its laboratory sees it (盲样). Days, not moments: a minute would tell on which round it was taken."""

    blind_code: str = Field(description="盲样编码，与封签上的一致", examples=["7KQ2MXHW94TB"])
    state: SampleState
    food_name: str = Field(description="食品名称；其中的商标、企业名称以 □ 代替", examples=["草鱼"])
    category_code: str | None = Field(
        description="食品分类目录中的代码；目录里没有的不显示", examples=["freshwater_fish"]
    )
    category_name: str | None = Field(examples=["淡水鱼"])
    production_date: date | None = Field(description="生产日期，用以确定标准版本和是否在保质期内")
    specification: str | None = Field(examples=["散装"])
    quantity: str | None = Field(description="送检数量", examples=["1.5 kg"])
    storage: str | None = Field(description="储存条件", examples=["冷藏"])
    items: list[str] = Field(description="检验项目", examples=[["孔雀石绿"]])
    sampled_on: date = Field(description="抽样日")
    deliver_by: date | None = Field(description="应当送达的最后一日")
    received_at: datetime | None = Field(description="本机构收到的时间")
    report_by: date | None = Field(description="应当出具检验报告的最后一日")


class BlindSampleDetail(BlindSample):
    reception: ReceptionRead | None
