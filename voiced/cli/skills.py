"""The verb that lists skills: voiced's own, and those of other packages."""

from cyclopts import App
from rich.text import Text

from voiced.cli.options import Options
from voiced.cli.output import line, people, plain, table

skills = App(name="skills", help="What voiced can do, and where it comes from.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    skills.default(list_)
    skills.command(list_, name="list")
    app.command(skills)


def list_(*, options: Options | None = None) -> int:
    """List all skills with their intents, permissions and sentences; 1 if one cannot be used.

    Args:
        options: What every verb understands.
    """
    from voiced.extensions import extensions, own  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.setup.places import intents_folder  # noqa: PLC0415 (the same)

    options = options or Options()
    config = options.loaded()
    others = [each.described for each in extensions(config.language)]
    found = [*own(intents_folder(config), config.language), *others]
    if options.json:
        for each in found:
            line(each)
    else:
        rows = [
            (plain(each.name), plain(each.package), ", ".join(each.permissions), plain(", ".join(each.intents)))
            for each in found
        ]
        table(["skill", "package", "permissions", "intents"], rows)
        for each in others:
            if each.problem:
                people.print(Text(f"{each.name} is left out: {plain(each.problem)}", "yellow"), soft_wrap=True)
    return 1 if any(each.problem for each in found) else 0
