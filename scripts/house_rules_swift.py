"""As much of Swift's grammar as the house rules need: what is code, and where functions begin and end."""

import re
from dataclasses import dataclass

OPENERS, CLOSERS = "([{", ")]}"


def mask(text):
    """The text with comments and the insides of strings blanked out; lines and columns stay where they were."""
    out = list(text)
    _mask_code(text, 0, out, None)
    return "".join(out)


def _blank(out, start, end):
    for index in range(start, end):
        if out[index] != "\n":
            out[index] = " "


def _mask_code(text, index, out, closing):
    """Masks from index on; with `closing` set, returns behind the bracket that ends an interpolation."""
    depth, size = 0, len(text)
    while index < size:
        if text.startswith("//", index):
            end = text.find("\n", index)
            end = size if end < 0 else end
            _blank(out, index, end)
            index = end
        elif text.startswith("/*", index):
            end = _comment_end(text, index)
            _blank(out, index, end)
            index = end
        elif literal := re.compile(r'(#*)("""|")').match(text, index):
            index = _mask_string(text, literal, out)
        elif text[index] == "`":
            end = text.find("`", index + 1)
            end = size - 1 if end < 0 else end
            for inside in range(index + 1, end):
                out[inside] = "_"
            index = end + 1
        else:
            if closing and text[index] == "(":
                depth += 1
            elif closing and text[index] == closing:
                if depth == 0:
                    return index + 1
                depth -= 1
            index += 1
    return size


def _comment_end(text, index):
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(text, index):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    return len(text)


def _mask_string(text, literal, out):
    hashes, quotes = literal.groups()
    index, end, escape = literal.end(), quotes + hashes, "\\" + hashes
    while index < len(text):
        if text.startswith(escape + "(", index):
            _blank(out, index, index + len(escape) + 1)
            after = _mask_code(text, index + len(escape) + 1, out, ")")
            _blank(out, after - 1, after)
            index = after
        elif text.startswith(escape, index):
            _blank(out, index, index + len(escape) + 1)
            index += len(escape) + 1
        elif text.startswith(end, index):
            return index + len(end)
        elif len(quotes) == 1 and text[index] == "\n":
            return index
        else:
            _blank(out, index, index + 1)
            index += 1
    return index


@dataclass
class Declaration:
    """A function, initialiser, subscript or computed property with a body."""

    name: str
    line: int
    lines: int
    parameters: int
    memberwise: bool


HEAD = re.compile(r"(?<![\w.`])(?:(func)\s+(`[^`]*`|[^\s(<]+(?:<(?=\())?)|(init)\b[?!]?(?=\s*[(<])|(subscript)\b(?=\s*[(<])|(deinit)\b)")
PROPERTY = re.compile(r"(?<![\w.`])var\s+(\w+)\s*:[^={}\n]*\{")
NEXT = re.compile(
    r"\s*(?:@|#|///|(?:public|package|internal|private|fileprivate|open|static|class|final|mutating|nonmutating|override|"
    r"nonisolated|isolated|convenience|required|func|var|let|init|deinit|subscript|case|struct|enum|actor|extension|"
    r"protocol|typealias|associatedtype|import)\b|\})")


def matching(code, index):
    """The offset of the bracket that closes the one at index."""
    depth = 0
    while index < len(code):
        if code[index] in OPENERS:
            depth += 1
        elif code[index] in CLOSERS:
            depth -= 1
            if depth == 0:
                return index
        index += 1
    return len(code) - 1


def _angle_end(code, index):
    depth = 0
    while index < len(code):
        if code[index] == "<":
            depth += 1
        elif code[index] == ">" and code[index - 1] != "-":
            depth -= 1
            if depth == 0:
                return index + 1
        index += 1
    return index


def count_parameters(listing):
    depth, count, pending = 0, 0, False
    for index, letter in enumerate(listing):
        before = listing[index - 1] if index else " "
        if letter in OPENERS or (letter == "<" and (before.isalnum() or before == "_")):
            depth += 1
        elif letter in CLOSERS or (letter == ">" and before != "-" and depth > 0):
            depth -= 1
        if letter == "," and depth == 0:
            count, pending = count + 1, False
        elif not letter.isspace():
            pending = True
    return count + pending


def _body_start(code, index):
    """The offset of the `{` that opens the body after a signature; None when there is none, as in a protocol."""
    while index < len(code):
        if code[index] == "{":
            return index
        if code[index] in "([":
            index = matching(code, index)
        elif code[index] in "})]":
            return None
        elif code[index] == "\n" and NEXT.match(code, index + 1):
            return None
        index += 1
    return None


def declarations(code):
    """Every declaration with a body in masked code."""
    for head in HEAD.finditer(code):
        index, parameters = head.end(), 0
        name = head.group(2) or head.group(3) or head.group(4) or head.group(5)
        while index < len(code) and code[index].isspace():
            index += 1
        if not head.group(5):
            if index < len(code) and code[index] == "<":
                index = _angle_end(code, index)
                while index < len(code) and code[index].isspace():
                    index += 1
            if index >= len(code) or code[index] != "(":
                continue
            end = matching(code, index)
            parameters = count_parameters(code[index + 1:end])
            index = end + 1
        start = _body_start(code, index)
        if start is not None:
            yield _declaration(code, name, head.start(), start, parameters)
    for head in PROPERTY.finditer(code):
        yield _declaration(code, head.group(1), head.start(), head.end() - 1, 0)


def _declaration(code, name, begin, start, parameters):
    end = matching(code, start)
    first = code.count("\n", 0, begin) + 1
    body = [line.strip() for line in re.split(r"[\n;]", code[start + 1:end]) if line.strip()]
    memberwise = name == "init" and all(re.match(r"self\.\w+ = ", line) for line in body)
    return Declaration(name, first, code.count("\n", 0, end) + 2 - first, parameters, memberwise)
