def test_the_pages_shapes_and_a_pair_of_each_kind(smoke_run):
    smoke = smoke_run('15.4')
    assert smoke.result['shapes of a batch'] == [[32, 50], [32, 50], [32]]
    lines = smoke.output.splitlines()
    assert [line.split(':')[0] for line in lines[:9]] == (
        ['premise', 'hypothesis', 'label'] * 3)
    assert lines[0].endswith(' .') and '<pad>' not in smoke.output
    examples, relations = smoke.result['examples'], smoke.result['relations']
    for part in ('train', 'test'):
        assert sum(relations[part].values()) == examples[part]
        assert f'read {examples[part]} examples' in lines
        # the toy has as many of each, but for chance
        assert min(relations[part].values()) > .28 * examples[part]
