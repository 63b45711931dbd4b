"""Uploaded tables: read in chunks, mapped by their headers, checked by columns, and handed back corrected."""
