"""A server's writes, flushes and answers, read from strace, and the disks that a power cut could have left of them.

The model is harsher than a disk. Of a file only what was written before a completed flush began is sure to be there. Of
everything later each sector is as old or as new as chance wills, and so is the file's length; and a name that came or
went is sure only after its folder was flushed. It does take for granted that a sector is written whole or not at all,
that a file is made shorter whole or not at all, and before it grows anew, and that the folder itself is there.
"""

import json
import math
import os
import re
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from pathlib import Path

FLUSHES = ("fsync", "fdatasync")
SENDS = ("write", "writev", "sendto", "sendmsg")
# Whatever else could change a file or its name; what the model does not know of these is refused, not overlooked.
CHANGES = ("pwrite64", "pwritev", "pwritev2", "ftruncate", "fallocate", "sendfile", "splice", "copy_file_range")
NAMES = ("openat", "unlink", "unlinkat", "open", "creat", "rename", "renameat", "renameat2", "link", "linkat")
# -D makes strace a grandchild, so that signals and the exit code are the server's own.
STRACE = (
    "strace", "-D", "-f", "--seccomp-bpf", "-yy", "-xx", "-s", "2000000",
    "-e", "trace=" + ",".join(FLUSHES + SENDS + CHANGES + NAMES), "-o")

# A line of one thread: a call, or the rest of one that began on an earlier line.
LINE = re.compile(r"(\d+) +(?:<\.\.\. \w+ (resumed)>|(\w+)\()(.*)")
# A descriptor and what it stands for: 9<TCP:[…->…]>, 8</path>, 7</path<char 1:9>>, 6</path>(deleted).
DESCRIPTOR = re.compile(r"\d+<(TCP\w*:\[[^\]]*\]|[^<>]*)[<>](\(deleted\))?")
NEVER = math.inf

# How the sectors of a file that was not flushed fare: the weights of lost, kept, and something between.
MOODS = ((1, 0, 0), (0, 1, 0), (1, 1, 0), (1, 1, 1), (8, 1, 1), (1, 8, 1))


@dataclass(frozen=True)
class Change:
    """A write at an offset or, without data, a new length. Begun and done at these lines of the trace."""

    begun: int
    done: float
    offset: int
    data: bytes | None

    def length(self, before):
        return self.offset if self.data is None else max(before, self.offset + len(self.data))

    def part(self, start, stop):
        return self.data[start - self.offset:stop - self.offset]

    def apply(self, image):
        if self.data is None:
            del image[self.offset:]
        put(image, self.offset, self.data or b"", bytes)


@dataclass(frozen=True)
class Flush:
    """A flush of a file or of the folder that succeeded."""

    begun: int
    done: int


@dataclass(frozen=True)
class Name:
    """A path came to mean a file, or none."""

    begun: int
    done: int
    file: object


@dataclass(frozen=True)
class Answer:
    """The line at which the first byte of a 200 went to the network, and the ids it gave: {uuid: queue_id}."""

    sent: int
    events: dict


@dataclass
class File:
    """One file from its creation on, whatever becomes of its name."""

    path: str
    changes: list = field(default_factory=list)
    flushes: list = field(default_factory=list)

    def begun(self, cut):
        """How many changes had begun when the power went just before the line `cut`."""
        return bisect_left(self.changes, cut, key=lambda change: change.begun)

    def sure(self, cut, heeded):
        """How many of them are on the disk for certain."""
        flush = latest(flush for flush in self.flushes if flush.done < cut and heeded(self, flush))
        return next((at for at, change in enumerate(self.changes) if change.done > flush), len(self.changes))

    def content(self):
        image = bytearray()
        for change in self.changes:
            change.apply(image)
        return bytes(image)


def latest(flushes):
    return max((flush.begun for flush in flushes), default=-1)


def put(image, offset, data, filler):
    image.extend(filler(max(offset - len(image), 0)))
    image[offset:offset + len(data)] = data


def unescaped(text):
    """The bytes of strace's hexadecimal, or of plain text."""
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()


def quoted(arguments):
    """All strings among the arguments, joined."""
    return unescaped("".join(arguments.split('"')[1::2]))


class Trace:
    """What several processes, one after the other, did to a database that did not exist before."""

    def __init__(self, database):
        self.folder = str(database.parent)
        self.names = {f"{database}{suffix}": [] for suffix in ("", "-wal", "-journal")}
        self.files, self.folder_flushes, self.answers, self.lines = [], [], [], 0

    def read(self, out):
        """Adds the trace of a process that has ended."""
        waiting, streams = {}, {}
        with open(out, encoding="ascii") as lines:
            for line in lines:
                self.lines += 1
                match = LINE.match(line.rstrip("\n"))
                if match is None:
                    continue
                thread, resumed, call, rest = match.groups()
                begun = self.lines
                if resumed:
                    begun, call, start = waiting.pop(thread)
                    rest = start + rest
                if rest.endswith("<unfinished ...>"):
                    waiting[thread] = (begun, call, rest.removesuffix("<unfinished ...>"))
                else:
                    self._call(call, rest, (begun, self.lines), streams)
        for begun, call, rest in waiting.values():
            self._call(call, rest + ") = ?", (begun, NEVER), streams)
        self._settle()
        self.answers.extend(answer for chunks in streams.values() for answer in answers(chunks))
        self.answers.sort(key=lambda answer: answer.sent)

    def now(self, path):
        """The file that a path means at the end of what was read."""
        return self.names[path][-1].file if self.names[path] else None

    def _call(self, call, text, lines, streams):
        arguments, _, result = text.rpartition(" = ")
        arguments = arguments.rstrip().removesuffix(")")
        if re.match(r"-1 E[A-Z]+ ", result):
            return
        # Of a call in which the process was killed strace tells nothing or, seen now and then, something made up.
        value = int(re.match(r"\d+|", result)[0] or -1)
        if value < 0:
            lines = (lines[0], NEVER)
        if call in NAMES:
            self._name(call, arguments, result, lines)
            return
        target = DESCRIPTOR.match(arguments)
        if target is None or target[2]:
            return
        place = unescaped(target[1]).decode(errors="replace")
        if place.startswith("TCP") and call in SENDS:
            streams.setdefault(place, []).append((lines[0], quoted(arguments), value))
        elif place == self.folder and call in FLUSHES and value == 0:
            self.folder_flushes.append(Flush(*lines))
        elif place in self.names:
            self._change(call, arguments, value, self.now(place), lines)

    def _name(self, call, arguments, result, lines):
        opened = DESCRIPTOR.match(result)
        texts = arguments.split('"')[1::2] + ([opened[1]] if opened else [])
        paths = [unescaped(text).decode(errors="replace") for text in texts]
        path = next((path for path in paths if path in self.names), None)
        if path is None:
            return
        if lines[1] == NEVER or call not in ("openat", "unlink", "unlinkat") or "O_TRUNC" in arguments:
            raise ValueError(f"line {lines[0]}: {call} of {path} is not in the model")
        if call != "openat":
            self.names[path].append(Name(*lines, None))
        elif self.now(path) is None:
            if "O_CREAT" not in arguments:
                raise ValueError(f"line {lines[0]}: {path} is older than its trace")
            self.files.append(File(path))
            self.names[path].append(Name(*lines, self.files[-1]))

    def _change(self, call, arguments, result, file, lines):
        if call in FLUSHES:
            if result == 0:
                file.flushes.append(Flush(*lines))
            return
        if call not in ("ftruncate", "pwrite64"):
            raise ValueError(f"line {lines[0]}: {call} of {file.path} is not in the model")
        data = quoted(arguments) if call == "pwrite64" else None
        done = lines[1] if result == len(data or b"") else NEVER
        file.changes.append(Change(lines[0], done, int(arguments.rpartition(", ")[2]), data))

    def _settle(self):
        """A write in which the process was killed happened, or the beginning of it, or nothing: the file tells."""
        for path in self.names:
            file = self.now(path)
            if file and file.changes and file.changes[-1].done == NEVER:
                torn, real = file.changes.pop(), Path(path).read_bytes()
                if torn.data is None and len(real) == torn.offset:
                    file.changes.append(replace(torn, done=self.lines))
                elif torn.data:
                    there = real[torn.offset:torn.offset + len(torn.data)]
                    file.changes.append(replace(torn, done=self.lines, data=os.path.commonprefix([torn.data, there])))
            if file and any(change.done == NEVER for change in file.changes):
                raise ValueError(f"a write to {path} that did not go through is not in the model")


def answers(chunks):
    """The answers to posts on one connection; chunks are (line, bytes, how many of them were taken)."""
    # The last chunk may be one in which the process was killed, and may have got out as a whole.
    sent = [(line, data[:taken]) for line, data, taken in chunks[:-1] if taken > 0] + [chunks[-1][:2]]
    data, starts, at = b"".join(chunk for _, chunk in sent), [], 0
    for line, chunk in sent:
        starts.extend([line] * len(chunk))
    while data.startswith(b"HTTP/1.1 ", at):
        head = data.index(b"\r\n\r\n", at)
        length = re.search(rb"content-length: *(\d+)", data[at:head].lower())
        end = head + 4 + (int(length[1]) if length else 0)
        if data.startswith(b"HTTP/1.1 200", at):
            events = json.loads(data[head + 4:end]).get("events", [])
            if events:
                yield Answer(starts[at], {event["uuid"]: event["queue_id"] for event in events})
        at = end


class Disk:
    """The files that a power cut leaves. Cuts that ascend are faster than others."""

    def __init__(self, trace, heeded=lambda file, flush: True):
        """`heeded` says which flushes the disk carries out; an honest one carries out all."""
        self.trace, self.heeded, self.images = trace, heeded, {}

    def left(self, cut, chance=None):
        """{path: bytes} after the power went just before the line `cut`; without chance nothing unflushed is there."""
        flush, found = latest(flush for flush in self.trace.folder_flushes if flush.done < cut), {}
        for path, names in self.trace.names.items():
            begun = bisect_left(names, cut, key=lambda name: name.begun)
            sure = bisect_left(names[:begun], flush, key=lambda name: name.done)
            taken = chance.randint(sure, begun) if chance else sure
            if taken and names[taken - 1].file:
                found[path] = self._content(names[taken - 1].file, cut, chance)
        return found

    def _content(self, file, cut, chance):
        sure, begun = file.sure(cut, self.heeded), file.begun(cut)
        applied, image = self.images.get(id(file), (0, bytearray()))
        if applied > sure:
            applied, image = 0, bytearray()
        for change in file.changes[applied:sure]:
            change.apply(image)
        self.images[id(file)] = (sure, image)
        return survivors(image, file.changes[sure:begun], chance) if chance and sure < begun else bytes(image)


def survivors(flushed, later, chance):
    """What is left of a file of which the `later` changes were not flushed: reordered, torn, in part.

    Each sector has seen the first few of the writes that touch it: none, all, or some. Room that the file grew by and
    that holds none of them has zeros or garbage. The file's end moves as a whole: chance says how many of the
    truncations happened, and what was written behind the end that the first of the others set is not there.
    """
    image, sector, mood = bytearray(flushed), chance.choice((512, 4096)), chance.choice(MOODS)
    filler, fates, lengths = chance.choice((bytes, chance.randbytes)), {}, [len(flushed)]
    cuts = truncations(len(flushed), later)
    happened, wall = cuts[:chance.randint(0, len(cuts))], NEVER
    for index, change in enumerate(later):
        if index in happened:
            del image[change.offset:]
            lengths = [change.offset]
        elif index in cuts:
            wall = min(wall, change.offset)
        elif change.data is None or change.offset < wall:
            lengths.append(change.length(lengths[-1]))
        at, end = change.offset, min(wall, change.offset + len(change.data or b""))
        while at < end:
            stop = min(end, (at // sector + 1) * sector)
            if at // sector not in fates:
                fates[at // sector] = chance.choices((0, len(later), chance.randint(0, len(later))), mood)[0]
            if index < fates[at // sector]:
                put(image, at, change.part(at, stop), filler)
            at = stop
    length = chance.choice((lengths[-1], lengths[-1], lengths[0], chance.choice(lengths)))
    put(image, length, b"", filler)
    return bytes(image[:length])


def truncations(length, changes):
    """Which of the changes made a file shorter that was `length` bytes long."""
    found = []
    for index, change in enumerate(changes):
        if change.data is None and change.offset < length:
            found.append(index)
        length = change.length(length)
    return found


def has_ended(out, process):
    """Whether strace has written the last line of a process."""
    with open(out, "rb") as trace:
        trace.seek(max(trace.seek(0, 2) - 4096, 0))
        return re.search(rb"^%d +\+\+\+ " % process, trace.read(), re.M)
