"""From a record's address at a service to its page here. Pure."""

import re

PAGES = {
    "whistles": "/whistles/{}",
    "disposal-cases": "/disposals/{}",
    "samples": "/samples/{}",
    "corrections": "/corrections/{}",
    "clues": "/grid/clues/{}",
    "visit-records": "/visits/records/{}",
    "visits": "/visits/follow-ups",
    "supervision-letters": "/corrections/letters/{}",
    "risk-proposals": "/businesses/grades/{}",
    "businesses": "/businesses/{}",
    "publications": "/publications/{}",
    "sampling-plans": "/sampling-plans/{}",
    "sampling-tasks": "/sampling-tasks/{}",
    "random-draws": "/random-draws/{}",
    "recalls": "/traces/recalls/{}",
    "subjects": "/traces/subjects/{}",
    "tickets": "/traces/tickets/{}",
    "evaluations": "/evaluations/{}",
}
_LINK = re.compile(r"(?:/api/[a-z]+)?/v1/([a-z-]+)/([0-9a-f-]{36})")


def page_of(link: str | None) -> str:
    """The page of the record that a service links to; empty where it has none."""
    match = _LINK.fullmatch(link or "")
    return PAGES.get(match[1], "").format(match[2]) if match else ""
