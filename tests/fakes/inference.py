"""The daemon's own inference around engines that answer by a script."""

from tests.fakes.clock import JumpingClock
from tests.fakes.embedder import ScriptedEmbedder
from tests.fakes.engines import CountingTts, ScriptedStt
from tests.fakes.ledger import FakeUsage
from tests.fakes.llm import ScriptedLlm
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config, EnginesConfig, LlmConfig
from voiced.core.history import Privacy
from voiced.engines.fallback import FallbackLlm
from voiced.inference import Around, OwnInference

MODEL = "llama"


class Scripted:
    """Engines to be told what to answer, and the inference around them.

    Args:
        bus: where turns are told.
        usage: what counts.
    """

    def __init__(self, bus: Bus, usage: FakeUsage) -> None:
        self.llm, self.stt, self.tts, self.embedder = ScriptedLlm(), ScriptedStt(), CountingTts(), ScriptedEmbedder()
        config = Config(engines=EnginesConfig(llm=LlmConfig(engine=MODEL)))
        around = Around(usage, JumpingClock(), bus, Activity(), privacy_of)
        models = FallbackLlm([(MODEL, self.llm)])
        self.inference = OwnInference(config, self.stt, self.tts, models, self.embedder, around)


def privacy_of(text: str) -> Privacy:
    return "secret" if "password" in text else "public"
