"""Settings that are read again: all of them hold, or none."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.agent import ScriptedAgent
from voiced.core.config import Config
from voiced.core.errors import ConfigInvalid
from voiced.service import Service


class Changing(ScriptedAgent):
    """Takes in settings, or refuses them."""

    def __init__(self, *, refuses: bool = False) -> None:
        super().__init__()
        self.refuses, self.taken = refuses, list[Config]()

    async def change(self, config: Config) -> None:
        if self.refuses:
            raise ConfigInvalid("the ear cannot be made of them")
        self.taken.append(config)


class Certificate:
    """A file that settings name."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken, self.used = broken, 0

    def renew(self) -> Callable[[], None]:
        if self.broken:
            raise ConfigInvalid("the certificate cannot be used")
        return self.use

    def use(self) -> None:
        self.used += 1


def reloaded(folder: Path, agent: Changing, *files: Certificate) -> int:
    """Reads settings with another volume, and tells which volume holds then."""
    file = folder / "voiced.toml"
    file.write_text("[audio]\nvolume = 21\n")
    service = Service(Config(), file, [])
    service.renewals += [each.renew for each in files]
    asyncio.run(service._reload(agent))  # type: ignore[arg-type] (as much of it as is needed)
    return service.config.audio.volume


def test_settings_and_files_hold_together(tmp_path: Path):
    agent, file = Changing(), Certificate()
    assert reloaded(tmp_path, agent, file) == 21
    assert ([each.audio.volume for each in agent.taken], file.used) == ([21], 1)


@pytest.mark.parametrize(("refuses", "broken"), [(True, False), (False, True)])
def test_neither_holds_where_one_cannot_be_used(tmp_path: Path, *, refuses: bool, broken: bool):
    agent, file, other = Changing(refuses=refuses), Certificate(), Certificate(broken=broken)
    assert reloaded(tmp_path, agent, file, other) == Config().audio.volume
    assert (agent.taken, file.used) == ([], 0)
