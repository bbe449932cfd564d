"""Ingest records what happened: it receives, accepts durably, reads, matches and files."""
