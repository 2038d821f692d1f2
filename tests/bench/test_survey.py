"""What the table of all sections holds."""
from d2lmx.bench.survey import trained

SECTIONS = ('3.2 3.6 3.7 4.2 4.3 4.5 4.6 6.6 7.1 7.2 7.3 7.4 7.5 7.6 7.7 8.5 8.6 9.1 '
            '9.2 9.3 9.4 9.7 10.4 10.7 11.11 13.1 13.2 13.7 13.11 14.4 14.10 15.2 15.3 '
            '15.5 15.7 20.1').split()


def test_every_section_that_trains_is_in_the_table():
    found = [(network.number, network.variant) for network in trained()]
    assert set(SECTIONS) <= {number for number, _ in found}
    assert len(found) == len(set(found))
    for number, variants in (('4.6', ['scratch', '']), ('7.5', ['tuned', 'concise']),
                             ('8.5', ['tuned']), ('9.1', ['concise', 'tuned'])):
        assert [v for n, v in found if n == number] == variants
