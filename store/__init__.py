"""Words, states, tables and transactions: what tipline keeps, and the only way to it.

The store imports none of the other packages. Ingest writes down what happened, the notifier
writes down who is told; they meet in these tables and nowhere else.
"""
