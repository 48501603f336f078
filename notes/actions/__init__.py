"""What changes reports, agreements, memory aids and concerns, a module a subject."""
