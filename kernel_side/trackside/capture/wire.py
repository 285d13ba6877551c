"""What a kernel publishes and where: IOPub messages as values, and the address in its connection file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

DELIMITER = b"<IDS|MSG>"
HEARD = frozenset(
    {
        "stream",
        "display_data",
        "execute_result",
        "error",
        "clear_output",
        "update_display_data",
        "status",
        "execute_input",
    }
)

Unpack = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One IOPub message: its kind, the id of the request it answers, and what it says."""

    kind: str
    parent: str
    content: dict[str, Any]
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the kernel publishes; the CurveZMQ pair is there when the kernel encrypts (ipykernel >= 7.3)."""

    address: str
    public_key: bytes | None = field(default=None, repr=False)
    secret_key: bytes | None = field(default=None, repr=False)


def find_endpoint(kernel: Any) -> Endpoint | None:
    """Read the kernel's connection file; None where there is none (in-process and embedded kernels)."""
    try:
        with open(kernel.parent.abs_connection_file, encoding="utf-8") as file:
            return endpoint_from(json.load(file))
    except (AttributeError, OSError, ValueError, KeyError, TypeError):
        return None


def endpoint_from(info: dict[str, Any]) -> Endpoint | None:
    """Turn a connection file's content into an address; None for a transport we cannot join."""
    host, port = info["ip"], info["iopub_port"]
    if not port:
        return None
    if info.get("transport", "tcp") == "ipc":
        address = f"ipc://{host}-{port}"
    elif info.get("transport", "tcp") == "tcp":
        # A kernel bound to every interface is reached through the loopback.
        host = "127.0.0.1" if host in ("", "*", "0.0.0.0") else host
        address = f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"
    else:
        return None
    public, secret = info.get("curve_publickey"), info.get("curve_secretkey")
    if not (public and secret):
        return Endpoint(address=address)
    return Endpoint(address=address, public_key=_as_bytes(public), secret_key=_as_bytes(secret))


def _as_bytes(key: str | bytes) -> bytes:
    return key if isinstance(key, bytes) else key.encode("ascii")


def parse(frames: Sequence[bytes], unpack: Unpack = json.loads) -> Message | None:
    """Read one wire message (Jupyter messaging protocol 5); None for kinds nobody here needs."""
    try:
        start = frames.index(DELIMITER)
        kind = unpack(frames[start + 2])["msg_type"]
        if kind not in HEARD and kind != "iopub_welcome":
            return None
        parent = unpack(frames[start + 3]).get("msg_id", "")
        metadata, content = unpack(frames[start + 4]), unpack(frames[start + 5])
    except Exception:
        # Whatever a packer raises, or a document nested too deep for it: the next message is another.
        return None
    return Message(kind=kind, parent=parent, content=content, metadata=metadata)


def message_from(sent: dict[str, Any]) -> Message:
    """Turn what a session says it sent into a message."""
    return Message(
        kind=sent["msg_type"],
        parent=(sent.get("parent_header") or {}).get("msg_id", ""),
        content=sent.get("content") or {},
        metadata=sent.get("metadata") or {},
    )
