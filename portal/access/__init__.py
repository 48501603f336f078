"""How a family gets in: by a link or a letter code, once, and then by a cookie that opens one invitation."""

from portal.access.entry import FamilyRequest, admit, for_family, lost_page

__all__ = ["FamilyRequest", "admit", "for_family", "lost_page"]
