"""What the pages of this room show, a module a page."""
