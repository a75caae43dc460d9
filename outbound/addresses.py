"""Which network addresses may be called: those of the public internet, and what the site allows besides.

Pure. Python's ``is_global`` is not enough: it lets multicast, NAT64, 6to4 and some providers' metadata pass.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

NEVER = [
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "169.254.0.0/16",  # link-local, with the metadata of AWS, Azure, Google, Tencent and others
        "100.100.100.200/32",  # metadata of Alibaba
        "168.63.129.16/32",  # Azure's wire server, on a public address
        "192.0.0.0/24",  # IETF's, with the metadata of Oracle
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # unspecified, loopback (see LOOPBACK) and old ways to write IPv4 addresses
        "::ffff:0:0:0/96",
        "64:ff9b::/96",  # NAT64: an IPv4 address of anybody's network lies inside
        "64:ff9b:1::/48",
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "fd00:ec2::/32",  # metadata of AWS
        "fd20:ce::/32",  # metadata of Google
    )
]
"""Refused even where the site allows the network they lie in."""
LOOPBACK = IPv6Address("::1")
NOT_PUBLIC = [
    ip_network(network) for network in ("100.64.0.0/10", "2001::/23", "2001:db8::/32", "3fff::/20", "192.88.99.0/24")
]
PUBLIC_IPV6 = ip_network("2000::/3")
METADATA_NAMES = {
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.internal",
    "metadata.tencentyun.com",
    "instance-data",
    "instance-data.ec2.internal",
}


def unwrap(address: Address) -> Address:
    """An IPv4 address that comes as IPv6 is judged as what it is."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def parse(text: str) -> Address | None:
    """The address that stands there in full; None where it is a name."""
    try:
        return unwrap(ip_address(text))
    except ValueError:
        return None


def is_never_allowed(address: Address) -> bool:
    return address != LOOPBACK and any(address in network for network in NEVER)


def is_public(address: Address) -> bool:
    """Of the internet at large, as far as an address can tell."""
    if is_never_allowed(address) or any(address in network for network in NOT_PUBLIC):
        return False
    if isinstance(address, IPv6Address) and address not in PUBLIC_IPV6:
        return False
    return address.is_global and not address.is_multicast
