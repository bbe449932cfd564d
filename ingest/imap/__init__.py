"""Mailboxes of others as a door: mails are fetched by IMAP (RFC 3501), durable before they move."""
