"""Ports of chapter 3."""
