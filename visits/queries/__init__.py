"""What pages and tasks ask of the visits room, a module a subject."""
