"""Sentences about visits, for the people of the school and for families."""
