"""A commitment certificate for people: one page that stands alone, without scripts, to print and to scan."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape

from services.traceability.certificates.models import Certificate
from services.traceability.certificates.rules import WORDS, Basis, CertificateKind, Root
from services.traceability.codes import qr
from services.traceability.tickets.rules import in_words
from services.traceability.units.goods import Amount
from shared.times import in_words as moment_in_words

_STYLE = """
@page { size: A6; margin: 6mm }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 4mm; max-width: 120mm; color: #000;
  font: 16px/1.5 "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif }
h1 { font-size: 1.5em; text-align: center; margin: 0 0 2mm }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 1mm 3mm; margin: 0 }
dt { color: #444 } dd { margin: 0; overflow-wrap: anywhere }
.void { border: 3px solid #b00020; color: #b00020; padding: 2mm; font-weight: 700 }
svg { width: 36mm; height: 36mm; display: block; margin: 2mm auto }
"""

_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'"
"""What a browser may do with the page: show it, with its own styles, and nothing else."""


def certificate_page(certificate: Certificate, origins: Sequence[Root], address: str) -> str:
    """What a certificate says, with the words that must stand beside its QR code."""
    title = WORDS if certificate.kind is CertificateKind.COMMITMENT else certificate.kind.label
    said = [
        ("产品名称", certificate.product_name),
        ("数量（重量）", in_words(Amount(certificate.quantity, certificate.unit))),
        ("产地", certificate.origin),
        ("批号", certificate.lot_code),
        ("承诺依据", "、".join(Basis(basis).label for basis in certificate.basis)),
        ("开具主体", certificate.issuer_name),
        ("联系方式", certificate.contact),
        ("开具时间", moment_in_words(certificate.issued_at)),
        ("证号", certificate.number),
        ("原合格证", "、".join(root.number for root in origins if root.certificate_id != certificate.id)),
    ]
    rows = "".join(f"<dt>{label}</dt><dd>{escape(text)}</dd>" for label, text in said if text)
    voided = '<p class="void">这张证已作废</p>' if certificate.voided_at is not None else ""
    commitment = f"<p>{escape(certificate.commitment)}</p>" if certificate.commitment else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} {escape(certificate.number)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1>{voided}{commitment}<dl>{rows}</dl>{qr.svg(address)}</body></html>"
    )
