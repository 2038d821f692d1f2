"""Ports of chapter 21."""
