"""What is shown to a server, and which of them are trusted: the files that the configuration names.

They are read at each attempt to connect, so that a new file is used without a restart.
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
