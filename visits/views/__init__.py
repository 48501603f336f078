"""Pages of the visits room, a module a subject."""
