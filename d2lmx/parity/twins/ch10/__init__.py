"""Ports of chapter 10."""
