"""Pages about plans, until they are published."""
