"""A store of files behind SSH, as a DVC remote. A process of its own.

Usage: python files_sftp.py FOLDER, where host and client keys are written and `files/` is served; writes the port.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh


@contextmanager
def sftp_store(folder: Path) -> Iterator[int]:
    """Serve `folder/files`; yield the port. The key that is let in is `folder/client`."""
    (folder / "files").mkdir(parents=True)
    process = subprocess.Popen([sys.executable, __file__, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


async def serve(folder: Path) -> None:
    """Listen on a free port, to the one key."""

    def jailed(channel: asyncssh.SSHServerChannel) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(folder / "files").encode())

    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[str(folder / "host")], authorized_client_keys=str(folder / "client.pub"),
        sftp_factory=jailed,
    )  # fmt: skip
    sys.stdout.write(f"{server.get_port()}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    folder = Path(sys.argv[1])
    for name in ("host", "client", "stranger"):
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(str(folder / name))
        (folder / name).chmod(0o600)
        key.write_public_key(str(folder / f"{name}.pub"))
    asyncio.run(serve(folder))


if __name__ == "__main__":
    main()
