"""What this room shows, a module a page."""
