"""Printable sheets of codes: A4, a grid of labels, each a QR symbol, a name, and the code as people read it."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from services.traceability.codes import qr

MOST_COLUMNS, MOST_ROWS = 8, 12
LARGEST_SHEET = 500

_STYLE = """
@page { size: A4; margin: 8mm }
* { box-sizing: border-box }
body { margin: 0; font-family: "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; color: #000 }
.page { display: grid; gap: 2mm; height: 279mm; break-after: page; width: 194mm; margin: 0 auto }
.page:last-child { break-after: auto }
.label { border: .2mm dashed #999; padding: 1.5mm; display: flex; flex-direction: column; align-items: center;
  justify-content: center; overflow: hidden; text-align: center; break-inside: avoid }
.label div { flex: none }
.label svg { width: 100%; flex: 1 1 auto; min-height: 0 }
.name { font-size: 9pt; font-weight: 600; line-height: 1.2; max-height: 2.4em; overflow: hidden }
.kind { font-size: 7pt }
.text { font: 6.5pt/1.25 "DejaVu Sans Mono", Consolas, monospace; overflow-wrap: anywhere }
"""


@dataclass(frozen=True, slots=True)
class Label:
    uri: str
    name: str
    kind: str
    text: str


def sheet(title: str, labels: Sequence[Label], *, columns: int, rows: int) -> str:
    """A page of HTML that stands alone, without scripts, and prints as it is shown."""
    size = columns * rows
    pages = [labels[at : at + size] for at in range(0, len(labels), size)]
    body = "\n".join(f'<main class="page">{"".join(_label(label) for label in page)}</main>' for page in pages)
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_style(columns, rows)}</style></head><body>\n{body}\n</body></html>"
    )


def content_security_policy(columns: int, rows: int) -> str:
    """What a browser may do with the sheet: show it, with its own styles, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style(columns, rows).encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"


def _style(columns: int, rows: int) -> str:
    return f"{_STYLE}.page {{ grid-template: repeat({rows}, minmax(0, 1fr)) / repeat({columns}, minmax(0, 1fr)) }}"


def _label(label: Label) -> str:
    return (
        f'<section class="label">{qr.svg(label.uri)}<div class="name">{escape(label.name)}</div>'
        f'<div class="kind">{escape(label.kind)}</div><div class="text">{escape(label.text)}</div></section>'
    )
