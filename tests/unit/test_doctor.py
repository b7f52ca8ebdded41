"""What the doctor makes of a microphone that the daemon holds."""

import pytest

from voiced.core.status import AudioStatus
from voiced.setup.doctor import Health, held_microphone


@pytest.mark.parametrize(
    ("audio", "muted", "health", "told"),
    [
        (AudioStatus(listening=True, device="USB", level_dbfs=-50), False, Health.GOOD, "-50 dBFS"),
        (AudioStatus(listening=True, device="USB", level_dbfs=-70), False, Health.WARNING, "-70 dBFS"),
        (AudioStatus(listening=True, device="USB", level_dbfs=-5), False, Health.WARNING, "-5 dBFS"),
        (AudioStatus(listening=True, device="USB", level_dbfs=-50, clipped=3), False, Health.WARNING, "3 samples"),
        (AudioStatus(listening=True, device="USB", level_dbfs=-120), False, Health.BAD, "only zeros"),
        (AudioStatus(listening=True, device="USB"), False, Health.BAD, "no sound"),
        (AudioStatus(listening=False, problem="it is gone", hint="Plug it in."), False, Health.BAD, "it is gone"),
        (AudioStatus(listening=False), True, Health.WARNING, "muted"),
    ],
)
def test_a_microphone_that_the_daemon_holds(audio, muted, health, told):
    finding = held_microphone(audio, muted=muted)
    assert finding.health is health
    assert told in finding.found
    assert (finding.hint == "") is (health is Health.GOOD)
