"""Which subtrees a proof is made of, and of which kept hashes a subtree is made. Pure.

Hashes are kept of every leaf (level 0) and of every whole block of 256, 65,536 … leaves (level 1, 2 …): four rows more
for a thousand leaves, and no proof reads more than some hundreds of them.
"""

from collections.abc import Iterator

from shared.audit.verifier import split

BLOCK = 256

Range = tuple[int, int]
"""Leaves from the first to before the second."""

Piece = tuple[int, int]
"""A kept hash: its level, and its number among those of the level."""


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The subtrees whose hashes prove the leaf in the tree of `size` leaves, in the order of RFC 9162, 2.1.3.1."""
    low, high, found = 0, size, []
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            found.append((middle, high))
            high = middle
        else:
            found.append((low, middle))
            low = middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """The subtrees whose hashes prove that `second` leaves begin with the `first`, as in RFC 9162, 2.1.4.1."""
    low, high, found, known = 0, second, [], True
    while first != high:
        middle = low + split(high - low)
        if first <= middle:
            found.append((middle, high))
            high = middle
        else:
            found.append((low, middle))
            low, known = middle, False
    return ([] if known else [(low, high)]) + found[::-1]


def pieces(range_: Range) -> Iterator[Piece]:
    """The kept hashes of which the subtree is made, from the left."""
    at, high = range_
    while at < high:
        level, width = 0, 1
        while at % (width * BLOCK) == 0 and at + width * BLOCK <= high:
            level, width = level + 1, width * BLOCK
        yield level, at // width
        at += width


def blocks_completed(before: int, after: int) -> Iterator[Piece]:
    """The blocks that became whole while the log grew, the small ones first."""
    level, width = 1, BLOCK
    while width <= after:
        yield from ((level, number) for number in range(before // width, after // width))
        level, width = level + 1, width * BLOCK
