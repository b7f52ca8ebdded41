"""Whoever asks is told who hears the room as a satellite's server."""

from voiced.core.status import ALL_SAID


def test_the_status_tells_who_hears_the_room(call, agent):
    assert ALL_SAID not in call("status")
    agent.elsewhere = "192.0.2.7"
    assert f"192.0.2.7 hears {ALL_SAID}" in call("status")
    assert '"elsewhere":"192.0.2.7"' in call("status", "--json").replace(" ", "")


def test_the_policy_tells_that_it_does_not_hold_for_what_goes_there(call):
    assert ALL_SAID not in call("privacy", "policy")
    assert ALL_SAID in call("privacy", "policy", '--set=wyoming.satellite=["127.0.0.1"]')
