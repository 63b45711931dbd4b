"""Which deployments there are: a file of the city's, read once at the start (`SHIAN_FEDERATION_FILE`)."""

import tomllib
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, ValidationError, field_validator

from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.problems import NotFound
from shared.http.validation_messages import explain
from shared.regions import repository as regions


class Deployment(BaseModel):
    """A county's platform: its region, its gateway's address, and the external system that we are there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: RegionCode
    name: str = Field(min_length=1, max_length=100)
    gateway: HttpUrl
    client_id: UUID
    client_key: SecretStr
    budget_seconds: float = Field(default=3, gt=0, le=30)
    pages: HttpUrl | None = Field(default=None, description="人用浏览器打开的地址；缺省与 gateway 相同")

    @property
    def address(self) -> str:
        return str(self.gateway).rstrip("/")

    @property
    def pages_address(self) -> str:
        return str(self.pages or self.gateway).rstrip("/")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    deployments: list[Deployment]

    @field_validator("deployments")
    @classmethod
    def _are_disjoint(cls, deployments: list[Deployment]) -> list[Deployment]:
        """What one counts, no other counts: else a sum would count it twice."""
        for one, other in combinations(deployments, 2):
            shorter, longer = sorted((_subtree(one.region), _subtree(other.region)), key=len)
            if longer.startswith(shorter):
                raise ValueError(f"{one.name}与{other.name}的区划重叠，合计会重复")
        return deployments


class FederationFileError(Exception):
    """The file cannot be read or says something that cannot be."""


def read_deployments(file: Path | None) -> tuple[Deployment, ...]:
    """The deployments in the order of the file, none where there is no file. Raises `FederationFileError`."""
    if file is None:
        return ()
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
        return tuple(_File.model_validate(written).deployments)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FederationFileError(f"读不了下级平台清单 {file}：{error}") from error
    except ValidationError as error:
        wrong = "；".join(f"{_place(each['loc'], written)}{explain(each)}" for each in error.errors())
        raise FederationFileError(f"下级平台清单 {file} 需要改正：{wrong}") from None


def _place(location: Sequence[str | int], written: dict[str, Any]) -> str:
    """Which county's line, counted as people count."""
    match location:
        case ["deployments", int(index), *rest]:
            name = (
                written["deployments"][index].get("name") if isinstance(written["deployments"][index], dict) else None
            )
            county = f"第 {index + 1} 家（{name}）" if isinstance(name, str) else f"第 {index + 1} 家"
            return f"{county}的 {'.'.join(map(str, rest))}：" if rest else f"{county}："
    return f"{'.'.join(map(str, location))}：" if location else ""


async def check_regions(session: Session, deployments: Sequence[Deployment]) -> None:
    """A county that the division tree does not know would stand below nobody, so nobody would ever see it.

    Raises `FederationFileError`.
    """
    unknown = [
        f"{each.name}（{each.region}）" for each in deployments if not await regions.get_region(session, each.region)
    ]
    if unknown:
        raise FederationFileError(
            f"下级平台清单里的{'、'.join(unknown)}不在本平台的区划里，联接了也没有人看得到；"
            "请改正区划代码，或先取下 SHIAN_FEDERATION_FILE 启动、登记区划，再联接"
        )


async def deployments_within(
    session: Session, deployments: Sequence[Deployment], own: Sequence[str]
) -> list[Deployment]:
    """Those at or below these regions."""
    seen = await regions.those_within(session, [each.region for each in deployments], own) if deployments else set()
    return [each for each in deployments if each.region in seen]


async def seen_deployments(session: Session, deployments: Sequence[Deployment], own: Sequence[str]) -> list[Deployment]:
    """The same for who asks to see them. Raises `NotFound` where there are none: of others nothing is told."""
    seen = await deployments_within(session, deployments, own)
    if not seen:
        raise NotFound("您的辖区内没有联接的下级平台；联接由系统管理员在 SHIAN_FEDERATION_FILE 里登记")
    return seen


def _subtree(region: str) -> str:
    """The digits that all regions at and below this one begin with."""
    for digits in (2, 4, 6, 9):
        if not region[digits:].strip("0"):
            return region[:digits]
    return region


def _deployments(request: Request) -> tuple[Deployment, ...]:
    deployments: tuple[Deployment, ...] = request.app.state.deployments
    return deployments


DeploymentsHere = Annotated[tuple[Deployment, ...], Depends(_deployments)]
"""The deployments that this gateway composes."""
