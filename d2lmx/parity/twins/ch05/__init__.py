"""Ports of chapter 5."""
