"""A code as a QR symbol (ISO/IEC 18004), as SVG or PNG."""

import io

import segno

QUIET_ZONE = 4
"""Modules of white around the symbol that the standard asks for."""

LARGEST_SCALE = 40


def svg(uri: str) -> str:
    """The symbol as SVG, one unit a module, so that it takes whatever size the page gives it."""
    out = io.BytesIO()
    _symbol(uri).save(out, kind="svg", border=QUIET_ZONE, xmldecl=False, omitsize=True, nl=False)
    return out.getvalue().decode()


def png(uri: str, scale: int) -> bytes:
    """The symbol as PNG, `scale` pixels a module."""
    out = io.BytesIO()
    _symbol(uri).save(out, kind="png", border=QUIET_ZONE, scale=scale)
    return out.getvalue()


def _symbol(uri: str) -> segno.QRCode:
    return segno.make_qr(uri, error="m")  # up to 15 % of a label may be dirty or torn
