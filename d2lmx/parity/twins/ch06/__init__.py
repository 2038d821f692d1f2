"""Ports of chapter 6."""
