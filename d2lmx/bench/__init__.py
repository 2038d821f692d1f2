"""Networks timed and compared: every way beside the others, in one run."""
