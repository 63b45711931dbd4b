"""A letter as PDF: the same words and hashes as its DOCX, on pages that look the same everywhere. Pure."""

from collections.abc import Mapping
from typing import Any

from shared.documents.blocks import Text
from shared.documents.pdf import write_pdf


def write_letter(content: Mapping[str, Any], content_sha256: str, chain_sha256: str) -> bytes:
    """The file of an issued letter, with the hashes it can be checked by."""
    blocks = [
        Text(content["title"], size=22, align="C"),
        Text(content["number"], align="C"),
        Text(f"{content['addressee']}：", before=1),
        *(Text(paragraph, indent=2) for paragraph in content["paragraphs"]),
        Text(content["issuer"], align="R", before=1),
        Text(content["issued_on"], align="R"),
        Text(f"内容哈希（SHA-256）：{content_sha256}", size=9, before=2),
        Text(f"发文链：第 {content['position']} 件，{chain_sha256}", size=9),
    ]
    return write_pdf(f"{content['title']} {content['number']}", blocks)
