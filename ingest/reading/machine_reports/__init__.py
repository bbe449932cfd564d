"""Machine-readable reports: ARF, X-ARF 0.1 and 0.2, XARF 3 and 4, in the parts of a mail."""
