"""Where this server may call on somebody else's word: the open internet, looked up once, connected to as checked.

Whoever subscribes, or sets up where something is sent, chooses an address that this server will call. It must not
reach what only this server can reach: neither by an address that says so, nor by a name that resolves to one, nor by a
name that resolves to another address between the check and the call. So the name is resolved once, every address it has
is checked, and the connection goes to the checked address, with the name still verified by TLS.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

MAX_LENGTH = 2_000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOT_OPEN = tuple(
    ipaddress.ip_network(block)
    for block in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "2001:2::/48", "3fff::/20", "5f00::/16")
)
"""Set aside by IANA's special-purpose registries, of which not every Python that we run on knows: in 192.0.0.0/24 a
cloud keeps the data of its machines.
"""
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".localdomain")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadDestination(ValueError):  # noqa: N818 (what was given, not what went wrong)
    """An address to which nothing is sent; the message is Chinese."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A checked address: the URL with the IP address in place of the name, and the name for `Host` and TLS."""

    url: str
    host_header: str
    server_name: str


def check_destination(dest: str, *, private_allowed: bool) -> SplitResult:
    """What can be said of an address without looking it up. Raises `BadDestination`."""
    if len(dest) > MAX_LENGTH or not dest.isascii() or any(character.isspace() for character in dest):
        raise BadDestination(f"应为不超过 {MAX_LENGTH} 个字符的网址，非 ASCII 字符须转义")
    try:
        parts = urlsplit(dest)
        port = parts.port
    except ValueError:
        raise BadDestination("不是网址") from None
    if parts.scheme != "https" and not (private_allowed and parts.scheme == "http"):
        raise BadDestination("应为 https:// 开头的网址")
    if not parts.hostname or parts.username is not None or parts.password is not None or port == 0:
        raise BadDestination("应写明主机名，且不带用户名、口令")
    host = parts.hostname.rstrip(".").lower()
    literal = _literal(host)
    if not private_allowed:
        if literal is not None and not is_open(literal):
            raise BadDestination("不能是内网、本机或保留地址")
        if literal is None and ("." not in host or host == "localhost" or host.endswith(_LOCAL_NAMES)):
            raise BadDestination("不能是内网或本机的名字")
    return parts


async def resolve_destination(dest: str, *, private_allowed: bool) -> Destination:
    """Look the address up and check every address it has. Raises `BadDestination`, also when it has none."""
    parts = check_destination(dest, private_allowed=private_allowed)
    assert parts.hostname is not None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(5):
            found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        raise BadDestination(f"查不到主机 {parts.hostname} 的地址") from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses:
        raise BadDestination(f"查不到主机 {parts.hostname} 的地址")
    if not private_allowed and not all(is_open(address) for address in addresses):
        raise BadDestination(f"主机 {parts.hostname} 的地址是内网、本机或保留地址，不予发送")
    address = addresses[0]
    shown = f"[{address}]" if address.version == 6 else str(address)
    path = parts.path or "/"
    url = f"{parts.scheme}://{shown}:{port}{path}" + (f"?{parts.query}" if parts.query else "")
    return Destination(url, parts.netloc, parts.hostname)


def is_open(address: Address) -> bool:
    """Whether an address is on the open internet; one that wraps an IPv4 address is as open as that."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_open(inner)
        if address.is_site_local:
            return False
    if any(address in network for network in _NOT_OPEN if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:  # 127.1, 2130706433 and 0x7f000001 are addresses to the resolver, too
        return ipaddress.ip_address(socket.inet_aton(host))
    except OSError:
        return None
