"""Addresses as QR codes."""

import segno
from markupsafe import Markup

QUIET_MODULES = 4
"""White around the code, as its standard (ISO/IEC 18004) asks for."""


def qr_of(address: str) -> Markup:
    """Return an address as a QR code: SVG without a size, dark on white in every theme."""
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(omitsize=True, border=QUIET_MODULES, svgclass=None, lineclass=None, light="#fff"))
