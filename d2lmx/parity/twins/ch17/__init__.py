"""Ports of chapter 17."""
