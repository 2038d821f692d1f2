"""What is right or wrong on this machine, and with a training."""
