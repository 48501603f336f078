"""Changing a published plan as little as possible."""
