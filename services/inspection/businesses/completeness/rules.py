"""What a whole file is made of. Which of these a kind of business needs is data, kept in `file_requirements`."""

from collections.abc import Mapping
from enum import StrEnum

from shared.contracts.inspection import BusinessKind


class FileField(StrEnum):
    """A part of a file that may be missing. Name, kind, region and address, never left out, are not here."""

    USCC = "uscc"
    PHONE = "phone"
    SCOPE = "scope"
    POSITION = "position"
    LICENCE = "licence"
    LICENCE_VALIDITY = "licence_validity"
    LEGAL_REPRESENTATIVE = "legal_representative"
    SAFETY_OFFICER = "safety_officer"
    SAFETY_DIRECTOR = "safety_director"
    MARKET = "market"
    STALL_NUMBER = "stall_number"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    FileField.USCC: "统一社会信用代码",
    FileField.PHONE: "联系电话",
    FileField.SCOPE: "经营范围",
    FileField.POSITION: "位置（经纬度）",
    FileField.LICENCE: "许可证或登记、备案凭证",
    FileField.LICENCE_VALIDITY: "许可证的有效期止",
    FileField.LEGAL_REPRESENTATIVE: "法定代表人（负责人）",
    FileField.SAFETY_OFFICER: "食品安全员",
    FileField.SAFETY_DIRECTOR: "食品安全总监",
    FileField.MARKET: "所在市场",
    FileField.STALL_NUMBER: "摊位号",
}

LOCAL_SETTING = "本地设定；没有读到规定逐项列明档案内容的条文"
_PLACED = (FileField.PHONE, FileField.POSITION)
_ENTERPRISE = (FileField.USCC, FileField.SCOPE, *_PLACED, FileField.LEGAL_REPRESENTATIVE)
_PERMITTED = (FileField.LICENCE, FileField.LICENCE_VALIDITY, FileField.SAFETY_OFFICER)
_SMALL = (*_PLACED, FileField.LICENCE, FileField.LEGAL_REPRESENTATIVE)

FIRST_REQUIREMENTS: Mapping[BusinessKind, tuple[FileField, ...]] = {
    BusinessKind.PRODUCTION: (*_ENTERPRISE, *_PERMITTED),
    BusinessKind.SALES: (*_ENTERPRISE, *_PERMITTED),
    BusinessKind.CATERING: (*_ENTERPRISE, *_PERMITTED),
    BusinessKind.CENTRAL_KITCHEN: (*_ENTERPRISE, *_PERMITTED, FileField.SAFETY_DIRECTOR),
    BusinessKind.GROUP_MEAL_DELIVERY: (*_ENTERPRISE, *_PERMITTED, FileField.SAFETY_DIRECTOR),
    BusinessKind.CHAIN_HEADQUARTERS: (*_ENTERPRISE, *_PERMITTED, FileField.SAFETY_DIRECTOR),
    BusinessKind.CANTEEN: (*_PLACED, *_PERMITTED, FileField.LEGAL_REPRESENTATIVE),
    BusinessKind.WORKSHOP: _SMALL,
    BusinessKind.SMALL_CATERING: _SMALL,
    BusinessKind.STALL: (FileField.PHONE, FileField.LICENCE, FileField.LEGAL_REPRESENTATIVE),
    BusinessKind.MARKET: (*_ENTERPRISE, FileField.SAFETY_OFFICER),
    BusinessKind.LANDLORD: _ENTERPRISE,
    BusinessKind.PLATFORM: (FileField.USCC, FileField.SCOPE, FileField.PHONE, FileField.LEGAL_REPRESENTATIVE),
    BusinessKind.FARM: (*_PLACED, FileField.LEGAL_REPRESENTATIVE),
    BusinessKind.SLAUGHTERHOUSE: (*_ENTERPRISE, FileField.LICENCE),
}
"""What is loaded where a bureau has not yet decided for itself."""
