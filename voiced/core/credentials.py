"""What is shown to servers and to clients, and who is trusted: the files that the configuration names.

They are read at each attempt to connect, so that a new file is used without a restart; a server's own, when the daemon
is told to read its settings again.
"""

import ssl
from pathlib import Path

from voiced.core.errors import ConfigInvalid, translate


def shown(file: str, what: str, encoding: str = "utf-8") -> str:
    """A token or a password.

    Args:
        file: where it is; empty: there is none.
        what: what it is called.
        encoding: of the file.

    Returns:
        It, without spaces around it; empty for none.

    Raises:
        ConfigInvalid: the file cannot be used.
    """
    if not file:
        return ""
    with translate(OSError, UnicodeError, to=ConfigInvalid, message=f"the {what} in {file} cannot be read"):
        text = Path(file).expanduser().read_text(encoding).strip()
    if not (text.isprintable() and text):
        raise ConfigInvalid(f"{file} holds no {what}", hint=f"It holds one line: the {what}.")
    return text


def trust(ca_file: str) -> ssl.SSLContext:
    """Whom to trust: whom the machine trusts, and the authorities in a file (PEM); empty: nobody else.

    Raises:
        ConfigInvalid: the file cannot be used.
    """
    context = ssl.create_default_context()
    if ca_file:
        with translate(OSError, to=ConfigInvalid, message=f"the certificates in {ca_file} cannot be used"):
            context.load_verify_locations(Path(ca_file).expanduser())
    return context


def identity(certificate: str, private_key: str) -> ssl.SSLContext:
    """What a server shows to its clients.

    Args:
        certificate: a file (PEM) with it, and with those between it and its authority.
        private_key: a file (PEM) with its key.

    Raises:
        ConfigInvalid: the files cannot be used.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    message = f"the certificate in {certificate} and the key in {private_key} cannot be used"
    hint = "Both are PEM, the key belongs to the certificate, has no passphrase, and voiced's user may read it."
    with translate(OSError, to=ConfigInvalid, message=message, hint=hint):
        # Without a passphrase nobody is asked for one.
        context.load_cert_chain(Path(certificate).expanduser(), Path(private_key).expanduser(), lambda: b"")
    return context
