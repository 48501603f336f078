"""What changes accounts, schools and the record of what was done."""
