"""The `[home]` part of the configuration: brokers, devices and Home Assistant."""

from typing import Annotated

from msgspec import Meta, field

from voiced.core.config_section import Section

Topic = Annotated[str, Meta(max_length=1000, pattern="^([^+#]*)$")]
RISKY = (
    *("lock", "alarm_control_panel", "valve", "siren", "cover.door", "cover.garage", "cover.gate"),
    *("cover.*door*", "cover.*garage*", "cover.*gate*"),
    *("door", "doors", "gate", "gates", "garage", "*unlock*", "alarm", "siren"),
    *("oven", "stove", "cooker", "cooktop", "hob", "fireplace", "sauna"),
    *("*tür", "*türen", "*tuer", "*tueren", "tor", "tore", "*garagentor", "hoftor", "gartentor", "rolltor"),
    *("einfahrtstor", "schiebetor", "schranke", "türöffner", "*schloss", "entriegel*", "alarmanlage", "sirene"),
    *("herd", "gasherd", "elektroherd", "herdplatte*", "*ofen", "kochfeld", "kochplatte*", "kamin"),
)
"""What does harm when it is done by mistake, or at somebody else's word: by its sort, and by words of its names."""

SLOW = {"cover": 20.0, "valve": 20.0, "lock": 10.0}
"""Seconds in which what moves slowly gets there, or is at least seen to move."""


class MqttConfig(Section, frozen=True, kw_only=True):
    """The MQTT broker."""

    host: Annotated[str, Meta(max_length=255, description="Its name or address; empty: there is none.")] = ""
    port: Annotated[int, Meta(ge=0, le=65_535, description="Its port; 0: 1883, or 8883 with TLS.")] = 0
    username: Annotated[str, Meta(description="Who voiced is there; empty: nobody.")] = ""
    password_file: Annotated[str, Meta(description="A file with the password; empty: none.")] = ""
    tls: Annotated[bool, Meta(description="The connection is encrypted, and the broker proves who it is.")] = False
    ca_file: Annotated[
        str, Meta(description="Certificates (PEM) that are trusted besides the machine's own; empty: none.")
    ] = ""
    client_id: Annotated[
        str, Meta(max_length=64, description="What voiced calls itself there: no two may do so; empty: made by itself.")
    ] = ""
    keepalive_s: Annotated[
        int, Meta(ge=1, le=3600, description="A broker that is silent for twice as long is gone.")
    ] = 15
    discovery: Annotated[
        bool, Meta(description="Home Assistant finds voiced itself there, and steers it; see docs/home-assistant.md.")
    ] = False
    discovery_prefix: Annotated[
        str,
        Meta(
            max_length=200,
            pattern="^(?!voiced$)[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$",
            description="Where Home Assistant looks for devices.",
        ),
    ] = "homeassistant"
    transcripts: Annotated[
        bool,
        Meta(
            description="What is said and answered is told to the broker, too, as far as privacy.log allows, and"
            " questions may be asked there."
        ),
    ] = False


class CommandConfig(Section, frozen=True, kw_only=True):
    """What is sent to a device."""

    topic: Annotated[Topic, Meta(min_length=1, description="Where to.")]
    payload: Annotated[
        str,
        Meta(
            max_length=10_000, description="What; $value is the value that is set, $code a code that was given with it."
        ),
    ] = ""


class DeviceConfig(Section, frozen=True, kw_only=True):
    """A device that speaks MQTT. The name of the table is what its id ends with; see docs/home.md for examples."""

    domain: Annotated[
        str,
        Meta(pattern="^([a-z][a-z0-9_]{0,63})$", description="What it is: light, switch, fan, cover, lock, sensor …"),
    ]
    name: Annotated[str, Meta(max_length=200, description="What people call it; empty: the table's name.")] = ""
    area: Annotated[str, Meta(max_length=200, description="The room it is in.")] = ""
    floor: Annotated[str, Meta(max_length=200, description="The storey that room is on, such as upstairs.")] = ""
    aliases: Annotated[list[str], Meta(max_length=100, description="What else people call it.")] = field(
        default_factory=list[str]
    )
    kind: Annotated[str, Meta(max_length=64, description="Its device class, such as garage for a cover.")] = ""
    unit: Annotated[str, Meta(max_length=20, description="The unit of what a sensor measures.")] = ""
    risky: Annotated[bool, Meta(description="What acts on it is confirmed first, whatever home.risky says.")] = False
    command_topic: Annotated[Topic, Meta(description="Where commands go that name no topic of their own.")] = ""
    commands: Annotated[
        dict[str, str | CommandConfig],
        Meta(
            max_length=100,
            description="What is sent for a service (turn_on), and for each value it takes (turn_on.brightness_pct).",
        ),
    ] = field(default_factory=dict[str, str | CommandConfig])
    query_topic: Annotated[Topic, Meta(description="Where it is asked for its state; empty: it tells by itself.")] = ""
    query_payload: Annotated[str, Meta(max_length=10_000, description="What is sent there.")] = ""
    state_topics: Annotated[list[Topic], Meta(max_length=10, description="Where it tells its state.")] = field(
        default_factory=list[str]
    )
    state: Annotated[
        str, Meta(max_length=200, description="Where the state is in JSON, such as POWER or a.b; empty: it is all.")
    ] = ""
    states: Annotated[
        dict[str, str], Meta(max_length=100, description="What is told, and the state it means; ON means on anyway.")
    ] = field(default_factory=dict[str, str])
    attributes: Annotated[
        dict[str, str], Meta(max_length=100, description="Attributes, such as brightness, and where they are in JSON.")
    ] = field(default_factory=dict[str, str])
    brightness_scale: Annotated[
        int, Meta(ge=1, le=65_535, description="Full brightness, as the device tells and takes it.")
    ] = 255
    availability_topic: Annotated[Topic, Meta(description="Where online and offline are told; empty: nowhere.")] = ""


class HomeAssistantConfig(Section, frozen=True, kw_only=True):
    """Home Assistant: what it exposes to Assist is known to voiced."""

    url: Annotated[
        str,
        Meta(pattern="^(https?://[^/]+/?)?$", description="Such as http://homeassistant.local:8123; empty: none."),
    ] = ""
    token_file: Annotated[str, Meta(description="A file with a long-lived access token of an administrator.")] = ""
    ca_file: Annotated[
        str, Meta(description="Certificates (PEM) that are trusted besides the machine's own; empty: none.")
    ] = ""
    assist: Annotated[bool, Meta(description="Sentences that voiced does not know are asked of Assist.")] = True


class HomeConfig(Section, frozen=True, kw_only=True):
    """The home: what is in it, and what is done to it."""

    room: Annotated[
        str,
        Meta(
            max_length=200,
            description="The room that it stands in, as the home calls it: lights of no room are those of this one.",
        ),
    ] = ""
    deadline_s: Annotated[
        float, Meta(gt=0, le=60, description="A change that is not seen after so long was not seen.")
    ] = 3.0
    deadlines_s: Annotated[
        dict[str, Annotated[float, Meta(gt=0, le=300)]],
        Meta(
            max_length=100,
            description="Longer ones of what moves slowly, by domain or domain.kind (cover.garage). What is seen"
            " to move is waited for no longer than the one above.",
        ),
    ] = field(default_factory=lambda: dict(SLOW))
    risky: Annotated[
        list[str],
        Meta(
            max_length=1000,
            description="What is confirmed first: a domain (lock), domain.kind (cover.garage), ids or names after their"
            " domain (switch.heat_*, cover.*door*), or words of ids, names and aliases (oven, *tür), but for lights.",
        ),
    ] = field(default_factory=lambda: list(RISKY))
    mqtt: MqttConfig = field(default_factory=MqttConfig)
    devices: Annotated[dict[str, DeviceConfig], Meta(description="Devices that speak MQTT.")] = field(
        default_factory=dict[str, DeviceConfig]
    )
    assistant: HomeAssistantConfig = field(default_factory=HomeAssistantConfig)
