"""Proof that each house rule fires on what it forbids, and stays silent on what only looks like it."""

BODY = "    let a = 1\n"

# path, text, the (line, beginning of the rule) pairs that must be found, in any order; nothing else may be.
CASES = [
    ("Sources/LumbungKit/A.swift", "func f() {\n" + BODY * 68 + "}\n", []),
    ("Sources/LumbungKit/A.swift", "\nfunc f() {\n" + BODY * 69 + "}\n", [(2, "f has 71 lines")]),
    ("Sources/LumbungKit/A.swift", "struct S {\n    init() {\n" + BODY * 69 + "    }\n}\n", [(2, "init has 71")]),
    ("Sources/LumbungKit/A.swift", "var a: Int {\n" + BODY * 69 + "}\n", [(1, "a has 71")]),
    ("Sources/LumbungKit/A.swift", "func f<T>(_ a: [T]) async throws -> Int\nwhere T: P {\n" + BODY * 69 + "}\n", [(1, "f has 72")]),
    ("Sources/LumbungKit/A.swift", "protocol P {\n    func f()\n    var a: Int { get }\n}\n" + "// x\n" * 90, []),
    ("Sources/LumbungKit/A.swift", "// x\n" * 400, []),
    ("Sources/LumbungKit/A.swift", "// x\n" * 401, [(1, "file has 401")]),
    ("Tests/Process/test_a.py", "# x\n" * 401, [(1, "file has 401")]),
    ("Sources/LumbungKit/A.swift", "func f(a: Int, b: Int, c: Int, d: Int, e: Int, g: [Int: Int] = [1: 2, 3: 4]) { }\n", []),
    ("Sources/LumbungKit/A.swift", "func f(a: Int, b: Int, c: Int, d: Int, e: Int, g: D<A, B>, h: (A, B) -> C) { }\n", [(1, "f has 7 param")]),
    ("Sources/LumbungKit/A.swift", "init(a: A, b: A, c: A, d: A, e: A, f: A, g: A) {\n    self.a = a\n    go()\n}\n", [(1, "init has 7")]),
    ("Sources/LumbungKit/A.swift", "init(a: A, b: A, c: A, d: A, e: A, f: A, g: A) {\n    self.a = a\n}\n", []),
    ("Sources/LumbungKit/A.swift", 'let s = "try! \\(x as! Y)" // try!\n', [(1, "banned: as!")]),
    ("Sources/LumbungKit/A.swift", '/* try! /* as! */ print( */ let s = #"a"try!\\("#; let t = """\n print( \n"""\n', []),
    ("Sources/LumbungKit/A.swift", "let a = try! f()\nlet b = a as! B\n", [(1, "banned: try!"), (2, "banned: as!")]),
    ("Sources/LumbungKit/A.swift", "let a = try !f()\n", []),
    ("Sources/LumbungKit/A.swift", "Task { }\nTask(priority: .low) { }\nlet t: Task<Void, Never>\nvar u: Task<Int, Never> { v }\n",
     [(1, "banned: Task {"), (2, "banned: Task {")]),
    ("Sources/LumbungKit/A.swift", "Task.detached { }\nTask<Int, Never>.detached { }\n", [(1, "banned: Task.d"), (2, "banned: Task.d")]),
    ("Sources/LumbungKit/A.swift", "final class A: @unchecked Sendable { nonisolated(unsafe) var a = 1 }\n",
     [(1, "banned: @unchecked"), (1, "banned: nonisolated(")]),
    ("Sources/LumbungKit/A.swift", "print(1)\nx.print(1)\nSwift.print(1)\nfunc blueprint(a: Int) { }\n",
     [(1, "banned: print("), (3, "banned: print(")]),
    ("Sources/LumbungKit/A.swift", "let a = Date()\nlet b = Date.now\nlet c = Date(timeIntervalSince1970: 0)\n",
     [(1, "banned: Date()"), (2, "banned: Date()")]),
    ("Sources/LumbungKit/A.swift", "Int.random(in: 0..<9)\nInt.random(in: 0..<9, using: &rng)\n", [(1, "banned: .random(")]),
    ("Tests/LumbungKitTests/A.swift", "try await Task.sleep(for: .seconds(1))\nThread.sleep(forTimeInterval: 1)\nusleep(5)\n",
     [(1, "a test waits"), (2, "a test waits"), (3, "a test waits")]),
    ("Tests/LumbungKitTests/A.swift", "let clock = TestClock()\ntry await clock.sleep(for: .seconds(1))\n", []),
    ("Sources/LumbungCore/A.swift", "// TO" + "DO later\n", [(1, "unfinished work")]),
    ("Tests/Process/test_a.py", "# FIX" + "ME\n", [(1, "unfinished work")]),
    ("Sources/LumbungCore/A.swift", "import LumbungKit\n", [(1, "LumbungCore may not import LumbungKit")]),
    ("Sources/LumbungCore/A.swift", "import NIOCore\n", [(1, "LumbungCore may not import NIOCore")]),
    ("Sources/LumbungCore/A.swift", "import Foundation\n", [(1, "LumbungCore may not import Foundation")]),
    ("Sources/LumbungCore/A.swift", "import FoundationEssentials\n", []),
    ("Sources/LumbungKit/A.swift", "@testable public import struct LumbungSQLite.A\n", [(1, "LumbungKit may not import LumbungSQLite")]),
    ("Sources/LumbungKit/A.swift", "package import LumbungCore\nimport Logging\n", []),
    ("Sources/LumbungKit/A.swift", "import AsyncHTTPClient\n", [(1, "LumbungKit may not import AsyncHTTPClient")]),
    ("Sources/lumbung/A.swift", "import LumbungKit\nimport LumbungServer\n", [(1, "lumbung may not import LumbungKit")]),
    ("Sources/Elsewhere/A.swift", "import Logging\n", [(1, "target Elsewhere is not")]),
]


def self_test(check):
    """What is wrong with the check itself; an empty list when every rule fires where it must and only there."""
    faults = []
    for number, (path, text, wanted) in enumerate(CASES, 1):
        found = sorted(check(path, text))
        agree = len(found) == len(wanted) and all(
            line == want and rule.startswith(begin) for (line, rule), (want, begin) in zip(found, sorted(wanted)))
        if not agree:
            faults.append(f"case {number}: wanted {sorted(wanted)}, found {found}")
    return faults
