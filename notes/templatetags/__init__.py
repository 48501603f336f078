"""Filters of the pages of a mentor."""
