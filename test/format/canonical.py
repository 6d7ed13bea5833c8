"""What reader.py and writer.py share: canonical YAML, ids and tag hashes, written from the text of
docs/format.md alone. Needs PyYAML. Section numbers are those of the document."""

import copy
import hashlib
import json
import re

import yaml


class Time(str):
    """A time: 24 characters that stand without quotes (4)."""


class Tagged:
    """A node with a YAML tag (6)."""

    def __init__(self, tag, value):
        self.tag, self.value = tag, value


class Fields(dict):
    """A map whose order of keys is given; that of any other map is by code point (7.2)."""


class Damaged(Exception):
    """Something in the log is not what the document says."""


class Loader(yaml.SafeLoader):
    """PyYAML with the rules of section 13: no aliases, no repeated keys, only local tags."""

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            raise Damaged("an alias")
        return super().compose_node(parent, index)

    map_type = dict

    def map(self, node):
        pairs = [(self.construct_object(k, deep=True), self.construct_object(v, deep=True)) for k, v in node.value]
        if len(dict(pairs)) < len(pairs) or not all(isinstance(k, str) for k, _ in pairs):
            raise Damaged("a key that is repeated or not text")
        return self.map_type(pairs)

    def tagged(self, suffix, node):
        plain = (True, False) if getattr(node, "style", None) is None else (False, True)
        inner = copy.copy(node)
        inner.tag = self.resolve(type(node), node.value, plain)
        value = self.construct_object(inner, deep=True)
        return Tagged(suffix, Fields(value) if suffix == "error" and isinstance(value, dict) else value)


class ExactLoader(Loader):
    """Keeps the order of keys of all maps."""

    map_type = Fields


Loader.add_constructor("tag:yaml.org,2002:map", Loader.map)
Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: Time(node.value))
Loader.add_multi_constructor("!", Loader.tagged)


def load(data, loader=Loader):
    return yaml.load(data.decode("utf-8"), loader)


WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
# \Z, because $ also matches before a line feed at the end.
NUMERIC = re.compile(r"[0-9_,.:eE+-]+\Z")
VERSION = re.compile(r"[0-9]+(\.[0-9]+){2,}\Z")
NO_STRING = re.compile(
    r"- |---|\.\.\.|[0-9]{4}-[0-9]{1,2}-[0-9]|-?0[xX][0-9a-fA-F_.pP+-]*\Z|-?0[oObB][0-9_]*\Z|-?\.([iI][nN][fF]|[nN][aA][nN])\Z"
)
ESCAPED = "\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff"
SHORT = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def is_plain(text):
    """7.3, the six rules of plain text."""
    if not re.match(r"[A-Za-z0-9./_-][ -~]*\Z", text):
        return False
    if text[-1] in " :" or ": " in text or " #" in text:
        return False
    if text[0].isalpha():
        return text.lower() not in WORDS
    if NUMERIC.match(text):
        return bool(VERSION.match(text))
    if not re.search("[A-Za-z0-9]", text):
        return False
    return text[0] in "/_" or not NO_STRING.match(text)


def is_literal(text):
    if "\n" not in text or text[0] in " \t\n" or re.search(f"[{ESCAPED}]", re.sub("[\t\n]", "", text)):
        return False
    return text.rstrip("\n").split("\n")[-1].strip(" \t") != ""


def inline(text):
    if is_plain(text):
        return text
    return '"' + re.sub(f'["\\\\{ESCAPED}]', lambda m: SHORT.get(m[0]) or "\\u%04x" % ord(m[0]), text) + '"'


def number(value):
    text = repr(value)
    if isinstance(value, int):
        return text
    if text in ("nan", "inf", "-inf"):
        return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}[text]
    return text if "." in text else text.replace("e", ".0e")


def dump(value):
    """The canonical YAML of a value (7)."""
    return node(value, 0, "").encode("utf-8")


def node(value, column, before):
    """`before` is what stands on the line: "" at the top, "- ", "key:" or a tag (7.1)."""
    same_line = before in ("", "- ")
    blank = "" if same_line else " "
    if isinstance(value, Tagged):
        return f"{blank}!{value.tag}{node(value.value, column, 'tag')}"
    if isinstance(value, str) and not isinstance(value, Time) and not is_plain(value) and is_literal(value):
        chomp = "|-" if value[-1] != "\n" else "|+" if value.endswith("\n\n") else "|"
        body = re.sub("^(?=[^\n])", " " * (column or 2), value, flags=re.M)
        return f"{blank}{chomp}\n{body}" + ("\n" if chomp == "|-" else "")
    if value and isinstance(value, list):
        lines = [f"- {node(item, column + 2, '- ')}" for item in value]
    elif value and isinstance(value, dict):
        keys = value if isinstance(value, Fields) else sorted(value)
        lines = [key(k, column) + node(value[k], column + 2, "key:") for k in keys]
    else:
        return f"{blank}{scalar(value)}\n"
    # The lines of items end with a line feed each.
    return ("" if same_line else "\n" + " " * column) + (" " * column).join(lines)


def key(text, column):
    name = inline(text)
    long = len(name.encode("utf-16-le", "surrogatepass")) // 2 > 1000
    return f"? {name}\n{' ' * column}:" if long else f"{name}:"


def scalar(value):
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, Time):
        return str(value)
    return inline(value) if isinstance(value, str) else "{}" if isinstance(value, dict) else "[]"


def object_id(data, algorithm):
    """3: the id of a git blob with these bytes."""
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data).hexdigest()


def tag_hash(entity, key, value, parents=()):
    """9.1. A removal has the entity "", the key "" and the value None."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=lambda tagged: int(tagged.value, 0))
    return hashlib.sha512(bencode(["Tag", entity, key, text, sorted(parents)])).hexdigest()[:40]


def bencode(value):
    if isinstance(value, list):
        return b"l" + b"".join(map(bencode, value)) + b"e"
    data = re.sub("[\ud800-\udfff]", "\ufffd", value).encode("utf-8")
    return b"%d:" % len(data) + data
