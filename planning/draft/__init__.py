"""A stored plan."""
