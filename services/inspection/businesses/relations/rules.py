"""Which business may stand under which."""

from collections.abc import Mapping

from shared.contracts.inspection import BusinessKind, RelationKind

OTHER_KINDS: Mapping[RelationKind, frozenset[BusinessKind]] = {
    RelationKind.STALL_OF: frozenset({BusinessKind.MARKET}),
    RelationKind.RENTS_FROM: frozenset(BusinessKind),
    RelationKind.BRANCH_OF: frozenset({BusinessKind.CHAIN_HEADQUARTERS}),
    RelationKind.SELLS_ON: frozenset({BusinessKind.PLATFORM}),
}
"""What the other one has to be. Anybody may let a counter or a room."""

ONE_AT_A_TIME = frozenset({RelationKind.STALL_OF, RelationKind.BRANCH_OF})
"""A stall stands in one market and a branch belongs to one chain; landlords and platforms may be several."""
