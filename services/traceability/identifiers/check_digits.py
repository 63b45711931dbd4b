"""The two check-character systems of GS1 identifiers (GS1 General Specifications 7.9)."""

_PAIR_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PAIR_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
_PAIR_MODULUS = 1021

CHARACTERS_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""The character set of serials, lots and most other data, in the order of the standard."""


def check_digit(digits: str) -> str:
    """The digit that completes `digits` to a GTIN, GLN, SSCC, GRAI, GSRN …: weights 3, 1, 3 … from the right."""
    total = sum(int(digit) * (1 if position % 2 else 3) for position, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def has_check_digit(digits: str) -> bool:
    """Whether the last digit completes those before it."""
    return check_digit(digits[:-1]) == digits[-1]


def check_pair(text: str) -> str:
    """The two characters that complete a global model number (AI 8013). `text` holds at most 23 characters."""
    weighted = zip(reversed(text), _PAIR_PRIMES, strict=False)
    remainder = sum(CHARACTERS_82.index(char) * prime for char, prime in weighted) % _PAIR_MODULUS
    return _PAIR_ALPHABET[remainder >> 5] + _PAIR_ALPHABET[remainder & 31]
