"""Changes under which a visit that was left out gets a place."""
