"""Ports of chapter 15."""
