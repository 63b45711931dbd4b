"""A letter as a page that prints on A4, from which any browser makes a PDF. Pure."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""The page has its style within itself and fetches nothing."""

STYLE = """
@page { size: A4; margin: 37mm 26mm 35mm 28mm }
body { max-width: 156mm; margin: 2em auto; color: #000; background: #fff;
  font: 16pt/1.75 "FangSong", "STFangsong", "仿宋", "Noto Serif CJK SC", "Noto Sans SC", serif }
h1 { font-size: 22pt; text-align: center; margin: 0 }
.number, .draft { text-align: center }
.draft { color: #a00 }
.text p { text-indent: 2em; margin: 0; white-space: pre-line }
.signature { text-align: right; margin: 2em 0; break-inside: avoid }
.check { font: 9pt/1.5 monospace; overflow-wrap: anywhere; border-top: 1px solid #000; break-inside: avoid }
@media print { body { margin: 0; max-width: none } }
"""


def issued_page(content: Mapping[str, Any], content_sha256: str, chain_sha256: str) -> str:
    """An issued letter with the hashes it can be checked by."""
    check = (
        f'<footer class="check"><p>内容哈希（SHA-256）：{escape(content_sha256)}</p>'
        f"<p>发文链：第 {content['position']} 件，{escape(chain_sha256)}</p></footer>"
    )
    head = f'<p class="number">{escape(content["number"])}</p>'
    signature = f'<div class="signature"><p>{escape(content["issuer"])}</p><p>{escape(content["issued_on"])}</p></div>'
    return _page(content["title"], head, content["addressee"], content["paragraphs"], signature + check)


def draft_page(title: str, addressee: str, paragraphs: Sequence[str]) -> str:
    """What a draft would say; it has no number and binds nobody."""
    return _page(title, '<p class="draft">草稿：没有编号，不具效力</p>', addressee, paragraphs, "")


def _page(title: str, head: str, addressee: str, paragraphs: Sequence[str], tail: str) -> str:
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{head}<p>{escape(addressee)}：</p>"
        f'<div class="text">{text}</div>{tail}</main></body></html>\n'
    )
