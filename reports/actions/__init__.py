"""What changes or takes away something in this room, a subject a file."""

from reports.actions.exports import export_figures, open_packs

__all__ = ["export_figures", "open_packs"]
