"""Ports of chapter 22."""
