"""Changing a draft by hand on the board."""
