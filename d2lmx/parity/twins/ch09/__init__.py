"""Ports of chapter 9."""
