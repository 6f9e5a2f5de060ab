"""IMAP connections to the sandbox's mailboxes."""

import ssl

import imapclient

TIMEOUT = 10  # seconds for each step of an IMAP or SMTP dialogue


def tls(ca_file):
    """A verifying TLS context that trusts the sandbox's own authority and nobody else."""
    return ssl.create_default_context(cafile=ca_file)


def connect(host, port, ca_file, address, password):
    """A logged-in ``IMAPClient`` over STARTTLS.

    Raises OSError, ``ssl.SSLError`` or ``imapclient.exceptions.IMAPClientError``.
    """
    client = imapclient.IMAPClient(
        host, port, ssl=False, timeout=imapclient.SocketTimeout(TIMEOUT, TIMEOUT))
    client._imap.debug = 0  # imapclient formats every literal for a log that nobody reads
    try:
        client.starttls(tls(ca_file))
        client.login(address, password)
    except BaseException:
        client.shutdown()
        raise
    return client


def special_folder(client, use, fallback):
    """The folder marked with *use* (RFC 6154), or *fallback*, which is made when missing."""
    folder = client.find_special_folder(use) or fallback
    if not client.folder_exists(folder):
        client.create_folder(folder)
        client.subscribe_folder(folder)
    return folder
