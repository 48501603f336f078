"""What people fill in about campaigns and visits, a module a subject."""
