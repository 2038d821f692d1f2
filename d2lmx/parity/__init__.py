"""The same networks in PyTorch. torch is imported here and in bench/ only, late."""
