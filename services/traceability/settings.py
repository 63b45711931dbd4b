"""Settings of the traceability service."""

from pathlib import Path
from typing import Annotated, ClassVar

from fastapi import Depends, Request
from pydantic import Field

from shared.contracts.codes import Unit
from shared.settings import UnitSettings


class Settings(UnitSettings):
    """What traceability needs beyond what every unit needs."""

    unit: ClassVar[Unit] = Unit.TRACEABILITY

    public_url: str = Field(
        default="", description="公众访问本平台的网址，印在追溯码里，如 https://example.cn；缺省为网关的地址"
    )
    code_keys_dir: Path | None = Field(
        default=None,
        description="追溯码签名私钥（Ed25519，PEM）的目录；缺省为数据目录里自动生成的，几台机器须共用同一把",
    )

    epcis_webhooks_to_private_addresses: bool = Field(
        default=False,
        description="EPCIS 订阅可以推送到内网、本机地址和 http；只在试用、联调时打开，否则能借此探测内网",
    )

    @property
    def public_origin(self) -> str:
        """Scheme and host of printed codes, without a slash at the end."""
        return (self.public_url or self.gateway_url).rstrip("/")

    @property
    def code_keys_folder(self) -> Path:
        return self.code_keys_dir or self.data_dir / "code-keys"


def _settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


CurrentSettings = Annotated[Settings, Depends(_settings_of)]
"""The settings the process was started with."""
