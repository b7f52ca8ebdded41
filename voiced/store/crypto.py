"""The data key, and the small file beside the database in which it lies wrapped under its owner's secret."""

import hashlib
import hmac
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from voiced.core.disk import put
from voiced.core.errors import StoreKeyWrong, StoreLocked, StorePlain
from voiced.core.ids import new_id
from voiced.core.secret import Secret, Source
from voiced.store.locked import state
from voiced.store.pages import Pages
from voiced.store.rawfile import Disk

if TYPE_CHECKING:
    from Crypto.Cipher._mode_gcm import GcmMode

NAME = "voiced.key"
VERSION = 1
LARGEST = 64 * 1024
"""Bytes of the file, far more than it has."""
KEY, SALT, NONCE, TAG = 32, 16, 12, 16
MEMORY = 512 * 1024 * 1024
"""Bytes that scrypt takes at most, whatever the file asks for."""
_FORMAT = "voiced-key"
_NONE = bytes(KEY + TAG)
"""Stands in the place of a key that is yet to be sealed."""


class Scrypt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a passphrase is stretched: half a second and 128 MB for each guess."""

    n: Annotated[int, Meta(ge=1 << 14, le=1 << 20)] = 1 << 17
    r: Annotated[int, Meta(ge=8, le=16)] = 8
    p: Annotated[int, Meta(ge=1, le=4)] = 1


class Wrapped(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A data key as it lies on the disk.

    Attributes:
        id: the key's name.
        made_at: when it was made, in seconds since 1970 (UTC).
        by: which kind of secret it is wrapped under.
        salt: makes the wrapping key another one each time.
        scrypt: for a passphrase.
        nonce: of AES-256-GCM.
        sealed: the key, encrypted, and the tag over it and all the rest.
    """

    id: str
    made_at: float
    by: Source
    salt: Annotated[bytes, Meta(min_length=SALT, max_length=SALT)]
    scrypt: Scrypt | None = None
    nonce: Annotated[bytes, Meta(min_length=NONCE, max_length=NONCE)]
    sealed: Annotated[bytes, Meta(min_length=KEY + TAG, max_length=KEY + TAG)]


class KeyFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file; the first key is the one with which is written, others are those of a rotation under way."""

    format: Literal["voiced-key"] = _FORMAT
    version: int = VERSION
    keys: Annotated[list[Wrapped], Meta(min_length=1, max_length=4)]


class DataKey(NamedTuple):
    """A key that opens a file."""

    id: str
    made_at: float
    value: bytes

    def __repr__(self) -> str:
        return f"DataKey({self.id})"


_decoder = msgspec.json.Decoder(KeyFile)


def new_key() -> DataKey:
    """A key that there never was."""
    return DataKey(new_id(), time.time(), os.urandom(KEY))


def key_file(path: Path) -> Path:
    """Where the wrapped keys of a database lie."""
    return path.with_name(NAME)


def wrapped_keys(path: Path) -> Sequence[Wrapped]:
    """The keys in a key file, still wrapped.

    Raises:
        StoreLocked: it is not there, or none.
    """
    bring = "Bring it back from where you keep a copy: without it nobody can open what is kept."
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise StoreLocked(f"{path} is not there: it holds the key of the file", hint=bring) from error
    try:
        if len(content) > LARGEST:
            raise msgspec.ValidationError("it is too long")
        found = _decoder.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        message = f"{path} is damaged, and holds the key of the file: {error}"
        raise StoreLocked(message, code="store-key-damaged", hint=bring) from error
    if found.version > VERSION:
        message = f"{path} was written by a newer voiced (its version is {found.version})"
        raise StoreLocked(message, code="store-newer", hint="Update voiced.")
    return found.keys


def unwrapped(path: Path, secret: Secret) -> list[DataKey]:
    """The keys in a key file, the one with which is written first.

    Raises:
        StoreLocked: it is not there, or none, or was wrapped under another kind of secret.
        StoreKeyWrong: the secret is another one, or the file was tampered with.
    """
    return [DataKey(each.id, each.made_at, _unwrap(each, secret, path)) for each in wrapped_keys(path)]


def wrap(path: Path, keys: Sequence[DataKey], secret: Secret) -> None:
    """Writes a key file: it is on the disk when this returns, or what there was before is."""
    made = KeyFile(keys=[_wrap(key, secret) for key in keys])
    put(path, msgspec.json.format(msgspec.json.encode(made)) + b"\n")


def keys_of(path: Path, secret: Secret | None) -> tuple[bytes, ...]:
    """The keys of a database, the one that opens it first; none for a plain one. Makes one for a file yet to be.

    Whatever is wrong is known before SQLite touches anything.

    Raises:
        StoreLocked: it is encrypted, and there is no key to it.
        StoreKeyWrong: the secret, or the key file, is that of another one.
        StorePlain: it is not encrypted, though there is a secret.
    """
    file, found = key_file(path), state(path)
    if secret is None:
        if found == "locked" or (found == "unknown" and file.exists()):
            raise StoreLocked(f"{path} is encrypted, and store.encryption is off")
        return ()
    if found == "plain":
        raise StorePlain(f"{path} is not encrypted, and store.encryption is {secret.source}")
    if found == "empty" and not file.exists():
        wrap(file, [new_key()], secret)
    keys = [each.value for each in unwrapped(file, secret)]
    if found == "empty":
        return tuple(keys)
    fit = fitting(path, keys)
    if fit is None:
        raise StoreKeyWrong(f"{file} holds the key of another file than {path}")
    return (fit, *(key for key in keys if key != fit))


def fitting(path: Path, keys: Sequence[bytes]) -> bytes | None:
    """Which key a file was written with: that of its first page or, where that is damaged, of any."""
    file, wal = Disk(path), Disk(path.with_name(f"{path.name}-wal"))
    try:
        for key in keys:
            if Pages(file, key=key).authentic(1):
                return key
        for key in keys:
            pages = Pages(file, wal, key)
            if any(pages.authentic(number) for number in range(1, pages.count + 1)):
                return key
    finally:
        file.close()
        wal.close()
    return None


def _wrap(key: DataKey, secret: Secret) -> Wrapped:
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    scrypt = Scrypt() if secret.source == "passphrase" else None
    made = Wrapped(
        id=key.id, made_at=key.made_at, by=secret.source, salt=salt, scrypt=scrypt, nonce=nonce, sealed=_NONE
    )
    sealed, tag = _cipher(made, secret).encrypt_and_digest(key.value)
    return msgspec.structs.replace(made, sealed=sealed + tag)


def _unwrap(wrapped: Wrapped, secret: Secret, path: Path) -> bytes:
    if wrapped.by != secret.source:
        message = f"{path} is locked by a {wrapped.by}, and store.encryption is {secret.source}"
        raise StoreLocked(message, hint=f'Set store.encryption = "{wrapped.by}".')
    try:
        return _cipher(wrapped, secret).decrypt_and_verify(wrapped.sealed[:KEY], wrapped.sealed[KEY:])
    except ValueError as error:
        message = f"this {secret.source} does not open {path}, or somebody has changed that"
        raise StoreKeyWrong(message) from error


def _cipher(wrapped: Wrapped, secret: Secret) -> "GcmMode":
    from Crypto.Cipher import AES  # noqa: PLC0415 (9 MB, for those who encrypt)

    cipher = AES.new(_wrapping_key(wrapped, secret), AES.MODE_GCM, nonce=wrapped.nonce)
    told = msgspec.structs.replace(wrapped, sealed=_NONE)
    cipher.update(msgspec.json.encode([_FORMAT, VERSION, told]))
    return cipher


def _wrapping_key(wrapped: Wrapped, secret: Secret) -> bytes:
    if secret.source == "passphrase":
        hard = wrapped.scrypt or Scrypt()
        return stretched(secret.value, wrapped.salt, hard)
    # HKDF (RFC 5869) for one block: extracted, then expanded.
    extracted = hmac.digest(wrapped.salt, secret.value, "sha256")
    return hmac.digest(extracted, _FORMAT.encode() + b"\1", "sha256")


def stretched(passphrase: bytes, salt: bytes, hard: Scrypt) -> bytes:
    """The key that a passphrase stands for.

    Raises:
        ValueError: it would take too much memory, or its numbers make no sense.
    """
    return hashlib.scrypt(passphrase, salt=salt, n=hard.n, r=hard.r, p=hard.p, maxmem=MEMORY, dklen=KEY)
