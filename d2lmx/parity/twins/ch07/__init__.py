"""Ports of chapter 7."""
