"""Ports of chapter 8."""
