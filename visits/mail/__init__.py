"""What stands in a mail: texts per kind, the calendar file, and the mail itself. Nothing is sent or queued here."""
