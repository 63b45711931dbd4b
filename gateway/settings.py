"""Settings of the gateway."""

from pathlib import Path
from typing import Annotated, ClassVar

from fastapi import Depends, Request
from pydantic import Field, field_validator

from shared.contracts.codes import Role, Unit
from shared.settings import UnitSettings


class Settings(UnitSettings):
    """What the gateway needs beyond what every unit needs."""

    unit: ClassVar[Unit] = Unit.GATEWAY

    signing_keys_dir: Path | None = Field(
        default=None,
        description="令牌签名私钥（Ed25519，PEM）的目录；正式运行必须设置，演示模式下缺省为数据目录里自动生成的",
    )
    access_token_minutes: int = Field(default=10, ge=1, le=60, description="访问令牌的有效分钟数")
    refresh_token_days: int = Field(default=7, ge=1, description="续期令牌多少天不用即失效")
    sign_in_days: int = Field(default=30, ge=1, description="一次登录最多续期多少天，之后须重新输入口令")
    web_session_hours: int = Field(default=12, ge=1, description="网页登录最长小时数")
    web_session_idle_minutes: int = Field(default=120, ge=5, description="网页登录多少分钟不操作即退出")
    temporary_password_hours: int = Field(default=72, ge=1, description="临时口令的有效小时数")

    lockout_failures: int = Field(default=5, ge=1, description="时间窗内口令错几次即锁定账号")
    lockout_window_minutes: int = Field(default=15, ge=1, description="累计口令错误的时间窗（分钟）")
    lockout_minutes: int = Field(default=15, ge=1, description="锁定多少分钟")
    sign_in_requests_per_minute: int = Field(default=30, ge=1, description="同一来源地址每分钟最多尝试登录几次")

    terminal_warning_days: int = Field(default=3, ge=1, description="移动终端上的内容几天没有发出即醒目提示")
    terminal_businesses: int = Field(default=2000, ge=50, description="一台移动终端最多带走多少户主体")
    terminal_pack_megabytes: int = Field(default=16, ge=1, description="一台移动终端带走的主体合计最多多少 MB")

    second_factor_roles: str = Field(
        default="", description="哪些角色必须用动态口令，用逗号分开，如 administrator,auditor；空：由各人自己决定"
    )
    second_factor_issuer: str = Field(default="食安平台", description="身份验证器里显示的平台名称")

    oidc_issuer: str = Field(
        default="", description="外部身份系统（OpenID Connect）的 issuer，如 https://id.example.cn；空：只用口令登录"
    )
    oidc_client_id: str = Field(default="", description="本平台在外部身份系统里的客户端编号")
    oidc_client_secret: str = Field(default="", description="本平台在外部身份系统里的客户端密钥")
    oidc_name: str = Field(default="统一身份认证", description="外部身份系统在登录页上的名称")
    oidc_login_claim: str = Field(
        default="preferred_username", description="身份系统的哪一项（claim）与本平台的登录名相同，只在首次登录时用"
    )

    requests_per_minute: int = Field(
        default=6000, ge=0, description="每个令牌（没有令牌的按来源地址）每分钟最多多少请求；0 为不限"
    )
    callers_per_address: int = Field(default=20, ge=1, description="一个来源地址最多用到几份上述的量，不论出示多少令牌")
    body_idle_seconds: float = Field(default=60, gt=0, description="请求正文多少秒没有新的数据即不再等")

    webhook_patience_hours: int = Field(default=120, ge=1, description="事件推送一直送不到，多少小时后停用")
    webhooks_to_private_addresses: bool = Field(
        default=False,
        description="事件可以推送到内网、本机地址和 http；只在试用、联调时打开，否则能借此探测内网",
    )

    federation_file: Path | None = Field(
        default=None, description="下级平台清单（TOML）：市级网关合并哪些区县部署的看板；空：不合并"
    )

    json_limit_mb: int = Field(default=8, ge=1, description="JSON 请求正文的上限（MB）")
    upload_limit_mb: int = Field(default=128, ge=1, description="上传文件的上限（MB）")
    header_limit_kb: int = Field(default=32, ge=4, description="请求头总长的上限（KB）")
    upstream_connect_seconds: float = Field(default=3, gt=0, description="连接一个服务最多等几秒")
    upstream_idle_seconds: float = Field(default=90, gt=0, description="服务多少秒没有任何数据即放弃等待")

    @field_validator("second_factor_roles")
    @classmethod
    def _are_roles(cls, value: str) -> str:
        for name in _names(value):
            Role(name)
        return value

    @property
    def roles_with_second_factor(self) -> frozenset[Role]:
        """The roles that may not work without a second factor."""
        return frozenset(Role(name) for name in _names(self.second_factor_roles))

    @property
    def keys_folder(self) -> Path | None:
        """Where the signing keys lie; outside the demo there is no default."""
        if self.signing_keys_dir is None and self.demo:
            return self.data_dir / "signing-keys"
        return self.signing_keys_dir


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]


def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


CurrentSettings = Annotated[Settings, Depends(settings_of)]
"""The settings the process was started with."""
