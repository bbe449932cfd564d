"""Learning what tells the role of an account, from mails in which accounts are marked."""
