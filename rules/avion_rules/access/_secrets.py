"""Values that give a secret away, told from their form and from the names they stand under."""

from __future__ import annotations

from avion_lint.pattern import pattern

_DSN = pattern(r"\b[a-z][a-z0-9+.]{1,30}://[^\s:/@'\"]{0,100}:([^\s@'\"]{1,200})@[^\s'\"]", 2)
_KEYWORD = pattern(r"(?:^|[\s;?&])password=([^\s;&'\"]{1,200})", 2)
_FORMS = {
    "a webhook's address, which lets anybody post there": pattern(
        r"https://(?:hooks\.slack\.com/(?:services|workflows)/|discord(?:app)?\.com/api/webhooks/|[\w.-]+\.webhook\.office\.com/)\S"
    ),
    "a private key": pattern(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "an access key of AWS": pattern(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token of GitHub": pattern(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})"),
    "a token of Slack": pattern(r"\bxox[abpors]-[A-Za-z0-9-]{10,}"),
}
_NAMES = pattern(
    r"(?:^|[_.-])(?:password|passwd|pwd|secret|secret_?key|api_?key|access_?key|private_?key|integration_?key|"
    r"routing_?key|auth_?token|access_?token|webhook(?:_?url)?)$|^(?:pgpassword|token)$",
    2,
)
_TELLING_ELSEWHERE = pattern(r"(?:file|path|name|ref|enabled|namespace|header|prefix|mount|dir|length|rotation)$", 2)
_PLACEHOLDER = pattern(
    r"\$[({]?\w|<[^<>]{0,100}>|\{\{|^(?:x+|\*+|\.+|-+|_+|[0-9]{1,4})$|^(?:your|my|replace|insert|enter|some)[-_ ]|^/", 2
)
_USUAL = frozenset(
    {
        *("todo", "tbd", "none", "null", "changeme", "change-me", "replaceme", "placeholder", "example", "dummy"),
        *("redacted", "true", "false", "yes", "no", "test", "dev", "local"),
        *(
            "postgres",
            "password",
            "passw0rd",
            "pass",
            "secret",
            "admin",
            "root",
            "user",
            "guest",
            "minio",
            "minioadmin",
        ),
    }
)
"""Values that say themselves that they are none, or that everybody tries first."""
_CAMEL = pattern(r"(?<=[a-z0-9])(?=[A-Z])")


def is_placeholder(text: str) -> bool:
    """Whether a value is only the place of one: a variable, a template, dots."""
    bare = text.strip().lower()
    return not bare or bare in _USUAL or bool(_PLACEHOLDER.search(bare))


def secret_in(name: str, text: str) -> str:
    """What secret a value is, in words; "" where it is none, or only the place of one."""
    for pattern_ in (_DSN, _KEYWORD):
        found = pattern_.search(text)
        if found and not is_placeholder(found[1]):
            return "a password in a connection string"
    for words, form in _FORMS.items():
        if form.search(text):
            return words
    snake = _CAMEL.sub("_", name)
    if _NAMES.search(snake) and not _TELLING_ELSEWHERE.search(snake) and not is_placeholder(text) and " " not in text:
        return f"the value of {name}"
    return ""
