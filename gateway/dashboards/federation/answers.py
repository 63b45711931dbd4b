"""What a county's gateway answers. A county is an outside party: no more of an answer is read than a board can be, and
only what a board can say is taken from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import aiohttp
import httpx
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, ValidationError

from gateway.dashboards.schemas import SectionStatus
from shared.contracts.codes import SERVICES, Unit
from shared.contracts.figures import FigureDefinition, FigureState, FigureValue, Number
from shared.contracts.schema import Schema
from shared.http.validation_messages import explain

MOST_BYTES = 4 * 2**20
"""Twice what the board of a county with sixty towns takes."""
_MOST_LETTERS = 1000
_MOST_FIGURES = 300
"""In a section."""
_AS_TOLD = ConfigDict(extra="ignore", str_max_length=_MOST_LETTERS)
"""What we do not know is left aside: another meaning would be another version of the definition. To refuse each of
half a million names one by one would take a gigabyte.
"""

_plain_zero = AfterValidator(lambda number: number or Decimal(0))  # 0E+999999 is a zero that fills a page
Count = Annotated[Number, Field(gt=-(10**12), lt=10**12, decimal_places=6), _plain_zero]
"""Of records, persons or yuan: sums and quotients of these fit the 28 digits that are reckoned with."""
Quotient = Annotated[Number, Field(gt=-(10**16), lt=10**16, decimal_places=60), _plain_zero]
"""What is shown of two counts, unrounded."""
Moment = Annotated[AwareDatetime, Field(ge=datetime(1949, 10, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))]


class Silent(Exception):  # noqa: N818 (a state of affairs that is shown)
    """A deployment gave no usable answer; the message is for whoever looks at the board."""


class ToldDefinition(FigureDefinition):
    model_config = _AS_TOLD

    decimals: int = Field(ge=0, le=4)
    version: int = Field(ge=1, le=10**6)


class ToldValue(FigureValue):
    model_config = _AS_TOLD

    value: Quotient | None
    numerator: Count | None
    denominator: Count | None
    low: Quotient | None
    high: Quotient | None
    as_of: Moment


class _Part(Schema):
    """Not all of what the contract has: what lies below a county is looked at on its own platform."""

    model_config = _AS_TOLD


class ToldFigure(_Part):
    definition: ToldDefinition
    figure: ToldValue


class ToldSection(_Part):
    service: Unit
    title: str
    status: SectionStatus
    as_of: Moment | None
    note: str
    figures: list[ToldFigure] = Field(max_length=_MOST_FIGURES, fail_fast=True)


class ToldDashboard(_Part):
    """What is taken from a county's dashboard."""

    region_code: str
    period: str
    sections: list[ToldSection] = Field(max_length=len(SERVICES), fail_fast=True)

    def figures(self) -> Iterator[tuple[ToldSection, ToldFigure]]:
        return ((section, figure) for section in self.sections for figure in section.figures)


class Admission(_Part):
    """A token as it may stand in a header, and for how many seconds it is good."""

    model_config = ConfigDict(str_max_length=2**14)

    access_token: str = Field(pattern=r"^[\x21-\x7e]+$")
    expires_in: float = Field(ge=0, le=86_400)


class _Refusal(_Part):
    title: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, read to its end."""

    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        return httpx.codes.is_success(self.status)

    @property
    def reason(self) -> str:
        """Why not, in the county's own words."""
        try:
            return _Refusal.model_validate_json(self.body).title
        except ValidationError:
            return "没有说明原因"


async def ask(client: httpx.AsyncClient, method: str, url: str, headers: dict[str, str], **request: Any) -> Answer:
    """Ask a county, for as long as the caller waits. Raises `Silent`, also for an answer longer than `MOST_BYTES`.

    It is asked not to compress: a few bytes could unfold to any number.
    """
    headers = {"Accept-Encoding": "identity", **headers}
    body = bytearray()
    try:
        async with client.stream(method, url, headers=headers, timeout=None, **request) as response:
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise Silent("答复是压缩过的，本平台只收不压缩的")
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise Silent(f"答复超过 {MOST_BYTES // 2**20} MB，没有读完")
    except httpx.HTTPError as error:
        raise Silent("连不上") from error
    except (aiohttp.ClientError, UnicodeError) as error:  # how the transport leaves what is no HTTP
        raise Silent("答复的不是 HTTP，地址可能不是一个网关") from error
    return Answer(response.status_code, bytes(body))


def admission_in(answer: Answer) -> Admission:
    """The token that was given. Raises `Silent`."""
    if not answer.is_good:
        raise Silent(f"没有让本平台进入：{answer.reason}")
    try:
        return Admission.model_validate_json(answer.body)
    except ValidationError as error:
        raise Silent("没有给出令牌，地址可能不是一个网关") from error


def dashboard_in(answer: Answer, region: str, period: str) -> ToldDashboard:
    """The dashboard of that region and period, each of its figures too. Raises `Silent`."""
    if not answer.is_good:
        raise Silent(f"答复 {answer.status}：{answer.reason}")
    told = _known(ToldDashboard, answer.body)
    if (told.region_code, told.period) != (region, period):
        raise Silent("答复的不是所问的地区与期间")
    for section, each in told.figures():
        if (each.figure.region_code, each.figure.period) != (region, period):
            raise Silent(f"答复里夹有别的地区或期间的数（{each.definition.code}）")
        if not _is_of_a_piece(section.service, each.definition, each.figure):
            raise Silent(f"答复里的数与所附的口径对不上（{each.definition.code}）")
    return told


def _is_of_a_piece(service: Unit, definition: FigureDefinition, value: FigureValue) -> bool:
    """Whether a value is one of this definition, and of this service."""
    has_number = value.state in (FigureState.VALUE, FigureState.ZERO)
    return (
        definition.code.startswith(f"{service.value}.")
        and (value.code, value.definition_version) == (definition.code, definition.version)
        and has_number == (value.value is not None)
        and not (definition.population is not None and definition.denominator is None)
    )


_Told = TypeVar("_Told", bound=Schema)


def _known(form: type[_Told], body: bytes) -> _Told:
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        raise Silent(f"答复的形式本平台不认识，两边的版本可能不同（{_wrong(error)}）") from error


def _wrong(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if first["type"] == "json_invalid":
        return "不是 JSON"
    place = "/".join(map(str, first["loc"]))
    return f"{place or '整个答复'}：{explain(first)}"
