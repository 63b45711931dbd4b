"""Settings, read from the environment.

Every setting may be given for one unit (`SHIAN_SAMPLING_DATABASE_URL`) or for all (`SHIAN_DATABASE_URL`); the unit's
own wins.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from shared.contracts.codes import Unit


class UnitSettings(BaseSettings):
    """What every unit needs. A unit subclasses it with its own `unit` and its own further settings."""

    model_config = SettingsConfigDict(extra="ignore")
    unit: ClassVar[Unit]

    database_url: str = Field(description="PostgreSQL 15 或更高版本的地址：postgresql://用户:口令@主机:端口/库名")
    database_schema: str = Field(default="", description="本单元的模式名；缺省即单元名")
    database_pool_size: int = Field(default=8, ge=1, description="连接池常驻连接数")
    database_pool_overflow: int = Field(default=8, ge=0, description="连接池临时可增加的连接数")
    database_behind_pgbouncer: bool = Field(default=False, description="经 PgBouncer 事务池连接时设为 true")

    sampling_url: str = Field(default="http://127.0.0.1:8001", description="抽检快检服务的地址")
    traceability_url: str = Field(default="http://127.0.0.1:8002", description="追溯服务的地址")
    inspection_url: str = Field(default="http://127.0.0.1:8003", description="监督检查服务的地址")
    scoring_url: str = Field(default="http://127.0.0.1:8004", description="评价服务的地址")
    gateway_url: str = Field(default="http://127.0.0.1:8000", description="网关的地址")

    jwks_url: str = Field(default="", description="验证令牌的公钥集（JWKS）地址；缺省为网关的 /.well-known/jwks.json")
    token_issuer: str = Field(default="shian", description="令牌的签发者（iss）与受众（aud）")
    events_secret: str = Field(default="", description="单元之间投递事件的签名密钥；未设置则不收也不发事件")

    home_region: str = Field(
        default="",
        pattern="^([0-9]{12})?$",
        description="本平台服务的区域（12 位区划代码）：管辖区域含它的人员才能改对整个平台适用的规则；空则谁也不能",
    )
    data_dir: Path = Field(default=Path(".data"), description="上传文件与导出文件的目录")
    demo: bool = Field(default=False, description="演示模式：只在本机试用时打开")
    log_level: str = Field(default="INFO", description="日志级别")
    log_format: str = Field(default="json", description="json 或 console")
    metrics_token: str = Field(
        default="", description="抓取 /metrics 须出示的令牌（Authorization: Bearer）；空则只答本机直接来的请求"
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65534,
        description="事件投递进程在本机的这个端口、后台任务进程在其后一个端口答 /metrics；0 不答",
    )
    otlp_endpoint: str = Field(default="", description="OpenTelemetry 收集器（OTLP/HTTP）的地址；空则不送")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (
            init_settings,
            EnvSettingsSource(settings_cls, env_prefix=f"SHIAN_{cls.unit.upper()}_"),
            EnvSettingsSource(settings_cls, env_prefix="SHIAN_"),
        )

    @property
    def schema_name(self) -> str:
        return self.database_schema or self.unit.value

    @property
    def key_set_url(self) -> str:
        return self.jwks_url or f"{self.gateway_url}/.well-known/jwks.json"

    def address_of(self, unit: Unit) -> str:
        """Where another unit is reached, without a trailing slash."""
        address: str = getattr(self, f"{unit.value}_url")
        return address.rstrip("/")


SettingsOfUnit = TypeVar("SettingsOfUnit", bound=UnitSettings)


def read_settings(kind: type[SettingsOfUnit]) -> SettingsOfUnit:
    """The unit's settings from the environment; ends the program with the variables to set when they do not do."""
    try:
        return kind()
    except ValidationError as error:
        raise SystemExit("\n".join(_complaints(kind, error))) from None


def _complaints(kind: type[UnitSettings], error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        name = str(problem["loc"][0])
        meaning = kind.model_fields[name].description
        own, common = f"SHIAN_{kind.unit.upper()}_{name.upper()}", f"SHIAN_{name.upper()}"
        if problem["type"] == "missing":
            yield f"没有设置 {own}（或各单元公用的 {common}）：{meaning}"
        else:
            yield f"{own}（或 {common}）的值 {problem['input']!r} 不能用：{meaning}"
    yield "全部设置见 docs/operations/settings.md。"
