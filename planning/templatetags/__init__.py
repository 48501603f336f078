"""Filters of the pages of a plan."""
