"""What is right or wrong on this machine."""
