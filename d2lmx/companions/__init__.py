"""What sections beyond the book share."""
