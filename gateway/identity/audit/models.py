"""The audit trail: rows are appended, never changed; a trigger of the database refuses UPDATE and DELETE."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base
from shared.ids import uuid7

ENTRIES = "/api/v1/audit-entries"
"""Where entries are read, and below which the log of writes names each."""


class AuditAction(StrEnum):
    """What was done."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    ACCOUNT_LOCKED = "account_locked"
    ACCOUNT_UNLOCKED = "account_unlocked"
    SIGNED_OUT = "signed_out"
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105 (the name of an act)
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    SECOND_FACTOR_SET = "second_factor_set"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_RESET = "second_factor_reset"
    RECOVERY_CODE_USED = "recovery_code_used"
    SESSION_ENDED = "session_ended"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    DEPUTATION_GIVEN = "deputation_given"
    DEPUTATION_REVOKED = "deputation_revoked"
    ACTING_BEGUN = "acting_begun"
    ACTING_ENDED = "acting_ended"
    USER_CREATED = "user_created"
    USER_CHANGED = "user_changed"
    ORGANISATION_CREATED = "organisation_created"
    ORGANISATION_CHANGED = "organisation_changed"
    API_CLIENT_CREATED = "api_client_created"
    API_CLIENT_CHANGED = "api_client_changed"
    API_CLIENT_REVOKED = "api_client_revoked"
    API_KEY_ISSUED = "api_key_issued"
    API_KEY_REFUSED = "api_key_refused"
    WEBHOOK_CREATED = "webhook_created"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_SECRET_ISSUED = "webhook_secret_issued"  # noqa: S105
    WEBHOOK_REMOVED = "webhook_removed"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    AuditAction.SIGNED_IN: "登录",
    AuditAction.SIGN_IN_REFUSED: "登录被拒",
    AuditAction.ACCOUNT_LOCKED: "账号锁定",
    AuditAction.ACCOUNT_UNLOCKED: "账号解锁",
    AuditAction.SIGNED_OUT: "退出",
    AuditAction.REFRESH_TOKEN_REUSED: "续期令牌被重复使用",
    AuditAction.PASSWORD_CHANGED: "修改口令",
    AuditAction.PASSWORD_RESET: "重置口令",
    AuditAction.SECOND_FACTOR_SET: "设置动态口令",
    AuditAction.SECOND_FACTOR_REMOVED: "停用动态口令",
    AuditAction.SECOND_FACTOR_RESET: "重置动态口令",
    AuditAction.RECOVERY_CODE_USED: "使用恢复码",
    AuditAction.SESSION_ENDED: "退出一处登录",
    AuditAction.IDENTITY_LINKED: "绑定外部身份",
    AuditAction.IDENTITY_UNLINKED: "解除外部身份",
    AuditAction.DEPUTATION_GIVEN: "给予代理",
    AuditAction.DEPUTATION_REVOKED: "撤销代理",
    AuditAction.ACTING_BEGUN: "开始以代理身份工作",
    AuditAction.ACTING_ENDED: "恢复本人身份",
    AuditAction.USER_CREATED: "新建用户",
    AuditAction.USER_CHANGED: "变更用户",
    AuditAction.ORGANISATION_CREATED: "新建组织",
    AuditAction.ORGANISATION_CHANGED: "变更组织",
    AuditAction.API_CLIENT_CREATED: "新建外部系统",
    AuditAction.API_CLIENT_CHANGED: "变更外部系统",
    AuditAction.API_CLIENT_REVOKED: "停用外部系统",
    AuditAction.API_KEY_ISSUED: "签发外部系统密钥",
    AuditAction.API_KEY_REFUSED: "外部系统密钥被拒",
    AuditAction.WEBHOOK_CREATED: "新建事件推送",
    AuditAction.WEBHOOK_CHANGED: "变更事件推送",
    AuditAction.WEBHOOK_SECRET_ISSUED: "签发推送密钥",
    AuditAction.WEBHOOK_REMOVED: "删除事件推送",
}


class AuditEntry(Base):
    """One act. `regions` are those of the account concerned; empty when the account is unknown. No password, key or
    token is ever noted.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "regions", postgresql_using="gin"),
        Index(None, "subject_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    action: Mapped[AuditAction]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    subject_id: Mapped[UUID | None]
    subject_name: Mapped[str]
    regions: Mapped[list[str]]
    address: Mapped[str]
    request_id: Mapped[str]
    details: Mapped[dict[str, Any]]

    @property
    def action_label(self) -> str:
        return self.action.label
