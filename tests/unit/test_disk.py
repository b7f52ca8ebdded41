"""Room on a disk."""

from pathlib import Path

import pytest

from voiced.core.disk import leave_room
from voiced.core.errors import StoreBroken, StoreFull


def test_what_a_disk_has_room_for_is_let_in_and_what_it_has_not_is_refused(tmp_path: Path):
    leave_room(tmp_path, 1, spare=0)
    for size, spare in ((1 << 62, 0), (0, 1 << 62)):
        with pytest.raises(StoreFull):
            leave_room(tmp_path, size, spare)


def test_a_disk_that_does_not_tell_is_told(tmp_path: Path):
    with pytest.raises(StoreBroken):
        leave_room(tmp_path / "nothing", 0)
