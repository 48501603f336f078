"""Sentences of the card and the reports, for mentors."""
