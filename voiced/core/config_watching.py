"""The configuration of what tells how voiced does: sections of `core.config`."""

import os
from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from voiced.core.config_section import Section


class LogConfig(Section, frozen=True, kw_only=True):
    """What it writes about itself."""

    level: Annotated[
        str, Meta(pattern="^(debug|info|warning|error)$", description="debug, info, warning or error.")
    ] = "info"
    format: Annotated[
        str,
        Meta(
            pattern="^(auto|text|json)$",
            description="text, json (an object a line), or auto: journald's own fields under systemd, text elsewhere.",
        ),
    ] = "auto"


class TracesConfig(Section, frozen=True, kw_only=True):
    """Traces of turns, for a collector of OpenTelemetry (extra `traces`): times and names of parts, no words."""

    endpoint: Annotated[
        str,
        Meta(
            pattern="^(https?://[^ ]+)?$",
            description="The collector's address for OTLP over HTTP, such as http://box:4318; empty: that of"
            " OTEL_EXPORTER_OTLP_ENDPOINT, and none where that is not set.",
        ),
    ] = ""


class RecorderConfig(Section, frozen=True, kw_only=True):
    """Recordings of spoken turns, to find out what went wrong: sound, words, and what took part. Off by default."""

    enabled: Annotated[
        bool, Meta(description="Spoken turns are recorded, with three seconds before them; not while encryption is on.")
    ] = False
    days: Annotated[float, Meta(gt=0, le=365, description="A recording is removed after so many days.")] = 7.0
    mb: Annotated[int, Meta(ge=1, le=100_000, description="Room for recordings; the oldest go first.")] = 200


class GpioConfig(Section, frozen=True, kw_only=True):
    """A light and a button on the pins of a Raspberry Pi (extra `gpio`)."""

    led: Annotated[
        int, Meta(ge=0, le=63, description="The light's GPIO number (BCM), such as 17; 0: there is none.")
    ] = 0
    button: Annotated[
        int,
        Meta(
            ge=0,
            le=63,
            description="The button's, which connects it to ground: a short press listens, or stops what goes on; a"
            " long one mutes; 0: there is none.",
        ),
    ] = 0
    hold_s: Annotated[float, Meta(gt=0, le=60, description="Seconds from which a press is long.")] = 1.0


def traces_wanted(config: TracesConfig, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether somebody wants traces."""
    variables = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return bool(config.endpoint or any(environment.get(name) for name in variables))
