"""Tables of rapid tests and of the files and submissions in which they came."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.sampling.database import Base
from shared.contracts.codes import RowOutcome
from shared.contracts.sampling import Method, Verdict
from shared.http.problems import Conflict
from shared.ids import uuid7
from shared.uploads.models import Upload, sent_once


class RapidTest(Base):
    """One rapid test as it was reported, with its verdict. Never changed: a correction is a further row.

    What was printed is kept as printed (`printed_…`); what it was taken to mean stands beside it. A test counts in the
    figures from `counted_at` (null: suspected duplicate, not decided) until `superseded_at`. A test that a device has
    numbered has a `record_key`, any other a `content_hash`. Rows arrive by tens of thousands, so there are no foreign
    keys here: intake has looked up every site, device and item it names.
    """

    __tablename__ = "rapid_tests"
    __table_args__ = (
        Index(None, "record_key", unique=True, postgresql_where=text("record_key IS NOT NULL AND corrects_id IS NULL")),
        Index(None, "content_hash", postgresql_where=text("content_hash IS NOT NULL")),
        Index(None, "site_id", "tested_at", "id"),
        Index(None, "region_code", "tested_on"),
        Index(None, "upload_id", "row_number"),
        Index(None, "lot_code", postgresql_where=text("lot_code IS NOT NULL")),
        Index(None, "corrects_id", unique=True, postgresql_where=text("corrects_id IS NOT NULL")),
        Index(
            "ix_rapid_tests_positives",
            "tested_at",
            "id",
            postgresql_where=text("verdict = 'suspected_positive'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    upload_id: Mapped[UUID | None]
    row_number: Mapped[int | None]
    submission_id: Mapped[UUID | None]
    device_key_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID]

    site_id: Mapped[UUID]
    region_code: Mapped[str]
    stall_number: Mapped[str | None]
    seller_name: Mapped[str | None]
    seller_licence: Mapped[str | None]
    seller_uscc: Mapped[str | None]
    seller_business_id: Mapped[UUID | None]

    product_name: Mapped[str]
    food_category: Mapped[str | None]
    lot_code: Mapped[str | None]
    origin: Mapped[str | None]
    certificate_number: Mapped[str | None]
    supplier_name: Mapped[str | None]
    quantity_in: Mapped[Decimal | None]
    quantity_kept: Mapped[Decimal | None]
    quantity_destroyed: Mapped[Decimal | None]
    quantity_unit: Mapped[str | None]

    printed_item: Mapped[str]
    item_code: Mapped[str | None]
    printed_method: Mapped[str | None]
    method: Mapped[Method | None]
    printed_value: Mapped[str | None]
    value: Mapped[Decimal | None]
    unit: Mapped[str | None]
    printed_limit: Mapped[str | None]
    printed_result: Mapped[str | None]
    raw_value: Mapped[str | None]
    reagent_batch: Mapped[str | None]
    device_maker: Mapped[str | None]
    device_serial: Mapped[str | None]
    device_record_id: Mapped[str | None]
    device_id: Mapped[UUID | None]
    tester_name: Mapped[str | None]
    sampled_at: Mapped[datetime | None]
    tested_at: Mapped[datetime]
    tested_on: Mapped[date]
    remark: Mapped[str | None]

    verdict: Mapped[Verdict]
    verdict_reason: Mapped[str | None]
    threshold_id: Mapped[UUID | None]

    record_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    suspected_duplicate_of: Mapped[UUID | None]
    counted_at: Mapped[datetime | None]
    counted_by: Mapped[UUID | None]
    corrects_id: Mapped[UUID | None]
    correction_reason: Mapped[str | None]
    superseded_at: Mapped[datetime | None]

    def count(self, at: datetime, by: UUID) -> None:
        """A suspected duplicate turned out to be a test of its own."""
        if self.counted_at is not None:
            raise ValueError(f"rapid test {self.id} is counted already")
        self.counted_at, self.counted_by = at, by

    def supersede(self, at: datetime) -> None:
        """A correction has taken this row's place. Only the last of a chain may be corrected."""
        if self.superseded_at is not None:
            raise ValueError(f"rapid test {self.id} has been corrected already")
        self.superseded_at = at


class UploadNotFinished(Conflict):
    slug, title = "rapid-test-upload-not-finished", "这次上传还没有处理完"


class UploadStopped(Conflict):
    slug, title = "rapid-test-upload-stopped", "处理文件时出了意外，多次重试仍未完成"


class RapidTestUpload(Upload, Base):
    """A file of rapid tests on its way in."""

    __tablename__ = "rapid_test_uploads"
    __table_args__ = (sent_once(), Index(None, "site_id", "id"), Index(None, "uploaded_by", "id"))
    FOLDER = "rapid-test-uploads"
    COUNTED = (
        *("accepted", "duplicate", "suspected_duplicate", "rejected"),
        *("positives", "instrument_errors", "undetermined"),
    )
    NOT_FINISHED, STOPPED = UploadNotFinished, UploadStopped

    site_id: Mapped[UUID | None]
    actor: Mapped[dict[str, Any]]
    file_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    sheet: Mapped[str | None]
    mapping: Mapped[dict[str, Any]]
    accepted: Mapped[int] = mapped_column(default=0)
    duplicate: Mapped[int] = mapped_column(default=0)
    suspected_duplicate: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    positives: Mapped[int] = mapped_column(default=0)
    instrument_errors: Mapped[int] = mapped_column(default=0)
    undetermined: Mapped[int] = mapped_column(default=0)


class RapidTestUploadRow(Base):
    """A row of a file that was not simply accepted. `cells` are kept of rejected rows, to be handed back."""

    __tablename__ = "rapid_test_upload_rows"

    upload_id: Mapped[UUID] = mapped_column(primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[RowOutcome]
    test_id: Mapped[UUID | None]
    cells: Mapped[list[Any] | None]
    errors: Mapped[list[Any]]


class RapidTestSubmission(Base):
    """Records that came as JSON, with the answer they were given; sent again, they get the same answer."""

    __tablename__ = "rapid_test_submissions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    recorded_by: Mapped[UUID]
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SubmissionSignature(Base):
    """The signature of a submission: its headers as they came. They prove themselves, and the body to who kept it."""

    __tablename__ = "submission_signatures"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("rapid_test_submissions.id"), primary_key=True)
    device_key_id: Mapped[UUID] = mapped_column(ForeignKey("device_keys.id"))
    content_digest: Mapped[str]
    signature_input: Mapped[str]
    signature: Mapped[str]
