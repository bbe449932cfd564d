"""How single values are written in the configuration: durations, sizes, lists, addresses.

Each parser raises ValueError with a sentence that says how the value should have looked.
"""
