"""Generated stand-ins in the real files' formats, from which much can be learnt."""
