"""Verbs about API keys."""

import time
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter, validators
from rich.text import Text

from voiced.cli.chosen import only
from voiced.cli.kept import moment, using
from voiced.cli.moments import Duration
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, line, people, plain, table
from voiced.core.errors import NotFound
from voiced.core.keys import Key, NewKey, Scope
from voiced.core.speech_en import counted

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

Quota = Annotated[int, Parameter(validator=validators.Number(gte=1))]
keys = App(name="keys", help="Look after API keys.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    keys.default(list_)
    keys.command(list_, name="list")
    keys.command(add)
    keys.command(revoke)
    app.command(keys)


def list_(*, options: Options | None = None) -> None:
    """List all keys, also those that open nothing any more."""
    options = options or Options()
    found = using(options, lambda kept: kept.keys.all())
    if options.json:
        for each in found:
            line(each)
    elif found:
        columns = ["id", "label", "for", "a day", "expires", "last used", ""]
        table(columns, [_row(each, options.zone) for each in found])
    else:
        people.print(Text("There is no key: `voiced keys add LABEL` makes one.", "dim"))


def add(
    label: str,
    /,
    *,
    scope: Annotated[list[Scope], Parameter(negative=())] | None = None,
    expires_in: Duration | None = None,
    tokens_per_day: Quota | None = None,
    requests_per_day: Quota | None = None,
    options: Options | None = None,
) -> None:
    """Make a key. It is shown this once: only its hash is kept.

    Args:
        label: Whose it is, or what for.
        scope: What one may do with it: read (look at everything; without --scope), talk (ask and say), control (steer,
            set and keep promises) or admin (everything, keys and backups too); may be repeated.
        expires_in: It ends after so long, such as 30d; without it, never.
        tokens_per_day: Tokens of language models that it may use a day.
        requests_per_day: How often it may be shown a day by other machines.
        options: What every verb understands.
    """
    options = options or Options()
    if not label.strip():
        raise WrongCall("a key has a label", hint="Say whose it is, or what for.")
    expires_at = time.time() + expires_in if expires_in else None
    new = NewKey(
        label=label,
        scopes=scope or ["read"],
        expires_at=expires_at,
        tokens_per_day=tokens_per_day,
        requests_per_day=requests_per_day,
    )
    made = using(options, lambda kept: kept.keys.add(new), making=True)
    if options.json:
        line(made)
        return
    people.print(Text(made.token, "bold"), soft_wrap=True)
    people.print(Text("Keep it well: nobody can tell it again.", "dim"))


def revoke(key: str, /, *, options: Options | None = None) -> None:
    """Take a key back: from now on it opens nothing.

    Args:
        key: Its id, or the beginning of it.
        options: What every verb understands.
    """
    options = options or Options()

    async def work(kept: "Kept") -> Key:
        chosen = _chosen(await kept.keys.all(), key.strip())
        await kept.keys.revoke(chosen.id)
        return chosen

    revoked = using(options, work)
    if options.json:
        line({"id": revoked.id, "label": revoked.label, "revoked": True})
    else:
        people.print(Text(f"Revoked: {plain(revoked.label)}."), soft_wrap=True)


def _chosen(found: list[Key], typed: str) -> Key:
    fitting = only(found, typed, "keys")
    if fitting is None:
        raise NotFound(f"there is no key {typed!r}", hint="`voiced keys` lists them.")
    return fitting


def _quotas(key: Key) -> str:
    each = ((key.tokens_per_day, "token"), (key.requests_per_day, "request"))
    return ", ".join(counted(quota, name) for quota, name in each if quota)


def _row(key: Key, zone: tzinfo) -> tuple[str, ...]:
    expired = key.expires_at is not None and key.expires_at <= time.time()
    return (
        key.id,
        plain(key.label),
        ", ".join(key.scopes),
        _quotas(key),
        moment(key.expires_at, zone) if key.expires_at else "never",
        moment(key.used_at, zone) if key.used_at else "never",
        "revoked" if key.revoked_at else "expired" if expired else "",
    )
