"""The arithmetic behind every figure on a page: plain Python and dates, knows no database and no Django.

What each figure counts and what it is divided by stands in docs/figures.md.
"""
