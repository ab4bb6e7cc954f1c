"""One file a portal: data, and one pure reader. The only folder meant to grow.

A file here defines `SOURCES`, a tuple of `Source`; adding the file is all it takes (`find.py` walks this folder).
"""
