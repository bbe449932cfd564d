"""Accounts: which ones a mail names, on which platform, in which role."""

from ingest.reading.accounts.find import find_accounts

__all__ = ["find_accounts"]
