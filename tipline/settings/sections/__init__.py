"""The sections of the configuration: every key with its type, default and meaning.

The descriptions are the reference: ``docs/configuration.md`` repeats them, and a test compares.
Values are frozen. Secrets are not among them: only the places where they are kept.
"""
