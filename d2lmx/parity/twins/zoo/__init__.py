"""Ports of Gluon's model zoo."""
