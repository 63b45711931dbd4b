"""Whole lists as files: what a list shows page by page, with the same filters and to the same people, in one file."""
