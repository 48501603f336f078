"""A page as PDF, by WeasyPrint. The fonts are the system's; nothing is opened, neither file nor address."""

from __future__ import annotations

from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _

from mentors.refusals import Refusal


class PdfUnavailable(Refusal):
    """This machine cannot make a PDF."""

    text = _("Deze server kan geen PDF maken. Druk deze pagina af, of bewaar haar als PDF in het afdrukvenster.")


def write_pdf(html: str) -> bytes:
    """The PDF of an HTML document that carries its own style. Raises PdfUnavailable without libpango."""
    try:
        # Imported late: it takes a second and wants libpango, which a machine may lack.
        import weasyprint  # noqa: PLC0415
    except (ImportError, OSError) as missing:
        raise PdfUnavailable from missing
    document: bytes = weasyprint.HTML(string=html, url_fetcher=ClosedFetcher()).write_pdf()
    return document


class ClosedFetcher:
    """Opens nothing: whatever a text refers to stays shut, and the PDF goes on without it."""

    # WeasyPrint asks its fetchers this name; its own class can not be the parent, as it is imported late.
    _fail_on_errors = False

    def __call__(self, url: str, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse. WeasyPrint takes a ValueError for a resource that is not there."""
        raise ValueError("nothing is opened for a PDF")
