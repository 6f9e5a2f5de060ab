"""A certificate authority of the sandbox's own, and a server certificate for localhost."""

from __future__ import annotations

import subprocess
from pathlib import Path

from dev.console import DevError

RENEW_BEFORE = 10 * 86400  # seconds


def ensure(folder: Path) -> None:
    """Leave ``ca.pem``, ``server.pem`` and ``server.key`` in ``folder``, good for ten days more."""
    files = [folder / name for name in ("ca.pem", "server.pem", "server.key")]
    if all(path.exists() for path in files) and all(_valid(path) for path in files[:2]):
        return
    ca, ca_key = folder / "ca.pem", folder / "ca.key"
    request, extensions = folder / "server.csr", folder / "server.ext"
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    _openssl(
        ["req", "-x509", *new_key, "-keyout", ca_key, "-out", ca, "-days", "3650"]
        + ["-subj", "/CN=mail_center sandbox CA"]
        + ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    )
    _openssl(
        ["req", "-new", *new_key, "-keyout", folder / "server.key", "-out", request]
        + ["-subj", "/CN=localhost"]
    )
    extensions.write_text(
        "basicConstraints=critical,CA:FALSE\n"
        "keyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=serverAuth\n"
        "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n"
        "subjectKeyIdentifier=hash\n"
        "authorityKeyIdentifier=keyid\n"
    )
    _openssl(
        ["x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial"]
        + ["-days", "825", "-extfile", extensions, "-out", folder / "server.pem"]
    )
    for key in (ca_key, folder / "server.key"):
        key.chmod(0o600)


def _valid(certificate: Path) -> bool:
    answer = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-noout", "-checkend", str(RENEW_BEFORE)],
        capture_output=True,
        check=False,
    )
    return answer.returncode == 0


def _openssl(arguments) -> None:
    answer = subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise DevError(f"openssl could not make the sandbox's certificate:\n{answer.stderr}")
