"""Credentials are found by form and by name; ordinary notebook text is left alone."""

from __future__ import annotations

import json
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackside.capture.secrets import REDACTED, is_secret_name, scan_bytes, screen_text, screen_value

_random = random.Random(7)
LETTERS = string.ascii_letters + string.digits


def some(length: int, alphabet: str = LETTERS) -> str:
    return "".join(_random.choice(alphabet) for _ in range(length - 1)) + "7"


#: Made up here, so that no scanner of this repository takes them for real ones.
TOKENS = {
    "AWS": "AK" + "IA" + some(16, "ABCDEFGH2345").replace("7", "A"),
    "GitHub": "gh" + "p_" + some(36),
    "GitHub fine": "github" + "_pat_" + some(82),
    "GitLab": "gl" + "pat-" + some(20),
    "Slack": "xo" + "xb-123456789012-" + some(24),
    "Google": "AI" + "za" + some(35),
    "Stripe": "sk" + "_live_" + some(24),
    "OpenAI": "s" + "k-" + some(48),
    "OpenAI project": "s" + "k-proj-" + some(60),
    "Anthropic": "s" + "k-ant-api03-" + some(90),
    "Hugging Face": "h" + "f_" + some(34),
    "PyPI": "py" + "pi-AgEI" + some(100),
    "npm": "np" + "m_" + some(36),
    "JWT": "ey" + "J" + some(30) + ".ey" + "J" + some(40) + "." + some(43),
    "SendGrid": "S" + "G." + some(22) + "." + some(43),
    "Twilio": "S" + "K" + some(32, "0123456789abcdef"),
    "Azure": "Account" + "Key=" + some(86) + "==",
    "address": "postgres://bob:hun" + "ter2@db.example.com/x",
    "key block": "-----BEGIN RSA PRIV"
    + "ATE KEY-----\n"
    + some(64)
    + "\n"
    + some(12)
    + "\n-----END RSA PRIVATE KEY-----",
}
NAMED = [
    'API_KEY = "abcd1234efgh"',
    "password='hunter22'",
    'password = "mysecret99"',
    '{"api_key": "abcd"}',
    'os.environ["OPENAI_API_KEY"] = "abc123xyz"',
    'DB_PASSWORD: str = "swordfish"',
    "export TOKEN=abc123def",
    "%env API_KEY=abcdef",
    'hf_token = "sometokenvalue1"',
    'os.environ.setdefault("API_KEY", "abc1234")',
    'PASSWORD = """abc def"""',
    'secret_key: "x9x9x9x9"',
    "wandb.login(key='" + some(40, "0123456789abcdef") + "')",
    "Authorization: Bearer abcdefghijk",
]
ORDINARY = [
    'tokenizer = "bert-base-uncased"',
    "max_tokens = 100",
    'token = "hello"',
    '{"token": "Hello", "pos": "NOUN"}',
    "{'score': 0.9, 'token': 1234, 'token_str': 'paris1234567'}",
    'eos_token="</s>"',
    'author = "A. N. Other"',
    "password = getpass.getpass()",
    'password = os.environ["X"]',
    'API_KEY = "your_api_key_here"',
    'api_key="<YOUR KEY>"',
    "login(token=my_token)",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "550e8400-e29b-41d4-a716-446655440000",
    'columns=["token", "label12345"]',
    'print("Password:", pw)',
    "risk-based task-force disk-usage",
    "http://localhost:8888/?a=b@c",
    "postgresql://user:password@localhost/db",
    'secretary = "Mrs Smith1"',
    'token_type="bearer123"',
    "wandb: Synced run 3f786850e387550fdab836ed7e6dc881de23001b",
    "secret: str",
]


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize("shape", ["{}", "x = '{}'", "see {}, and", "k: {}\n"])
def test_known_tokens_are_cut_out_of_any_text(kind: str, shape: str) -> None:
    text = shape.format(TOKENS[kind])
    clean, hits = screen_text(text)
    assert hits and REDACTED in clean
    assert TOKENS[kind] not in clean and "hunter2" not in clean
    if kind not in ("address", "key block"):
        assert TOKENS[kind][-9:] not in clean
    assert not any(TOKENS[kind][4:] in str(hit) for hit in hits)
    assert scan_bytes(text.encode())


@pytest.mark.parametrize("text", [*NAMED, *TOKENS.values()])
def test_source_inside_json_inside_json_stays_json(text: str) -> None:
    inner = json.dumps({"source": [line + "\n" for line in text.split("\n")]})
    for document in (inner, json.dumps({"text": inner}), json.dumps({"text": text})):
        clean, hits = screen_text(document)
        assert hits
        assert REDACTED in str(json.loads(clean))
        assert not any(line in clean for line in text.split("\n") if len(line) == 64)


@pytest.mark.parametrize("text", NAMED)
def test_literals_under_a_secret_name_are_replaced(text: str) -> None:
    clean, hits = screen_text(f"a = 1\n{text}\nb = 2")
    assert REDACTED in clean and clean.startswith("a = 1\n") and clean.endswith("\nb = 2")
    assert hits[0].where.startswith("line 2")


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_no_alarm(text: str) -> None:
    assert screen_text(text) == (text, [])
    assert scan_bytes(json.dumps(text).encode()) == []


@pytest.mark.parametrize(
    "name",
    "token secret password passwd api_key apiKey API_KEY access_key credentials AWS_SECRET_ACCESS_KEY hf_token "
    "GITHUB_TOKEN db.password Client.api_key authToken aws_access_key_id access_tokens client_secret".split(),
)
def test_names_of_credentials_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    "tokenizer max_tokens num_tokens author token_count secretary n_tokens password_less eos_token token_type monkey "
    "pad_token_id tokens secret_name password_length token_ids compass keys max_new_tokens tokenization".split(),
)
def test_names_that_only_sound_alike_are_not(name: str) -> None:
    assert not is_secret_name(name)


def test_values_are_redacted_by_name_or_by_form() -> None:
    assert screen_value("api_key", "x")[0] == REDACTED
    assert screen_value("db.password", 1234)[0] == REDACTED
    assert screen_value("note", f"see {TOKENS['GitHub']}")[0] == f"see {REDACTED}"
    clean, hit = screen_value("tokens_used", ["a", TOKENS["npm"]])
    assert clean == ["a", REDACTED] and hit is not None and hit.where == "tokens_used"


@pytest.mark.parametrize(
    "name_value", [("n_tokens", 5), ("token", 101), ("use_password", True), ("lr", 0.1), ("secret", None)]
)
def test_numbers_and_switches_stay(name_value: tuple[str, object]) -> None:
    name, value = name_value
    assert screen_value(name, value) == (value, None)  # type: ignore[arg-type]


def test_a_binary_file_is_searched_for_forms_alone() -> None:
    assert scan_bytes(b"\x00\x01password = 'abcdef12'") == []
    assert scan_bytes(b"\x00\x01 " + TOKENS["npm"].encode())


@given(st.text(max_size=300))
def test_any_text_comes_back_unless_something_was_found(text: str) -> None:
    clean, hits = screen_text(text)
    assert hits or clean == text


@given(
    st.recursive(st.text(max_size=30) | st.sampled_from(NAMED), lambda inner: st.lists(inner, max_size=4), max_leaves=8)
)
def test_json_never_breaks(value: object) -> None:
    json.loads(screen_text(json.dumps({"cells": value}))[0])
