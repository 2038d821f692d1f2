"""Ports of chapter 4."""
