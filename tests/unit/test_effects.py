"""Which states show that something was done: checked against things that obey, written down apart from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.fakes.obeying import COLOURS, obeyed, opposite
from voiced.core.home import GONE, Action, Entity
from voiced.home.colours import COLOURS as NAMES
from voiced.home.colours import is_colour
from voiced.home.effects import done, holds

PERCENT = st.integers(1, 100)
SERVICES = {
    "light": [("turn_on", {}), ("turn_off", {}), ("turn_on", {"brightness_pct": PERCENT})],
    "switch": [("turn_on", {}), ("turn_off", {})],
    "input_boolean": [("turn_on", {}), ("turn_off", {})],
    "siren": [("turn_on", {}), ("turn_off", {})],
    "fan": [("turn_on", {}), ("turn_off", {}), ("set_percentage", {"percentage": st.integers(0, 100)})],
    "cover": [("open_cover", {}), ("close_cover", {}), ("set_cover_position", {"position": st.integers(0, 100)})],
    "valve": [("open_valve", {}), ("close_valve", {})],
    "lock": [("lock", {}), ("unlock", {})],
    "climate": [
        ("turn_on", {}),
        ("set_temperature", {"temperature": st.floats(5, 30)}),
        ("set_hvac_mode", {"hvac_mode": st.sampled_from(["heat", "cool", "off"])}),
    ],
    "media_player": [
        ("media_play", {}),
        ("media_pause", {}),
        ("volume_set", {"volume_level": st.floats(0, 1)}),
        ("volume_mute", {"is_volume_muted": st.booleans()}),
    ],
    "vacuum": [("start", {}), ("pause", {}), ("return_to_base", {})],
    "alarm_control_panel": [("alarm_arm_home", {}), ("alarm_arm_away", {}), ("alarm_disarm", {})],
    "number": [("set_value", {"value": st.integers(0, 100)})],
    "select": [("select_option", {"option": st.sampled_from(["eco", "comfort"])})],
    "scene": [("turn_on", {})],
    "script": [("turn_on", {})],
    "button": [("press", {})],
}
START = {"cover": "opening", "lock": "locking", "alarm_control_panel": "arming", "number": "-1", "select": "away"}
MOVING = {"opening", "closing", "locking", "unlocking", "arming", "pending", "buffering", "jammed", "triggered"}


@st.composite
def asked(draw):
    """A thing before something is done, and the action; nothing of it holds yet."""
    domain = draw(st.sampled_from(sorted(SERVICES)))
    service, values = draw(st.sampled_from(SERVICES[domain]))
    action = Action(f"{domain}.x", service, {name: draw(value) for name, value in values.items()})
    return Entity(f"{domain}.x", "x", state=START.get(domain, "elsewhere")), action


@given(asked())
def test_what_obeyed_is_seen_to_be_done_and_what_did_not_is_not(case):
    before, action = case
    after = obeyed(before, action)
    assert done(action, before, after)
    assert not done(action, before, before)
    assert holds(action, after) == (before.domain not in {"scene", "script", "button"})


@given(asked(), st.sampled_from(sorted(GONE)))
def test_what_cannot_be_observed_shows_nothing(case, gone):
    before, action = case
    after = replace(obeyed(before, action), state=gone)
    assert not done(action, before, after)
    assert not holds(action, after)


@given(asked())
def test_what_the_home_only_assumes_is_not_observed(case):
    before, action = case
    after = obeyed(before, action)
    assumed = replace(after, attributes=after.attributes | {"assumed_state": True})
    if before.domain not in {"scene", "script", "button"}:
        assert not done(action, before, assumed)


@given(asked(), st.sampled_from(sorted(MOVING)))
def test_on_the_way_is_not_there(case, moving):
    before, action = case
    after = replace(obeyed(before, action), state=moving)
    if before.domain in {"cover", "lock", "alarm_control_panel", "valve"}:
        assert not holds(action, after)


@pytest.mark.parametrize(
    ("domain", "service"),
    [("light", "turn_on"), ("light", "turn_off"), ("cover", "open_cover"), ("cover", "close_cover"), ("lock", "lock")],
)
def test_the_contrary_is_not_done(domain, service):
    entity, action = Entity(f"{domain}.x", "x", state="elsewhere"), Action(f"{domain}.x", service)
    assert not done(action, entity, opposite(entity, action))


@given(st.integers(0, 100), st.integers(0, 100), st.sampled_from([100, 254, 255, 1000]))
def test_brightness_may_be_rounded_by_one_percent(wanted, is_, scale):
    raw = round(is_ * scale / 100)  # What the lamp can tell.
    lamp = Entity("light.x", "x", state="on" if raw else "off", attributes={"brightness": raw * 255 / scale})
    shown = holds(Action("light.x", "turn_on", {"brightness_pct": wanted}), lamp)
    if wanted == is_:
        assert shown
    if abs(wanted - is_) > 2 or (wanted == 0) != (raw == 0):
        assert not shown


@given(st.floats(5, 30), st.floats(5, 30), st.sampled_from([0.1, 0.5, 1]))
def test_a_temperature_may_be_rounded_to_a_step(wanted, is_, step):
    climate = Entity("climate.x", "x", state="heat", attributes={"temperature": is_, "target_temp_step": step})
    shown = holds(Action("climate.x", "set_temperature", {"temperature": wanted}), climate)
    assert shown == (abs(wanted - is_) <= step / 2 + 1e-6)


@given(st.integers(2000, 6500))
def test_a_colour_temperature_may_be_rounded_as_lamps_do(kelvin):
    rounded = round(1e6 / round(1e6 / kelvin))
    lamp = Entity("light.x", "x", state="on", attributes={"color_temp_kelvin": rounded})
    assert holds(Action("light.x", "turn_on", {"color_temp_kelvin": kelvin}), lamp)
    assert not holds(Action("light.x", "turn_on", {"color_temp_kelvin": kelvin + 400}), lamp)


def test_a_cover_that_opened_a_little_is_not_open():
    for position, shown in ((1, False), (50, False), (97, False), (98, True), (100, True)):
        cover = Entity("cover.x", "x", state="open", attributes={"current_position": position})
        assert holds(Action("cover.x", "open_cover"), cover) == shown


def test_colours_are_told_apart_however_bright():
    same = [{"purple", "magenta"}, {"green", "lime"}]  # A lamp mixes the same for both, and is brighter or darker.
    for name in NAMES:
        for other, rgb in NAMES.items():
            dim = tuple(each / 2 for each in rgb)
            assert is_colour(name, rgb) == is_colour(name, dim) == (name == other or {name, other} in same)
    assert not is_colour("mauve", (1, 2, 3))
    assert not is_colour("red", ("much", 0, 0))
    assert COLOURS.items() <= {name: list(rgb) for name, rgb in NAMES.items()}.items()


@pytest.mark.parametrize(
    ("service", "values", "state", "attributes"),
    [
        ("turn_on", {"sparkle": 3}, "on", {"sparkle": 3}),
        ("flip", {}, "flipped", {}),
        ("set_value", {}, "3", {}),
        ("turn_on", {"brightness_pct": "much"}, "on", {"brightness": 3}),
        ("turn_on", {"brightness_pct": 50}, "on", {"brightness": None}),
        ("turn_on", {"brightness_pct": float("nan")}, "on", {"brightness": 127}),
        ("turn_on", {"color_temp_kelvin": 0}, "on", {"color_temp_kelvin": 0}),
        ("set_value", {"value": 3}, "three", {}),
    ],
)
def test_what_is_not_known_is_never_shown(service, values, state, attributes):
    thing = Entity("light.x", "x", state=state, attributes=attributes)
    assert not holds(Action("light.x", service, values), thing)


@given(
    st.text(max_size=8),
    st.dictionaries(st.text(max_size=8), st.none() | st.text() | st.floats() | st.lists(st.text()), max_size=5),
    asked(),
)
def test_no_state_that_a_home_may_tell_is_too_strange(state, attributes, case):
    before, action = case
    assert isinstance(done(action, before, replace(before, state=state, attributes=attributes)), bool)


def test_how_it_is_done_need_not_be_shown():
    assert holds(Action("light.x", "turn_on", {"transition": 2}), Entity("light.x", "x", state="on"))
    assert holds(Action("lock.x", "unlock", {"code": "1234"}), Entity("lock.x", "x", state="unlocked"))
