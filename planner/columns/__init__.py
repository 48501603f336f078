"""The routes that a visitor can make on one evening."""
