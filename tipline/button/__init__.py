"""The reporting button: what a site puts on its pages, so that a report is one click away."""
