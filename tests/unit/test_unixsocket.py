"""Who holds the daemon's socket."""

import pytest

from voiced.control.unixsocket import hold
from voiced.core.errors import DaemonRunning, VoicedError
from voiced.store import start


def test_the_socket_is_for_the_owner_and_the_group_and_goes_with_the_daemon(tmp_path):
    path = tmp_path / "run" / "voiced.sock"
    with hold(path):
        assert path.is_socket()
        assert path.stat().st_mode & 0o777 == 0o660
    assert not path.exists()


def test_it_goes_even_if_the_daemon_ends_in_an_error(tmp_path):
    path = tmp_path / "voiced.sock"
    with pytest.raises(ZeroDivisionError), hold(path):
        raise ZeroDivisionError
    assert not path.exists()


def test_one_daemon_at_a_time(tmp_path):
    path = tmp_path / "voiced.sock"
    with hold(path), pytest.raises(DaemonRunning), hold(path):
        pass
    with hold(path):
        pass


def test_the_socket_may_lie_where_everything_is_kept(tmp_path):
    with hold(tmp_path / "voiced.sock"), start.hold(tmp_path):
        assert (tmp_path / "voiced.sock").is_socket()


def test_a_socket_that_a_killed_daemon_left_behind_is_taken_over(tmp_path):
    path = tmp_path / "voiced.sock"
    with hold(path):
        path.rename(tmp_path / "left.sock")
    (tmp_path / "left.sock").rename(path)
    with hold(path):
        assert path.is_socket()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_nothing_of_the_users_is_overwritten(tmp_path, kind):
    path = tmp_path / "precious"
    path.mkdir() if kind == "folder" else path.write_text("precious")
    with pytest.raises(VoicedError, match="no socket"), hold(path):
        pass
    assert path.is_dir() or path.read_text() == "precious"


def test_a_path_that_is_too_long_is_told(tmp_path):
    with pytest.raises(VoicedError, match="cannot be a socket"), hold(tmp_path / ("x" * 120)):
        pass
