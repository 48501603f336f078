"""What changes or takes away something in this room, a subject a file."""
