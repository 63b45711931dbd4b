"""Which scheme grades a business."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.inspection.risk_grades.schemes.models import RiskScheme
from shared.contracts.inspection import BusinessKind


@dataclass(frozen=True, slots=True)
class SchemesOfDay:
    """The published schemes of a day, and how far above each place the regions stand."""

    schemes: Sequence[RiskScheme]
    above: Mapping[str, Mapping[str, int]]
    _chosen: dict[tuple[BusinessKind, str | None, str], RiskScheme | None] = field(default_factory=dict)

    def scheme_for(self, kind: BusinessKind, variant: str | None, region_code: str) -> RiskScheme | None:
        """The scheme of a business: its variant's before the general one, the nearest region's, the latest, or None."""
        key = (kind, variant, region_code)
        if key not in self._chosen:
            self._chosen[key] = self._choose(kind, variant, region_code)
        return self._chosen[key]

    def _choose(self, kind: BusinessKind, variant: str | None, region_code: str) -> RiskScheme | None:
        depths = self.above.get(region_code, {})
        fitting = [
            scheme
            for scheme in self.schemes
            if kind.value in scheme.kinds
            and scheme.variant in (variant, None)
            and (scheme.region_code is None or scheme.region_code in depths)
        ]
        return max(
            fitting,
            key=lambda scheme: (
                scheme.variant is not None,
                -depths[scheme.region_code] if scheme.region_code else -99,
                scheme.applies_from,
                scheme.code,
                scheme.number,
            ),
            default=None,
        )
