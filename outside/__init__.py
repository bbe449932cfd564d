"""What ingest and notifier both need to talk to others' machines: bounded calls, OAuth logins."""
