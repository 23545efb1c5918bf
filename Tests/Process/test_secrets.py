"""Which secrets are in use, and those that senders bring themselves, on the real program."""

import hashlib
import hmac
import json

from harness import at_once
from test_operations import admin, as_json, told
from test_quarantine import signed as github
from test_reload import reload
from wire import request

OLD, NEW = "the-secret-of-last-year", "the-secret-of-this-year"


def secrets(server, name):
    return next(source for source in as_json(server, "sources", "secrets")["sources"] if source["name"] == name)


def test_an_old_secret_is_seen_to_be_unused(make):
    server = make(config=f"sources:\n  github: {{secrets: [{NEW}, {OLD}]}}\n").start()
    new, old = secrets(server, "github")["secrets"]
    assert (new["number"], new["uses"], new["last_used_at"]) == (1, 0, None) and new["fingerprint"] != old["fingerprint"]
    for uuid, secret in (("a", OLD), ("b", NEW), ("c", NEW), ("c", NEW)):
        assert github(server, uuid, secret).status == 200
    assert github(server, "d", "somebody-else").status == 401
    new, old = secrets(server, "github")["secrets"]
    assert (new["uses"], old["uses"]) == (3, 1) and new["last_used_at"] and old["last_used_at"]

    # Counts are kept over an orderly stop, and follow the secret, not its place.
    assert github(server, "e", NEW).status == 200
    assert server.stop() == 0
    server.write_config(f"sources:\n  github: {{secrets: [{OLD}, {NEW}]}}\n")
    server.start()
    assert [secret["uses"] for secret in secrets(server, "github")["secrets"]] == [1, 4]
    page = told(server, "sources", "secrets")
    assert "FINGERPRINT" in page and OLD not in page and NEW not in page
    assert server.tables_holding(NEW) == set() and NEW not in server.output()


class TestBrought:
    CONFIG = "sources:\n  asana: {token: t}\n"

    @staticmethod
    def bring(server, secret, path="/webhook/asana?token=t"):
        return request(server.port, "POST", path, b"{}", {"X-Hook-Secret": secret})

    @staticmethod
    def send(server, secret, *changes):
        body = json.dumps({"events": [
            {"action": change, "created_at": "2026-11-22T21:15:32.123Z", "resource": {"gid": "1", "resource_type": "task"}}
            for change in changes]}).encode()
        code = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return request(server.port, "POST", "/webhook/asana?token=t", body, {"X-Hook-Signature": code})

    def test_the_secret_is_kept_sent_back_and_outlives_a_crash(self, make):
        server = make(config=self.CONFIG).start()
        assert self.send(server, "first", "added").status == 401
        assert self.bring(server, "first", "/webhook/asana").status == 401
        answer = self.bring(server, "first")
        assert (answer.status, answer.headers["x-hook-secret"], answer.body) == (200, "first", b"")
        server.kill()
        server.start()
        answer = self.send(server, "first", "added", "changed")
        assert (answer.status, answer.json()["queued"]) == (200, 2)
        assert sorted(row[2] for row in server.rows()) == ["task.added", "task.changed"]
        # A sign of life.
        assert self.send(server, "first").json()["status"] == "empty"
        assert self.bring(server, "second").status == 401
        assert self.send(server, "second", "deleted").status == 401
        reload(server, self.CONFIG)
        assert self.send(server, "first", "deleted").json()["queued"] == 1

    def test_forgetting_lets_the_next_one_in(self, make):
        server = make(config=self.CONFIG).start()
        assert "not brought yet" in told(server, "sources", "secrets")
        self.bring(server, "first")
        assert "brought by the sender" in told(server, "sources", "secrets")
        assert secrets(server, "asana")["secret_captured_at"]
        assert "asana is forgotten" in told(server, "sources", "forget", "asana")
        assert self.send(server, "first", "added").status == 401
        assert self.bring(server, "second").status == 200
        assert self.send(server, "second", "added").status == 200
        assert "has brought a secret" in told(server, "sources", "forget", "nobody", code=1)
        assert admin(server, "DELETE", "/sources/nobody/secret").status == 409
        assert "second" not in server.output()

    def test_of_many_at_once_one_is_kept(self, make):
        server = make(config=self.CONFIG).start()
        answers = at_once(16, lambda index: self.bring(server, f"secret-{index}").status)
        assert sorted(answers) == [200] + [401] * 15
        winner = f"secret-{answers.index(200)}"
        assert server.query("SELECT secret FROM lumbung_captured_secret") == [(winner,)]
        assert self.send(server, winner, "added").status == 200


class TestExplained:
    """`sources verify` and `send` know of the token in the URL."""

    CONFIG = "sources:\n  a: {preset: accurate, token: hidden-token, allow: [192.0.2.0/24]}\n"

    def files(self, server):
        (server.folder / "h").write_text("Content-Type: application/json\n")
        (server.folder / "b").write_text('{"uuid": "u"}')
        return ["--headers", str(server.folder / "h"), "--body", str(server.folder / "b")]

    def test_a_request_without_the_token_is_refused_here_too(self, make):
        server = make(config=self.CONFIG)
        done = server.run("sources", "verify", "a", *self.files(server))
        assert done.returncode == 1 and b"token: there is not one `token` in the query" in done.stderr
        done = server.run("sources", "verify", "a", *self.files(server), "--target", "/webhook/a?token=hidden-token")
        assert done.returncode == 0, done.stderr
        out = done.stdout.decode()
        assert "Taken: it brings the token." in out and "not looked at here: 1 addresses or blocks" in out
        assert "hidden-token" not in out

    def test_a_time_as_everywhere_else(self, make):
        server = make(config="sources: {a: {preset: accurate}}\n")
        for time, code in (("2026-11-25T08:00:00Z", 0), ("2026-11-25", 0), ("yesterday", 64)):
            done = server.run("sources", "verify", "a", *self.files(server), "--at", time)
            assert done.returncode == code, (time, done.stderr)

    def test_a_token_in_the_given_url_is_enough(self, make):
        server = make(config="sources:\n  a: {preset: accurate, token: t}\n").start()
        for url in (f"http://127.0.0.1:{server.port}/webhook/a", f"http://127.0.0.1:{server.port}/webhook/a?token=t"):
            assert server.run("send", "a", "--url", url).returncode == 0, url
