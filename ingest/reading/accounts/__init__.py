"""Which accounts a mail names, and in which role (see ``find.py``)."""
