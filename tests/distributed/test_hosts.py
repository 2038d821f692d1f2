"""Files of hosts, and this machine's own address."""
import pytest

from d2lmx.distributed.hosts import Host, LaunchError, own_address, read_hosts


def test_a_file_of_hosts_may_hold_addresses_and_remarks(tmp_path):
    path = tmp_path / 'hosts'
    path.write_text('localhost\n# the lab\nnode-a 192.0.2.17  # by the door\n\n')
    here, there = read_hosts(path)
    assert here == Host('localhost', '127.0.0.1') and here.is_here
    assert there == Host('node-a', '192.0.2.17') and not there.is_here
    assert own_address([here]) == '127.0.0.1'
    assert own_address([there], given='127.0.0.2') == '127.0.0.2'


@pytest.mark.parametrize('text,reason', [('# none\n', 'names no host'),
                                         (None, 'cannot read the hosts')])
def test_no_host_is_an_error(tmp_path, text, reason):
    if text is not None:
        (tmp_path / 'hosts').write_text(text)
    with pytest.raises(LaunchError, match=reason):
        read_hosts(tmp_path / 'hosts')
