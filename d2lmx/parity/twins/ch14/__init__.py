"""Ports of chapter 14."""
