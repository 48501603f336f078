"""Commands about schools and accounts."""
