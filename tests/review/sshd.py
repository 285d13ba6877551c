"""Serve Git by ssh: what the client asks to run, `git-receive-pack 'path'`, is run for real. A process of its own.

Usage: python sshd.py FOLDER, where host and client keys are written; writes the port.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from pathlib import Path

import asyncssh


async def run(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """Run Git's own programs and nothing else."""
    words = shlex.split(process.command or "")
    if not words or words[0] not in ("git-receive-pack", "git-upload-pack"):
        process.stderr.write(b"only Git is served here\n")
        process.exit(1)
        return
    inner = await asyncio.create_subprocess_exec(
        "git", words[0].removeprefix("git-"), *words[1:], stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await process.redirect(stdin=inner.stdin, stdout=inner.stdout, stderr=inner.stderr)
    process.exit(await inner.wait())


async def serve(folder: Path) -> None:
    """Listen on a free port, to the one key."""
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[str(folder / "host")], authorized_client_keys=str(folder / "client.pub"),
        process_factory=run, encoding=None,
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
