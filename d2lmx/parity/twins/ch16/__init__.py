"""Ports of chapter 16."""
