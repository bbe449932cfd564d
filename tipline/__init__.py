"""The program itself: settings, wiring and the command line."""
