"""One PyTorch port a file, named as the section: ``build_net()`` in each."""
