"""What speaks for two files being one business: evidence, its points, and the fields one may choose from."""

from collections.abc import Mapping
from enum import StrEnum

THRESHOLD = 50
FULL = 100
NEAR_METRES = 100
SHARED_BY_AT_MOST = 20
"""A telephone number or a name that more files share than this says nothing about any two of them."""


class Evidence(StrEnum):
    """One thing that two files have in common, or that keeps them apart."""

    SAME_USCC = "same_uscc"
    SAME_LICENCE = "same_licence"
    SAME_NAME = "same_name"
    SAME_ADDRESS = "same_address"
    SAME_PHONE = "same_phone"
    NEAR = "near"
    OTHER_USCC = "other_uscc"
    OTHER_STALL = "other_stall"

    @property
    def label(self) -> str:
        return {
            "same_uscc": "统一社会信用代码相同",
            "same_licence": "许可证（登记、备案凭证）编号相同",
            "same_name": "名称相同（不计标点、全半角与公司形式）",
            "same_address": "地址相同（不计标点、全半角）",
            "same_phone": "电话相同",
            "near": f"两地相距不到 {NEAR_METRES} 米（坐标系相同时才比较）",
            "other_uscc": "统一社会信用代码不同",
            "other_stall": "摊位号不同",
        }[self]


POINTS: Mapping[Evidence, int] = {
    Evidence.SAME_USCC: 50,
    Evidence.SAME_LICENCE: 50,
    Evidence.SAME_NAME: 30,
    Evidence.SAME_ADDRESS: 20,
    Evidence.SAME_PHONE: 20,
    Evidence.NEAR: 10,
    Evidence.OTHER_USCC: -40,
    Evidence.OTHER_STALL: -30,
}
"""A local setting, no rule of law: the list proposes, a person decides."""


def score_of(found: Mapping[Evidence, bool]) -> int:
    """The points of all that was found, between 0 and 100."""
    return max(0, min(FULL, sum(POINTS[evidence] for evidence, holds in found.items() if holds)))


class MergeField(StrEnum):
    """A field of the file that goes on, which may be taken from the one that ends."""

    USCC = "uscc"
    NAME = "name"
    KIND = "kind"
    STATUS = "status"
    REGION_CODE = "region_code"
    ADDRESS = "address"
    PHONE = "phone"
    SCOPE = "scope"
    POSITION = "position"
    SITE_ID = "site_id"
    STALL_NUMBER = "stall_number"
