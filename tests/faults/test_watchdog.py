"""R22 in short; the long run is `scripts/faults watchdog`."""

import pytest

from tests.faults.watchdog import lived
from tests.rigs.user_manager import can


@pytest.mark.skipif(not can(), reason="no user manager: needs root, dbus-daemon, util-linux and systemd")
@pytest.mark.timeout(400)
def test_whoever_is_stuck_is_started_again_and_whoever_is_not_is_left_alone():
    # Longer than who hangs is borne: a watchdog that misjudges what is legal would be seen.
    outcome = lived(("muted", "ear"), "in short", legal_s=10, watchdog_s=3)
    assert outcome.times == 2
    assert not any(outcome.wrong.values()), outcome.problems
