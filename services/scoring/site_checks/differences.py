"""Where two results of one site differ, in words for whoever has to choose. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from services.scoring.site_checks.content import ItemMark, SiteForm, VisitContent


class Difference(NamedTuple):
    """One place where the two sides differ."""

    pointer: str
    stored: str
    sent: str


def differences(form: SiteForm, stored: VisitContent, sent: VisitContent) -> Iterator[Difference]:
    """Line by line in the order of the form, then the rest."""
    for item in form.items:
        one, other = stored.marks.get(item.code), sent.marks.get(item.code)
        if one != other:
            yield Difference(f"/content/marks/{item.code}", said(one), said(other))
    if stored.unreachable != sent.unreachable:
        yield Difference("/content/unreachable", stored.unreachable or "已检查", sent.unreachable or "已检查")
    if stored.note != sent.note:
        yield Difference("/content/note", stored.note or "没有写", sent.note or "没有写")


def said(mark: ItemMark | None) -> str:
    """A mark in words."""
    if mark is None:
        return "没有填"
    if mark.absent is not None:
        words = f"缺项（{mark.absent}）"
    elif mark.met is not None:
        words = "做到" if mark.met else "没有做到"
    elif mark.deducted is not None:
        words = f"扣 {mark.deducted:f} 分"
    else:
        words = f"发现 {mark.findings} 次"
    return f"{words}，{mark.note}" if mark.note else words
