"""The tree over the records: whole blocks of it, and the heads that were published. Both are only appended to."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import ChassisBase


class AuditBlock(ChassisBase):
    """The hash of a whole block of 256**level records."""

    __tablename__ = "audit_blocks"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    sm3: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHead(ChassisBase):
    """A published head: what the first `size` records come to, in tree and chain."""

    __tablename__ = "audit_heads"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    published_at: Mapped[datetime]
    root_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    root_sm3: Mapped[bytes] = mapped_column(LargeBinary)
    chain_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    chain_sm3: Mapped[bytes] = mapped_column(LargeBinary)
