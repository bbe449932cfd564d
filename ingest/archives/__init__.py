"""Mails from files: single ones, mbox files and Maildirs, however large, and safe to repeat."""
