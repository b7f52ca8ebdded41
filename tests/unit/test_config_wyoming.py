"""Where others are listened to, and who may come."""

from ipaddress import ip_network

import pytest

from voiced.core.addresses import Address
from voiced.core.config_wyoming import WyomingConfig, addresses, networks
from voiced.core.errors import ConfigInvalid


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1", Address("127.0.0.1", 10_300)),
        ("127.0.0.1:10400", Address("127.0.0.1", 10_400)),
        ("::1", Address("::1", 10_300)),
        ("[::1]", Address("::1", 10_300)),
        ("[::1]:10200", Address("::1", 10_200)),
    ],
)
def test_addresses_of_this_machine(text, address):
    assert addresses(WyomingConfig(listen=[text])) == [address]
    assert address.here


@pytest.mark.parametrize(
    "text", ["localhost", "", ":10300", "127.0.0.1:x", "127.0.0.1:70000", "1.2.3", "[::1]x", "[::1"]
)
def test_what_is_no_address_is_told(text):
    with pytest.raises(ConfigInvalid, match=r"wyoming\.listen"):
        addresses(WyomingConfig(listen=[text]))


def test_whoever_may_connect_from_elsewhere_is_named():
    allowed = WyomingConfig(listen=["::", "192.168.1.5:10200"], allow=["192.168.1.7/24", "fd00::/8"])
    assert [each.here for each in addresses(allowed)] == [False, False]
    assert networks(allowed) == [ip_network("192.168.1.0/24"), ip_network("fd00::/8")]
    with pytest.raises(ConfigInvalid, match="can be reached from other machines"):
        addresses(WyomingConfig(listen=["127.0.0.1", "::"]))
    with pytest.raises(ConfigInvalid, match=r"wyoming\.allow"):
        networks(WyomingConfig(allow=["everybody"]))
