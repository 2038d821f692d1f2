"""Ports of chapter 20."""
