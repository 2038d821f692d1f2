"""Generated stand-ins in the real files' formats, from which much can be learnt."""

# stands in folders that archives of toys are unpacked to, so that they are known there
MARK, MARK_TEXT = 'TOY-DATA.txt', b'made up by d2lmx\n'
