"""The book as data and as runs: sections, their networks, options and results."""
