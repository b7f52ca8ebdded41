"""Looks at every byte of the models that are here."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from voiced.core.config import Config
from voiced.core.errors import ModelBroken, ModelMissing
from voiced.core.models import Tell, Verified
from voiced.setup.modelcheck import digest, meter, structure
from voiced.setup.models import Installed, read_lock
from voiced.setup.modelstore import again, held, note
from voiced.setup.places import models_folder


def verify(config: Config, names: Sequence[str], tell: Tell) -> Iterator[Verified]:
    """Looks at models, one after the other. One that is good counts again, if it only was written to.

    Args:
        config: the configuration.
        names: which ones; all that are here, if there are none.
        tell: told how far it is.

    Raises:
        ModelMissing: one of them is not here.
        ModelsFailed: another command changes them.
    """
    folder = models_folder(config)
    if not names and not read_lock(folder).models:
        return
    with held(folder):
        here = read_lock(folder).models
        for name in names or here:
            if name not in here:
                raise ModelMissing(
                    f"the model {name!r} is not on this machine", hint=f"Run `voiced models pull {name}`."
                )
        for name in names or here:
            try:
                _look_at(folder, name, here[name], tell)
            except ModelBroken as error:
                yield Verified(
                    name, good=False, problem=error.message, hint=f"Bring it again: `voiced models pull {name}`."
                )
            else:
                note(folder, {name: again(folder, here[name])})
                yield Verified(name, good=True)


def _look_at(folder: Path, name: str, model: Installed, tell: Tell) -> None:
    place = folder / model.folder
    for file in model.files:
        if digest(place / file.name, meter(tell, name, file.name, "checking")) != file.sha256:
            raise ModelBroken(f"{place / file.name} is not what was brought: it has another digest")
    structure(model.engine, place / model.files[0].name)
