"""A machine as a test wants it, with two models: one that comes, and one that does not."""

import asyncio

from voiced.core.errors import ModelMissing
from voiced.core.machine import Choice, Hardware, Heat, Memory, Processor, Setting
from voiced.core.models import Listed, ModelSet, Pulled, Step, Tell, Verified
from voiced.core.privacy import Passage, Verdict

PLAIN = Hardware(
    "Box",
    "x86_64",
    Processor("a fast one", 2, 2, (), None, None, None),
    Memory(8_000, 4_000, 0, zram=False),
    None,
    Heat(None, None),
    None,
    None,
    battery_clock=None,
)


class FakeMachine:
    """Keeps the promises of the `Machine` port."""

    def __init__(self) -> None:
        self.here: list[str] = []

    async def hardware(self) -> Hardware:
        return PLAIN

    async def profile(self) -> Choice | None:
        return None

    async def models(self) -> list[Listed]:
        return [Listed(name="ears", engine="whisper", licence="MIT", state="installed" if self.here else "")]

    async def pull(self, model: str, tell: Tell) -> Pulled:
        if model != "ears":
            raise ModelMissing(f"there is no model {model!r} in the catalogue")
        tell(Step(model, "ears.bin", "downloading", 1, 2))
        await asyncio.sleep(0)
        self.here.append(model)
        return Pulled(model, "/ears.bin", 2, "the/hub", "c", new=True)

    async def verify(self, models: list[str], tell: Tell) -> list[Verified]:
        tell(Step("ears", "ears.bin", "checking", 1, 2))
        return [Verified(name, good=True) for name in models or self.here]

    async def use(self, model: str) -> ModelSet:
        if model not in self.here:
            raise ModelMissing(f"the model {model!r} is not on this machine")
        return ModelSet("/config.d/models.toml", {"engines.whisper.model": model})

    async def settings(self) -> dict[str, Setting]:
        return {"audio.volume": Setting(70, "default")}

    async def judge(self, text: str) -> Verdict:
        return Verdict("secret", [Passage("password", "secret", 0, len(text), text)], {"log": False})
