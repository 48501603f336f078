"""What changes campaigns, plans, visits and messages, a module a subject."""
