"""Ports of chapter 12."""
