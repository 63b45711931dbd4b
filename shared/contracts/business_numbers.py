"""Numbers of businesses: the code on the business licence (USCC) and the numbers of food permits.

- USCC (统一社会信用代码): 18 signs, check sign by GB 32100-2015 (weights 3^i modulo 31).
- Permit numbers: two letters and 14 digits, the last of which is a check digit by ISO 7064 MOD 11,10. For
  production (SC) the rule was confirmed on four real numbers, so a failure is an error. For trade (JY) nobody has read
  the rule and older numbers are about, so a failure is a warning.
"""

import re
import unicodedata

from stdnum.cn import uscc as uscc_number
from stdnum.iso7064 import mod_11_10

from shared.contracts.inspection import LicenceKind

USCC_LENGTH = 18
PERMIT_DIGITS = 14
LETTERS_NOT_USED = "IOSVZ"


def check_uscc(text: str) -> str:
    """Return the USCC in capital half-width signs without spaces. Raises ValueError in Chinese."""
    number = _compact(text)
    if len(number) != USCC_LENGTH:
        raise ValueError(f"统一社会信用代码应为 18 位，这里有 {len(number)} 位")
    if unused := [sign for sign in number if sign in LETTERS_NOT_USED]:
        raise ValueError(f"统一社会信用代码不用字母 {unused[0]}，请核对是否应为形近的数字（I/1、O/0、S/5、Z/2）")
    if not re.fullmatch(r"[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}", number):
        raise ValueError("统一社会信用代码只有数字和大写字母，第 3 到 8 位应为数字，请照营业执照核对")
    expected = uscc_number.calc_check_digit(number[:-1])
    if number[-1] != expected:
        raise ValueError("统一社会信用代码的校验位不对，有一位写错或有两位颠倒，请照营业执照核对")
    return number


def check_licence(kind: LicenceKind, text: str) -> str:
    """Return a permit number in its plain form. Raises ValueError in Chinese for a form that cannot be, or a wrong SC
    number.
    """
    number = _compact(text)
    if kind is LicenceKind.REGISTRATION:
        if not number:
            raise ValueError("登记或备案凭证的编号不能为空")
        return number
    prefix = kind.value.upper()
    if not re.fullmatch(prefix + r"[0-9]{14}", number):
        raise ValueError(f"{kind.label}编号应为 {prefix} 加 {PERMIT_DIGITS} 位数字，请照许可证核对")
    if kind is LicenceKind.SC and not mod_11_10.is_valid(number[2:]):
        raise ValueError("食品生产许可证编号的校验位不对，有一位写错或有两位颠倒，请照许可证核对")
    return number


def licence_warning(kind: LicenceKind, number: str) -> str | None:
    """Return a warning for a number that may be right although its check digit does not fit, else None."""
    if kind is LicenceKind.JY and not mod_11_10.is_valid(number[2:]):
        return "食品经营许可证编号的校验位对不上；早年的编号可能如此，请照许可证再核对一次"
    return None


def _compact(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in plain if not sign.isspace() and sign != "-")
