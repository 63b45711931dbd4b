"""What scans tell of copied labels: from where and when a code was scanned to findings that say why. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise

from services.traceability.codes.rules import CodeKind, CodeState
from shared.times import in_words

_EARTH_KM = 6371.0
_CELL = Decimal("0.1")


class ScanPurpose(StrEnum):
    """Why somebody scanned. Only `sell` changes the code."""

    LOOK = "look"
    RECEIVE = "receive"
    SELL = "sell"

    @property
    def label(self) -> str:
        return {"look": "查看", "receive": "进货", "sell": "售出"}[self]


class FindingKind(StrEnum):
    FAR_APART = "far_apart"
    TOO_MANY = "too_many"
    BEFORE_ACTIVATION = "before_activation"
    AFTER_VOIDING = "after_voiding"
    SOLD_AGAIN = "sold_again"
    NEVER_ISSUED = "never_issued"
    BAD_SIGNATURE = "bad_signature"

    @property
    def label(self) -> str:
        return _FINDINGS[self]


_FINDINGS = {
    FindingKind.FAR_APART: "短时间内在相距很远的地方扫到",
    FindingKind.TOO_MANY: "同一个码被扫了太多次",
    FindingKind.BEFORE_ACTIVATION: "还没有启用就被扫到",
    FindingKind.AFTER_VOIDING: "作废之后还被扫到",
    FindingKind.SOLD_AGAIN: "售出之后又被售出",
    FindingKind.NEVER_ISSUED: "没有发放过的序号",
    FindingKind.BAD_SIGNATURE: "签名不是本平台的",
}


class Threshold(StrEnum):
    """Numbers that decide, each dated and to be corrected by the bureau."""

    SPEED = "far_apart_speed"
    DISTANCE = "far_apart_distance"
    SCANS = "too_many_scans"
    WINDOW = "too_many_window"

    @property
    def label(self) -> str:
        return _THRESHOLDS[self][0]

    @property
    def unit(self) -> str:
        return _THRESHOLDS[self][1]


_THRESHOLDS = {
    Threshold.SPEED: ("两地之间快过每小时多少公里即可疑", "km/h"),
    Threshold.DISTANCE: ("相距不到多少公里不计", "km"),
    Threshold.SCANS: ("时间窗内扫多少次以上即可疑", "次"),
    Threshold.WINDOW: ("累计扫码次数的时间窗", "h"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A coarse place: the corner of a cell of a tenth of a degree (about ten kilometres)."""

    latitude: Decimal
    longitude: Decimal


@dataclass(frozen=True, slots=True)
class Scans:
    """Scans of one code in one cell within one hour: how many, the first and the last."""

    first_at: datetime
    last_at: datetime
    count: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class Found:
    kind: FindingKind
    says: str


def coarse(latitude: Decimal, longitude: Decimal) -> Place:
    """The place as it is kept: a tenth of a degree, so that nobody's way can be followed."""
    return Place(latitude.quantize(_CELL, ROUND_HALF_UP), longitude.quantize(_CELL, ROUND_HALF_UP))


def distance_km(one: Place, other: Place) -> float:
    """As the crow flies, on a sphere."""
    first, second = math.radians(one.latitude), math.radians(other.latitude)
    across = math.radians(other.longitude - one.longitude)
    half = math.sin((second - first) / 2) ** 2 + math.cos(first) * math.cos(second) * math.sin(across / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def copied(scans: Sequence[Scans], limits: Mapping[Threshold, Decimal]) -> Iterable[Found]:
    """What the scans of a code that only one label may carry say against there being one label."""
    ordered = sorted(scans, key=lambda scan: (scan.first_at, scan.last_at))
    if (found := _far_apart(ordered, limits)) is not None:
        yield found
    if (found := _too_many(ordered, limits)) is not None:
        yield found


def _far_apart(scans: Sequence[Scans], limits: Mapping[Threshold, Decimal]) -> Found | None:
    placed = [scan for scan in scans if scan.place is not None]
    for one, other in pairwise(placed):
        assert one.place is not None
        assert other.place is not None
        distance = distance_km(one.place, other.place)
        before, after = _closest(one, other)
        hours = (after - before).total_seconds() / 3600
        if distance < limits[Threshold.DISTANCE] or distance <= float(limits[Threshold.SPEED]) * hours:
            continue
        return Found(
            FindingKind.FAR_APART,
            f"{in_words(before)}与 {in_words(after)}（相隔 {hours * 60:.0f} 分钟）在相距约 {distance:.0f} 公里的两地"
            f"扫到同一个码，快过每小时 {limits[Threshold.SPEED]} 公里；一件货物到不了，至少有一个标签是复制的",
        )
    return None


def _closest(one: Scans, other: Scans) -> tuple[datetime, datetime]:
    """The two scans, one of each, that are known to lie closest in time, in order."""
    pairs = [
        sorted((mine, theirs)) for mine in (one.first_at, one.last_at) for theirs in (other.first_at, other.last_at)
    ]
    before, after = min(pairs, key=lambda pair: pair[1] - pair[0])
    return before, after


def _too_many(scans: Sequence[Scans], limits: Mapping[Threshold, Decimal]) -> Found | None:
    window = timedelta(hours=float(limits[Threshold.WINDOW]))
    for start, first in enumerate(scans):
        within = [scan for scan in scans[start:] if scan.last_at - first.first_at <= window]
        count = sum(scan.count for scan in within)
        if count > limits[Threshold.SCANS]:
            return Found(
                FindingKind.TOO_MANY,
                f"{limits[Threshold.WINDOW]} 小时内扫了 {count} 次（超过 {limits[Threshold.SCANS]} 次）；"
                "一件货物很少被扫这么多次，标签可能被复制或张贴传播",
            )
    return None


def state_finding(kind: CodeKind, state: CodeState, at: datetime) -> Found | None:
    """What the state of the code says of a scan at `at`."""
    if state is CodeState.VOIDED:
        return Found(
            FindingKind.AFTER_VOIDING, f"这个{kind.label}已经作废，{in_words(at)}仍被扫到：标签没有收回，或是复制的"
        )
    if state is CodeState.ISSUED:
        return Found(
            FindingKind.BEFORE_ACTIVATION,
            f"这个{kind.label}已发放但还没有启用，{in_words(at)}已被扫到：标签外流，或贴标后忘了启用",
        )
    return None


def sold_again(sold_at: datetime, at: datetime) -> Found:
    return Found(
        FindingKind.SOLD_AGAIN,
        f"{in_words(sold_at)}已售出，{in_words(at)}又登记售出：一件货物卖不了两次，有一个标签是复制的",
    )


def never_issued(key: str, at: datetime) -> Found:
    return Found(
        FindingKind.NEVER_ISSUED,
        f"{in_words(at)}扫到 {key}：商品已登记，单件也发过码，但没有发放过这个序号，可能是编造的",
    )


def bad_signature(at: datetime) -> Found:
    return Found(FindingKind.BAD_SIGNATURE, f"{in_words(at)}扫到的码带有签名，但不是本平台签的：可能是仿造的标签")
