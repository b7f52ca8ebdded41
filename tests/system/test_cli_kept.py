"""The verbs about what is kept, as a user meets them who has nothing yet."""

import json

import pytest


def test_what_is_kept_is_looked_at_without_a_daemon(voiced):
    assert voiced("history") == "Nothing was said.\n"
    id_ = json.loads(voiced("conversations", "new", "Tea [at] :five:", "--json"))["id"]
    assert "Tea [at] :five:" in voiced("conversations", "show", id_)
    assert "voiced run" in voiced("timer", "add", "5m", code=1)


@pytest.mark.parametrize(
    ("words", "told", "code"),
    [
        (("history",), "Nothing was said.", 0),
        (("recall", "the", "roof"), "I remember nothing like that.", 1),
        (("memory",), "searched by", 0),
        (("memory", "list"), "Nothing like that is remembered.", 0),
        (("conversations",), "There is no such conversation.", 0),
        (("conversations", "show", "abcd"), "not-found", 1),
        (("conversations", "stats"), "messages", 0),
        (("timer", "list"), "There is no timer.", 0),
        (("keys",), "There is no key", 0),
        (("audit",), "Nothing was changed.", 0),
        (("usage",), "Nothing was used.", 0),
        (("usage", "budget"), "No budget is set", 0),
        (("cache",), "none", 0),
        (("restore",), "There is no backup yet", 0),
        (("db", "check"), "Nothing is kept yet.", 0),
        (("forget", "abcd"), "not-found", 1),
        (("forget", "--everything", "--yes"), "There was nothing like that.", 0),
        (("encryption", "status"), "not there yet", 0),
    ],
)
def test_a_look_at_what_is_kept_makes_nothing_where_there_is_nothing(voiced, tmp_path, words, told, code):
    assert told in voiced(*words, code=code)
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


def test_where_nothing_is_kept_yet_no_passphrase_is_asked_for(voiced, tmp_path):
    assert "Nothing was said." in voiced("history", "--set", "store.encryption=passphrase")
    assert not (tmp_path / "state").exists()


def test_where_the_setting_and_the_file_disagree_what_to_set_is_told(voiced, tmp_path):
    key = tmp_path / "secret"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o400)
    (tmp_path / "config.toml").write_text(f'[store]\nencryption = "keyfile"\nkey_file = "{key}"\n')
    voiced("remember", "the roof is tiled")
    assert "Set" not in voiced("encryption", "status")
    told = voiced("encryption", "status", "--set", "store.encryption=off")
    assert 'Set store.encryption = "keyfile"' in told
    assert 'set store.encryption = "off"' in voiced("encryption", "off", "--yes")
    assert "voiced config path" in voiced("encryption", "on", "--set", "store.encryption=off", code=1)


def test_what_forget_lists_and_refuses_says_how_to_name_it(voiced):
    voiced("remember", "the roof is tiled")
    assert "--about" in voiced("forget", code=2)
    assert "voiced memory list" in voiced("forget", "house.md", "--yes", code=1)


def test_a_table_without_titles_has_no_empty_line_for_them(voiced):
    assert voiced("memory").startswith("searched by")


def test_backups_without_the_file_are_listed(voiced, tmp_path):
    voiced("remember", "the roof is tiled")
    voiced("backup")
    state = tmp_path / "state" / "voiced"
    for path in state.glob("voiced.db*"):
        path.unlink()
    assert "voiced-" in voiced("restore")
