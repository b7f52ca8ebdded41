"""The configuration of what language models may ask for: a section of `core.config`."""

from typing import Annotated

from msgspec import Meta

from voiced.core.config_section import Section


class ToolsConfig(Section, frozen=True, kw_only=True):
    """What language models may ask skills for. Nothing acts that the user's own words do not ask for."""

    steps: Annotated[
        int, Meta(ge=0, le=10, description="So many times a model may ask for tools in a turn; 0: it is offered none.")
    ] = 3
