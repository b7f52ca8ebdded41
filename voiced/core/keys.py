"""API keys: what one may do with them, and how one is proven. A secret is shown once, and only its hash is kept."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from secrets import token_bytes, token_urlsafe
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from voiced.core.errors import KeyMissing, KeyRefused, ScopeMissing
from voiced.core.history import Count, Id, Moment

Scope = Literal["read", "talk", "control", "admin"]
"""Look at everything; ask and say; steer, set and keep promises; everything, keys too: it holds the others."""
Label = Annotated[str, Meta(min_length=1, max_length=200)]
Quota = Annotated[int, Meta(ge=1, le=10**15)]

START = "vk_"
SECRET_BYTES = SALT_BYTES = 32
LOG_N, BLOCK, LANES = 14, 8, 1
"""scrypt's parameters: 16 MB, and some 50 ms of a fast core. Source: RFC 7914, section 2."""
MOST_WORK, MOST_MEMORY = 1 << 20, 64 * 1024 * 1024
"""N * r * p, and bytes, that a hash may ask for: a damaged row makes the daemon neither slow nor large."""


class NewKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a key is to be.

    Attributes:
        label: whose it is, or what for.
        scopes: what one may do with it.
        expires_at: when it ends, in seconds since 1970 (UTC); None: never.
        tokens_per_day: tokens of language models that it may use a day; None: as many as it likes.
        requests_per_day: how often it may be shown a day by other machines; None: as often as it likes.
    """

    label: Label
    scopes: Annotated[list[Scope], Meta(min_length=1)] = field(default_factory=lambda: ["read"])
    expires_at: Moment | None = None
    tokens_per_day: Quota | None = None
    requests_per_day: Quota | None = None


class Key(Struct, frozen=True, kw_only=True):
    """A key, without what proves it.

    Attributes:
        id: what it is called by; the second part of the key itself.
        label: see `NewKey`, as of the next four.
        made_at: when it was made, in seconds since 1970 (UTC), as all times.
        used_at: when it was last used, to about a minute; None: never.
        revoked_at: when it was taken back; None: it was not.
    """

    id: Id
    label: Label
    scopes: list[Scope]
    made_at: Moment
    expires_at: Moment | None = None
    tokens_per_day: Count | None = None
    requests_per_day: Count | None = None
    used_at: Moment | None = None
    revoked_at: Moment | None = None


class MadeKey(Key, frozen=True, kw_only=True):
    """A key that was made just now.

    Attributes:
        token: the key itself, which nobody can tell again.
    """

    token: str


class Allowance(Struct, frozen=True):
    """What is left of a key's day.

    Attributes:
        requests: so many a day.
        left: so many of them.
        anew_s: seconds until the next day begins.
    """

    requests: int
    left: int
    anew_s: float


def new_secret() -> str:
    """Makes a secret."""
    return token_urlsafe(SECRET_BYTES)


def token_of(key: str, secret: str) -> str:
    """The key itself, as its user keeps it."""
    return f"{START}{key}_{secret}"


def parts_of(token: str) -> tuple[str, str]:
    """The id and the secret in a key.

    Raises:
        KeyRefused: it is none.
    """
    key, _, secret = token.removeprefix(START).partition("_")
    if not (token.startswith(START) and token.isascii() and key and secret):
        raise KeyRefused("that is no key of voiced")
    return key, secret


def hash_of(secret: str) -> str:
    """What is kept of a secret: its scrypt hash, with salt and parameters before it. Takes some 50 ms."""
    salt = token_bytes(SALT_BYTES)
    digest = _scrypt(secret, salt, LOG_N, BLOCK, LANES)
    return f"$scrypt$ln={LOG_N},r={BLOCK},p={LANES}${_text(salt)}${_text(digest)}"


def fits(secret: str, kept: str) -> bool:
    """Whether a hash is that of a secret; as slow as `hash_of`. False also for what is no hash."""
    try:
        _, _, numbers, salt, digest = kept.split("$")
        n, block, lanes = (int(number.partition("=")[2]) for number in numbers.split(","))
        found = _scrypt(secret, urlsafe_b64decode(salt), n, block, lanes)
        return hmac.compare_digest(found, urlsafe_b64decode(digest))
    except (ValueError, OverflowError, MemoryError):
        return False


def check_usable(key: Key, now: float) -> None:
    """Looks whether a key still opens anything.

    Raises:
        KeyRefused: it was revoked, or is over.
    """
    if key.revoked_at is not None:
        raise KeyRefused(f"the key {key.id} was revoked")
    if key.expires_at is not None and now >= key.expires_at:
        raise KeyRefused(f"the key {key.id} has expired")


def usable(key: Key, now: float) -> bool:
    """Whether a key still opens anything."""
    try:
        check_usable(key, now)
    except KeyRefused:
        return False
    return True


def check_scope(key: Key, scope: Scope) -> None:
    """Looks whether a key is for something.

    Raises:
        ScopeMissing: it is not.
    """
    if scope not in key.scopes and "admin" not in key.scopes:
        raise ScopeMissing(f"the key {key.id} is not for that: it lacks the scope {scope}")


def _scrypt(secret: str, salt: bytes, log_n: int, block: int, lanes: int) -> bytes:
    n = 1 << min(log_n, 64)
    if not 0 < n * block * lanes <= MOST_WORK:
        raise ValueError("those are no parameters of ours")
    return hashlib.scrypt(secret.encode(), salt=salt, n=n, r=block, p=lanes, maxmem=MOST_MEMORY, dklen=32)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode()


def look_for_usable(keys: Iterable[Key], now: float) -> None:
    """Looks whether somebody may show a key: other machines are listened to only then.

    Raises:
        KeyMissing: no key is in force.
    """
    if not any(usable(key, now) for key in keys):
        raise KeyMissing("other machines could connect, and no key is in force")
