"""Folders of this machine as a door: Maildirs and drop folders that others put mails into."""
