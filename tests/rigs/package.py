"""A small package with a skill, installed as pip would install it: a module, and what is known of its distribution."""

from pathlib import Path

MODULE = """\
from pathlib import Path

from voiced.core.ports.skill import Reply, SkillPackage


class DiceSkill:
    intents = ("DiceRoll", "DiceGranted")

    def __init__(self, granted):
        self.granted = granted

    async def answer(self, understood):
        if understood.intent == "DiceGranted":
            names = ("promises", "lists", "home", "say")
            return Reply(" ".join(name for name in names if getattr(self.granted, name)))
        return Reply(f"You rolled {min(4, int(understood.slots['sides']))}.")


dice = SkillPackage(
    make=lambda granted: [DiceSkill(granted)],
    sentences=Path(__file__).parent / "sentences",
    permissions=frozenset({"lists"}),
)
"""
SENTENCES = """\
language: en
intents:
  DiceRoll:
    data:
      - sentences:
          - "roll a {sides} sided (die|dice)"
  DiceGranted:
    data:
      - sentences: ["what may the dice do"]
lists:
  sides:
    range: {from: 2, to: 100}
"""


def install(folder: Path, name: str, module: str = MODULE, sentences: str = SENTENCES) -> None:
    """Installs it into a folder of the module path.

    Args:
        folder: the folder.
        name: of the module and the distribution; its skills are called so, too.
        module: its code; it defines `dice`.
        sentences: its English templates.
    """
    (folder / name / "sentences" / "en").mkdir(parents=True)
    (folder / name / "__init__.py").write_text(module)
    (folder / name / "sentences" / "en" / "dice.yaml").write_text(sentences)
    known = folder / f"{name}-1.0.dist-info"
    known.mkdir()
    (known / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (known / "entry_points.txt").write_text(f"[voiced.skills]\n{name} = {name}:dice\n")
