"""Floor 3: the same networks in PyTorch. torch is imported here only, and late."""
