"""Certificates for servers under test, signed by nobody but themselves."""

import shutil
import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest


class Certificate(NamedTuple):
    """A server's certificate, and the context that serves with it."""

    file: Path
    context: ssl.SSLContext


def self_signed(folder: Path, name: str = "IP:127.0.0.1") -> Certificate:
    """Makes one with the `openssl` command; skips loudly where there is none."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl command to make a certificate with: apt install openssl")
    file, key = folder / "server.pem", folder / "server.key"
    new = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run(
        [*new, "-keyout", key, "-out", file, "-subj", "/CN=voiced test", "-addext", f"subjectAltName={name}"],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return Certificate(file, context)
