"""Ports of chapter 13."""
