"""Sentences about plans, for who reads them."""
