"""Floor 4: several processes, on one machine or many, that train one network."""
