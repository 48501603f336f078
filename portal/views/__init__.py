"""The family's pages. Looking never changes anything: every answer is a POST behind a button."""
