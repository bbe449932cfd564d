"""The notifier decides who is told: receipts to reporters, alerts to the people on duty."""
