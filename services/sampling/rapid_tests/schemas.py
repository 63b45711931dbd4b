"""What callers send and get about rapid tests, submissions and uploads."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, SkipValidation, StringConstraints

from services.sampling.rapid_tests.rules import TEXT_LENGTHS
from shared.contracts.codes import RowOutcome
from shared.contracts.figures import Number
from shared.contracts.sampling import Method, Verdict
from shared.contracts.schema import Schema
from shared.http.problems import FieldError
from shared.uploads.schemas import TableForm, TableUploadRead

MAX_RECORDS = 500

Quantity = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=4)]


def _text(name: str) -> Any:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LENGTHS[name])


class RapidTestFields(Schema):
    """A rapid test as it was done and printed; nothing here is a verdict of ours."""

    stall_number: Annotated[str, _text("stall_number")] | None = Field(
        default=None, description="摊位号", examples=["A-12"]
    )
    seller_name: Annotated[str, _text("seller_name")] | None = Field(
        default=None, description="销售者；不填则取摊位当日登记的销售者", examples=["演示商户（虚构）"]
    )
    seller_licence: Annotated[str, _text("seller_licence")] | None = Field(
        default=None, description="销售者的许可证号或统一社会信用代码", examples=[None]
    )
    product_name: Annotated[str, _text("product_name")] = Field(description="样品名称", examples=["韭菜"])
    food_category: Annotated[str, _text("food_category")] | None = Field(
        default=None, description="食品类别", examples=["蔬菜"]
    )
    lot_code: Annotated[str, _text("lot_code")] | None = Field(
        default=None, description="批号或追溯码", examples=["DEMO-L1"]
    )
    origin: Annotated[str, _text("origin")] | None = Field(default=None, description="产地", examples=[None])
    certificate_number: Annotated[str, _text("certificate_number")] | None = Field(
        default=None, description="承诺达标合格证号", examples=[None]
    )
    supplier_name: Annotated[str, _text("supplier_name")] | None = Field(
        default=None, description="供货者", examples=[None]
    )
    quantity_in: Quantity | None = Field(default=None, description="进货数量", examples=["50"])
    quantity_kept: Quantity | None = Field(default=None, description="留存数量", examples=["32.5"])
    quantity_destroyed: Quantity | None = Field(default=None, description="销毁数量", examples=[None])
    quantity_unit: Annotated[str, _text("quantity_unit")] | None = Field(
        default=None, description="数量单位", examples=["公斤"]
    )
    printed_item: Annotated[str, _text("printed_item")] = Field(
        description="检测项目，照仪器或记录上的写法，或填项目代码", examples=["农药残留"]
    )
    printed_method: Annotated[str, _text("printed_method")] | None = Field(
        default=None, description="检测方法", examples=["酶抑制率法"]
    )
    printed_value: Annotated[str, _text("printed_value")] | None = Field(
        default=None, description="检测值，照印出的写法（12.5、<0.02、阴性）", examples=["61.2"]
    )
    unit: Annotated[str, _text("unit")] | None = Field(default=None, description="检测值单位", examples=["%"])
    printed_limit: Annotated[str, _text("printed_limit")] | None = Field(
        default=None, description="印出的限值，只作记录，不据以判定", examples=["50"]
    )
    printed_result: Annotated[str, _text("printed_result")] | None = Field(
        default=None, description="印出的结果（阴性、阳性、未检出、无效……）", examples=["阳性"]
    )
    raw_value: Annotated[str, _text("raw_value")] | None = Field(default=None, description="原始读数", examples=[None])
    reagent_batch: Annotated[str, _text("reagent_batch")] | None = Field(
        default=None, description="试剂批号", examples=["DEMO-R7"]
    )
    device_maker: Annotated[str, _text("device_maker")] | None = Field(
        default=None, description="仪器厂商", examples=["演示仪器厂（虚构）"]
    )
    device_serial: Annotated[str, _text("device_serial")] | None = Field(
        default=None, description="仪器编号", examples=["SN-0001"]
    )
    device_record_id: Annotated[str, _text("device_record_id")] | None = Field(
        default=None, description="仪器自己的记录号；同一厂商、同一仪器内唯一", examples=["20260724-0007"]
    )
    tester_name: Annotated[str, _text("tester_name")] | None = Field(
        default=None, description="检测人", examples=[None]
    )
    sampled_at: AwareDatetime | None = Field(
        default=None, description="抽样时间", examples=["2026-07-24T05:40:00+08:00"]
    )
    tested_at: AwareDatetime = Field(description="检测时间", examples=["2026-07-24T06:10:00+08:00"])
    remark: Annotated[str, _text("remark")] | None = Field(default=None, description="备注", examples=[None])


class RapidTestRecord(RapidTestFields):
    """One record of a submission. The terminal makes its id, so that sending again never makes a second test."""

    id: UUID = Field(description="终端生成的编号（UUIDv7）", examples=["0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"])
    site: Annotated[str, _text("site")] | None = Field(
        default=None, description="检测点编号或登记的名称；不填则为整批的检测点", examples=["HS-001"]
    )


class SubmissionCreate(Schema):
    """Records of a terminal or another system. Each is judged and answered by itself."""

    site_id: UUID | None = Field(
        default=None, description="整批的检测点", examples=["0199f3a0-0000-7000-8000-000000000001"]
    )
    # Read one by one in the service: a single malformed record must not keep the others out.
    records: list[Annotated[RapidTestRecord, SkipValidation]] = Field(min_length=1, max_length=MAX_RECORDS)


class RecordAnswer(Schema):
    """What became of one record."""

    index: int = Field(description="记录在提交中的序号，从 0 数起", examples=[0])
    id: UUID | None = Field(description="记录的编号；编号本身读不出时为 null")
    outcome: RowOutcome
    test_id: UUID | None = Field(description="收下的（或与之重复的）快检记录")
    verdict: Verdict | None = Field(description="判定；没有收下的为 null")
    verdict_reason: str | None = Field(examples=[None])
    errors: list[FieldError]


class SubmissionRead(Schema):
    """The answer to a submission; sent again, it is the same."""

    id: UUID
    accepted: int = Field(examples=[1])
    duplicate: int = Field(examples=[0])
    suspected_duplicate: int = Field(examples=[0])
    rejected: int = Field(examples=[0])
    items: list[RecordAnswer]


class RapidTestRead(Schema):
    """A rapid test: as printed, what it was taken to mean, and its verdict."""

    id: UUID
    site_id: UUID
    region_code: str = Field(examples=["330203001000"])
    stall_number: str | None
    seller_name: str | None
    seller_licence: str | None
    seller_uscc: str | None
    seller_business_id: UUID | None
    product_name: str = Field(examples=["韭菜"])
    food_category: str | None
    lot_code: str | None
    origin: str | None
    certificate_number: str | None
    supplier_name: str | None
    quantity_in: Number | None
    quantity_kept: Number | None
    quantity_destroyed: Number | None
    quantity_unit: str | None
    printed_item: str = Field(examples=["农药残留"])
    item_code: str | None = Field(description="登记的检测项目；没有对上为 null", examples=["pesticide_residue"])
    printed_method: str | None
    method: Method | None
    printed_value: str | None
    value: Number | None
    unit: str | None
    printed_limit: str | None
    printed_result: str | None
    raw_value: str | None
    reagent_batch: str | None
    device_maker: str | None
    device_serial: str | None
    device_record_id: str | None
    device_id: UUID | None
    tester_name: str | None
    sampled_at: datetime | None
    tested_at: datetime
    tested_on: date = Field(description="检测日（北京时间）")
    remark: str | None
    verdict: Verdict
    verdict_reason: str | None
    threshold_id: UUID | None = Field(description="判定所依据的限值")
    upload_id: UUID | None
    row_number: int | None = Field(description="文件中的行号")
    submission_id: UUID | None
    device_key_id: UUID | None = Field(description="仪器签名所用的密钥；没有签名的为 null")
    recorded_at: datetime
    recorded_by: UUID
    suspected_duplicate_of: UUID | None
    counted_at: datetime | None = Field(description="计入指标的时间；疑似重复、尚未确认的为 null")
    corrects_id: UUID | None = Field(description="所更正的记录")
    correction_reason: str | None
    superseded_at: datetime | None = Field(description="被更正的时间；现行的为 null")


class SignatureRead(Schema):
    """The proof that a record came from its device: the headers of its submission, and the key that they speak of."""

    submission_id: UUID
    device_id: UUID
    device_key_id: UUID
    public_key: str = Field(description="Ed25519 公钥，base64")
    content_digest: str = Field(description="所签正文的摘要；留存的原文与它相符，即未改动")
    signature_input: str
    signature: str
    holds: bool = Field(description="刚刚重新验过：签名与摘要、公钥相符")


class CorrectionCreate(RapidTestFields):
    """The whole record as it should have been, and why it was wrong. The old one stays, marked as corrected."""

    reason: str = Field(min_length=2, max_length=500, description="更正的原因", examples=["摊位号录错"])


class UploadForm(TableForm):
    """The fields beside the file."""

    site_id: UUID | None = Field(default=None, description="检测点；表中有「检测点」一列时可不填")


class UploadRead(TableUploadRead):
    """A file of rapid tests: how far it is, what became of its rows."""

    site_id: UUID | None
    accepted: int = Field(examples=[1188])
    duplicate: int = Field(examples=[0])
    suspected_duplicate: int = Field(examples=[2])
    rejected: int = Field(examples=[10])
    positives: int = Field(description="疑似阳性", examples=[1])
    instrument_errors: int = Field(description="仪器异常", examples=[0])
    undetermined: int = Field(description="待判定", examples=[0])


class UploadRowRead(Schema):
    """What became of one row of a file."""

    row_number: int = Field(examples=[17])
    outcome: RowOutcome
    test_id: UUID | None
    verdict: Verdict | None
    errors: list[FieldError]

    model_config = ConfigDict(extra="forbid", from_attributes=True)
