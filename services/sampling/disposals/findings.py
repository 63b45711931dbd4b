"""What sets a disposal going: the finding of a report."""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.clocks import Authority
from shared.contracts.statutory_sampling import Conclusion, ReportClass, UnqualifiedItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A report's conclusion as the bureau has it. `received_at`: when the bureau received the unqualified conclusion,
    from which disposal is counted. `authority`: whose procedure it is; the agriculture line has windows of its own.
    """

    report_number: str
    report_class: ReportClass
    conclusion: Conclusion
    unqualified_items: tuple[UnqualifiedItem, ...]
    received_at: datetime
    authority: Authority = Authority.MARKET
