"""Keep credentials out of everything written: by the form of known tokens and by the names of fields. Pure.

The search works on bytes: there lower-casing keeps every offset, and a plain `in` over each literal beginning is
many times faster than one big pattern, so text without secrets costs next to nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from trackside.capture.patterns import lazy_pattern
from trackside.directions import name_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trackside.run import Value

REDACTED: Final = "[redacted]"
_REDACTED: Final = REDACTED.encode()
_MOST_FOUND: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """That something was found: what kind, and where (a line, a name). Never the secret itself."""

    kind: str
    where: str


#: (kind, literal the text must hold, pattern). The pattern begins with that literal and looks back afterwards: a
#: pattern that begins by looking back is tried at every byte. A group named `s` is the secret; else the whole match.
_FORMS: Final[tuple[tuple[str, bytes, Callable[[], re.Pattern[bytes]]], ...]] = tuple(
    (kind, literal.encode(), lazy_pattern(pattern.encode()))
    for kind, literal, pattern in (
        ("AWS access key", "AKIA", r"AKIA(?<![A-Za-z0-9+/]AKIA)[A-Z0-9]{16}(?![A-Za-z0-9+/=])"),
        ("AWS access key", "ASIA", r"ASIA(?<![A-Za-z0-9+/]ASIA)[A-Z0-9]{16}(?![A-Za-z0-9+/=])"),
        ("GitHub token", "ghp_", r"ghp_(?<!\wghp_)[A-Za-z0-9]{30,255}"),
        ("GitHub token", "gho_", r"gho_(?<!\wgho_)[A-Za-z0-9]{30,255}"),
        ("GitHub token", "ghu_", r"ghu_(?<!\wghu_)[A-Za-z0-9]{30,255}"),
        ("GitHub token", "ghs_", r"ghs_(?<!\wghs_)[A-Za-z0-9]{30,255}"),
        ("GitHub token", "ghr_", r"ghr_(?<!\wghr_)[A-Za-z0-9]{30,255}"),
        ("GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{40,255}"),
        ("GitLab token", "glpat-", r"glpat-(?<![\w-]glpat-)[\w-]{20,255}"),
        ("Slack token", "xox", r"xox(?<!\wxox)[abeoprs]-[A-Za-z0-9-]{10,255}"),
        ("Slack webhook", "hooks.slack.com/", r"hooks\.slack\.com/services/(?P<s>T\w{6,}/B\w{6,}/\w{16,})"),
        ("Google key", "AIza", r"AIza(?<![\w+/-]AIza)[\w-]{35}(?![\w+/-])"),
        ("Google token", "ya29.", r"ya29\.(?<!\wya29\.)[\w-]{20,}"),
        ("Google secret", "GOCSPX-", r"GOCSPX-[\w-]{20,}"),
        ("Stripe key", "k_live_", r"k_live_(?<=[sr]k_live_)(?<!\w[sr]k_live_)[A-Za-z0-9]{16,255}"),
        ("Anthropic key", "sk-ant-", r"sk-ant-(?<![\w-]sk-ant-)[\w-]{20,255}"),
        ("OpenAI key", "sk-", r"sk-(?<![\w-]sk-)(?:proj-|svcacct-|admin-)[\w-]{20,255}"),
        ("OpenAI key", "sk-", r"sk-(?<![\w-]sk-)(?=[A-Za-z]*\d)[A-Za-z0-9]{32,64}(?![\w-])"),
        ("OpenRouter key", "sk-or-", r"sk-or-(?<![\w-]sk-or-)[\w-]{20,255}"),
        ("Hugging Face token", "hf_", r"hf_(?<!\whf_)[A-Za-z0-9]{30,64}(?!\w)"),
        ("PyPI token", "pypi-AgEI", r"pypi-AgEI[\w-]{20,}"),
        ("npm token", "npm_", r"npm_(?<!\wnpm_)[A-Za-z0-9]{36}(?!\w)"),
        ("JSON web token", "eyJ", r"eyJ(?<![\w+/-]eyJ)[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
        ("SendGrid key", "SG.", r"SG\.(?<!\wSG\.)[\w-]{16,32}\.[\w-]{30,64}"),
        ("Twilio key", "SK", r"SK(?<![\w+/-]SK)[0-9a-f]{32}(?![\w+/=-])"),
        ("Databricks token", "dapi", r"dapi(?<!\wdapi)[0-9a-f]{32}(?!\w)"),
        ("DigitalOcean token", "dop_v1_", r"dop_v1_[0-9a-f]{64}"),
        ("Groq key", "gsk_", r"gsk_(?<!\wgsk_)[A-Za-z0-9]{40,64}(?!\w)"),
        ("Replicate token", "r8_", r"r8_(?<!\wr8_)[A-Za-z0-9]{36,40}(?!\w)"),
        ("Docker token", "dckr_pat_", r"dckr_pat_[\w-]{20,}"),
        ("Vault token", "hvs.", r"hvs\.(?<!\whvs\.)[\w-]{24,}"),
        ("Azure key", "AccountKey=", r"AccountKey=(?P<s>[A-Za-z0-9+/]{40,100}={0,2})"),
        ("Azure signature", "sig=", r"sig=(?<=[?&]sig=)(?P<s>[A-Za-z0-9%/+]{30,100}={0,2})"),
        (
            "password in an address",
            "://",
            r"://[^\s/:@\"'\\<>]{0,64}:(?P<s>[^\s/@\"'\\<>{}\[\]$*]{1,200})@[\w.\[-]",
        ),
        (
            "W&B key",
            "wandb",
            r"wandb(?:\.login|_api_key|[ \t]+login)[^\n]{0,40}?(?<![0-9a-f])(?P<s>[0-9a-f]{40})(?![0-9a-f])",
        ),
        (
            "Kaggle key",
            "username",
            r"username[\\\"']{1,4}\s*:\s*[\\\"']{1,4}[^\\\"'\n]{1,64}[\\\"']{1,4}\s*,\s*[\\\"']{1,4}key[\\\"']{1,4}"
            r"\s*:\s*[\\\"']{1,4}(?P<s>[0-9a-f]{32})",
        ),
        (
            "authorization header",
            "uthorization",
            r"uthorization[^\w\n]{1,8}(?:Bearer|Basic|[Tt]oken)\s+(?P<s>[\w.~+/=-]{8,})",
        ),
    )
)
_KEY_BLOCK: Final = lazy_pattern(
    rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(.{0,40000}?)(?:-----END|\Z)", re.DOTALL
)
#: Lines of the block, where a line end may be written `\\n` as in JSON.
_KEY_LINES: Final = lazy_pattern(rb"(?:(?<=\\[nr])|(?<![A-Za-z0-9+/=\\]))[A-Za-z0-9+/=]{4,}")

#: What a secret's name must hold, lower case; `is_secret_name` then judges the whole name.
_WORDS: Final = tuple(
    word.encode()
    for word in "passw passphrase passcode pwd secret token _key -key apikey authkey cesskey credential".split()
)
_NAMED: Final = lazy_pattern(b"|".join(_WORDS))
_NAME_BEFORE: Final = lazy_pattern(rb"[A-Za-z0-9_.-]{0,60}\Z")
#: From the end of a name to its literal value: quotes (escaped as often as JSON nests), `]`, a type, `=` or `:`.
_VALUE: Final = lazy_pattern(
    rb"(?P<rest>[A-Za-z0-9_-]{0,40})\\{0,7}[\"']?[ \t]*\]?[ \t]*(?::[ \t]*[A-Za-z_][\w.\[\]| ]{0,40}?[ \t]*(?==))?"
    rb"(?P<by>=>|:=|=|:|(?<=[\"'])[ \t]*,)[ \t]*[rRbBuUfF]{0,2}(?P<b>\\{0,7})(?P<q>[\"'])"
    rb"(?:(?P=b)(?P=q)(?P=b)(?P=q))?(?P<v>(?:\\[^\"'\r\n]|(?!(?P=b)(?P=q))[^\r\n]){1,600}?)(?P=b)(?P=q)"
)
_SHELL: Final = lazy_pattern(
    rb"(?P<rest>[A-Z0-9_]{0,40})=(?P<v>[^\s\"'\\(){}$<>;,|&]{6,300})(?=\s|\\n|\\r|[\"'\\;]|\Z)"
)
_SHELL_BEFORE: Final = lazy_pattern(
    rb"(?:^|\n|\\n|\"|[ \t])(?:[ \t]*(?:!|%)?[ \t]*(?:export|set|env|ENV|-e|setx)[ \t]+|[ \t]*)\Z"
)
_SETS: Final = (b"setdefault(", b"putenv(", b"set_key(", b"setenv(")
_PLACEHOLDER: Final = lazy_pattern(
    r"\[redacted\]|your?[-_ ].*|my[-_ ](?:super[-_ ])?(?:api|token|key|secret|password|access)[\w -]*|"
    r"(?:insert|enter|put|paste|replace|add)[-_ ].*|<.*>|\$.*|\{.*\}|%\(.*|x{3,}[\w-]*|\*{3,}|[.…]+|todo|none|null|"
    r"true|false|os\..*|getpass.*|password|passwd|pass|pwd|secret|token|api[-_ ]?key|(.)\1*",
    re.IGNORECASE,
)

_STRONG: Final = frozenset(
    "password passwd passphrase pwd passcode apikey authkey secretkey accesskey privatekey".split()
)
_WEAK: Final = frozenset("secret secrets credential credentials creds".split())
_KEYED: Final = frozenset(
    {
        ("api", "key"),
        ("access", "key"),
        ("secret", "key"),
        ("private", "key"),
        ("auth", "key"),
        ("account", "key"),
    }
    | {
        ("subscription", "key"),
        ("signing", "key"),
        ("encryption", "key"),
        ("storage", "key"),
        ("service", "key"),
    }
    | {
        ("client", "secret"),
        ("app", "secret"),
        ("pass", "word"),
        ("pass", "phrase"),
        ("connection", "string"),
    }
)
_JOINED_TOKENS: Final = frozenset("authtoken accesstoken apitoken bearertoken refreshtoken hftoken githubtoken".split())
#: Beside one of these, "token" is a piece of text or a count.
_PIECES: Final = frozenset(
    "eos bos pad padding unk unknown sep cls mask special start end next first last stop image input "
    "output prompt max min num n total new per word sub subword text target source begin sos oov "
    "blank prev previous current each this completion generated cached cache reasoning context "
    "decoder encoder forced suppress additional extra bpe by class content query key value position "
    "pos time frame audio video visual vision patch register think tool role user_defined no is has "
    "use add skip ignore train eval stride avg average mean pred predicted label true gold top rare "
    "common sentence separator delimiter document doc nlp spacy tf idf lemma stem".split()
)
#: A name which ends so speaks about a secret without holding one.
_ABOUT: Final = frozenset(
    "count counts length len type types name names file files filename path paths dir url uri "
    "endpoint field col column columns policy strength expiry expires expiration ttl limit size sizes "
    "index idx ids str embedding embeddings class classes prob probs logits mask sep map list set "
    "dict vocab usage budget rate ratio per scope scopes hint prompt required enabled less reset min "
    "max counter tokenizer level text pattern regex error errors message label labels exists valid "
    "manager provider store version hash_type var env envvar input widget box form format alias arn "
    "position pos span offset offsets start end lengths score scores loss accuracy similarity id".split()
)


def screen_text(text: str) -> tuple[str, list[Hit]]:
    """Return `text` with every secret replaced by `[redacted]`, and what was found.

    A JSON document stays one, escaped source code in it too. Do not pass base64 data: it is slow and holds nothing.
    """
    data = text.encode("utf-8", "surrogatepass")
    found = _find(data)
    if not found:
        return text, []
    hits = _hits(data, found)
    parts: list[bytes] = []
    at = 0
    for start, end, _, _ in found:
        parts += [data[at:start], _REDACTED]
        at = end
    return b"".join([*parts, data[at:]]).decode("utf-8", "surrogatepass"), hits


def scan_bytes(data: bytes) -> list[Hit]:
    """Say which secrets a file holds; of a binary file (a NUL near its start) only well-known forms are told."""
    return _hits(data, _find(data, by_name=b"\x00" not in data[:8192]))


def screen_value(name: str, value: Value) -> tuple[Value, Hit | None]:
    """Return a parameter's value fit to be written: redacted whole under a secret's name, else screened as text."""
    if type(value) is list:
        screened = [screen_value(name, item) for item in value]
        clean: list[object] = [item for item, _ in screened]
        return clean, next((hit for _, hit in screened if hit), None)  # type: ignore[return-value]
    if type(value) is str and value:
        if is_secret_name(name):
            return REDACTED, Hit(kind="secret by its name", where=name)
        text, hits = screen_text(value)
        return text, Hit(kind=hits[0].kind, where=name) if hits else None
    if type(value) is int and is_secret_name(name) and _strength(name) > 1:
        return REDACTED, Hit(kind="secret by its name", where=name)
    return value, None


def is_secret_name(name: str) -> bool:
    """Tell whether a field of this name holds a credential: `api_key` and `DB_PASSWORD` do, `max_tokens` does not."""
    return _strength(name) > 0


@lru_cache(maxsize=4096)
def _strength(name: str) -> int:
    """Rate a name: 0 no secret, 1 where the value has to look like one too ("token"), 2 for certain ("password")."""
    tokens = name_tokens(name.rpartition(".")[2])
    if not tokens:
        return 0
    pairs = set(pairwise(tokens))
    words = set(tokens)
    key_id = ("access", "key") in pairs and tokens[-1] == "id"
    if tokens[-1] in _ABOUT and not key_id:
        return 0
    strong = words & _STRONG or pairs & _KEYED or any(token.endswith(("password", "passwd")) for token in tokens)
    if strong:
        return 0 if "less" in words or "tokenizer" in words else 2
    if words & _WEAK:
        return 2 if len(tokens) > 1 else 1
    if words & _JOINED_TOKENS:
        return 2
    if "token" in words and not words & _PIECES:
        return 1
    return 1 if "tokens" in words and words & {"access", "auth", "refresh", "api"} else 0


def _find(data: bytes, *, by_name: bool = True) -> list[tuple[int, int, str, str]]:
    """Find secrets as (start, end, kind, name), in order and without overlaps."""
    found: list[tuple[int, int, str, str]] = []
    for kind, literal, compiled in _FORMS:
        if literal in data:
            pattern = compiled()
            for match in pattern.finditer(data):
                start, end = match.span("s" if "s" in pattern.groupindex else 0)
                if kind != "password in an address" or not _is_placeholder(data[start:end]):
                    if kind == "Stripe key":
                        start -= 1 if data[start - 1 : start] in (b"s", b"r") else 0
                    found.append((start, end, kind, ""))
    if b"PRIVATE KEY" in data:
        for block in _KEY_BLOCK().finditer(data):
            kind = "private key"
            for line in _KEY_LINES().finditer(data, block.start(1), block.end(1)):
                found.append((line.start(), line.end(), kind, ""))
                kind = ""  # the lines of one block are one hit
    if by_name:
        lowered = data.lower()
        if any(word in lowered for word in _WORDS):
            found.extend(_named(data, lowered))
    found.sort()
    kept: list[tuple[int, int, str, str]] = []
    for one in found:
        if not kept or one[0] >= kept[-1][1]:
            kept.append(one)
    return kept


def _named(data: bytes, lowered: bytes) -> Iterator[tuple[int, int, str, str]]:
    at = 0
    while match := _NAMED().search(lowered, at):
        at = match.end()
        value = _VALUE().match(data, at)
        shell = None if value else _SHELL().match(data, at)
        assigned = value or shell
        if assigned is None:
            continue
        before = _NAME_BEFORE().search(data, max(0, match.start() - 60), match.start())
        start = before.start() if before else match.start()
        if data[start : start + 1] == b"n" and data[start - 1 : start] == b"\\":
            start += 1  # the end of an escaped line, not the first letter of the name
        name = (data[start : match.end()] + assigned.group("rest")).decode("ascii", "replace")
        strength = _strength(name)
        if not strength or _is_placeholder(assigned.group("v")):
            continue
        if shell and not (name.isupper() and _SHELL_BEFORE().search(data, max(0, start - 40), start)):
            continue
        if (
            value
            and value.group("by").strip() == b","
            and not data[max(0, start - 16) : start].rstrip(b"\\\"'").endswith(_SETS)
        ):
            continue
        if strength == 1 and not _looks_secret(assigned.group("v")):
            continue
        if strength == 2 and len(assigned.group("v")) < 4:
            continue
        yield assigned.start("v"), assigned.end("v"), "secret by its name", name
        at = assigned.end("v")


def _is_placeholder(value: bytes) -> bool:
    return _PLACEHOLDER().fullmatch(value.decode("utf-8", "replace").strip()) is not None


def _looks_secret(value: bytes) -> bool:
    """Eight or more characters without a space, letters and digits mixed: a word of a text is not."""
    if len(value) < 8 or b" " in value or b"/" in value[:1]:
        return False
    return any(48 <= byte <= 57 for byte in value) and any(chr(byte).isalpha() for byte in value if byte < 128)


def _hits(data: bytes, found: list[tuple[int, int, str, str]]) -> list[Hit]:
    hits: dict[Hit, None] = {}
    line, at = 1, 0
    for start, _, kind, name in found[:_MOST_FOUND]:
        line += data.count(b"\n", at, start)
        at = start
        if not kind:
            continue
        hits[Hit(kind=kind, where=f"line {line}, {name}" if name else f"line {line}")] = None
    return list(hits)
