"""Ports of chapter 11."""
