"""API keys: what is in one, how it is proven, and what it is for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from voiced.core.errors import KeyRefused, ScopeMissing
from voiced.core.ids import new_id
from voiced.core.keys import Key, check_scope, check_usable, fits, hash_of, new_secret, parts_of, token_of

SECRET = new_secret()
HASH = hash_of(SECRET)
KEY = Key(id="1", label="phone", scopes=["read", "talk"], made_at=100.0)


def test_a_key_holds_its_id_and_32_bytes_of_chance():
    id_, secret = new_id(), new_secret()
    assert len(secret) == 43
    assert secret != new_secret()
    assert token_of(id_, secret).startswith("vk_")
    assert parts_of(token_of(id_, secret)) == (id_, secret)


@given(
    st.text(max_size=100).filter(lambda text: not text.startswith("vk_")) | st.sampled_from(["vk_", "vk_a", "vk__b"])
)
def test_what_is_no_key_is_refused(text: str):
    with pytest.raises(KeyRefused):
        parts_of(text)


def test_a_hash_fits_its_secret_alone_and_does_not_hold_it():
    assert fits(SECRET, HASH)
    assert not fits(new_secret(), HASH)
    assert not fits(SECRET[:-1], HASH)
    assert SECRET not in HASH
    assert hash_of(SECRET) != HASH


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        "$scrypt$",
        HASH.replace("ln=14", "ln=40"),
        HASH.replace("ln=14", "ln=99999999999999999999"),
        HASH.replace("r=8", "r=0"),
        HASH.replace("p=1", "p=99999999999999999999"),
        HASH.replace("ln=14,r=8", "ln=-1"),
        HASH[:-4] + "====",
        HASH[:-10] + "é" + HASH[-9:],
    ],
)
def test_a_hash_that_is_damaged_fits_nothing(spoiled: str):
    assert not fits(SECRET, spoiled)


def test_a_key_ends_at_its_time_and_when_it_is_revoked():
    key = replace(KEY, expires_at=200.0)
    check_usable(key, 199.999)
    for over, now in ((key, 200.0), (replace(KEY, revoked_at=150.0), 150.0), (replace(KEY, revoked_at=150.0), 9.0)):
        with pytest.raises(KeyRefused):
            check_usable(over, now)


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (["read"], {"read"}),
        (["talk", "control"], {"talk", "control"}),
        (["admin"], {"read", "talk", "control", "admin"}),
    ],
)
def test_a_key_is_for_its_scopes_and_one_of_an_admin_for_all(scopes, allowed):
    key = replace(KEY, scopes=scopes)
    for scope in ("read", "talk", "control", "admin"):
        if scope in allowed:
            check_scope(key, scope)
        else:
            with pytest.raises(ScopeMissing):
                check_scope(key, scope)
