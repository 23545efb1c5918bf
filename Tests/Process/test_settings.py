"""Settings: where they come from, which wins, and that a bad one stops the start with a sentence that names it."""

import json

import pytest

from wire import event

INVALID = [
    ("PORT", "abc"), ("PORT", "65536"), ("PORT", "-1"), ("PORT", "90 00"), ("ADMIN_PORT", "x"),
    ("WORKER_COUNT", "0"), ("WORKER_COUNT", "-5"), ("WORKER_COUNT", "5.5"), ("WORKER_COUNT", "99999999999999999999"),
    ("QUEUE_BUFFER", "0"), ("QUEUE_BUFFER", "many"), ("BUSY_TIMEOUT_MS", "-1"), ("BUSY_TIMEOUT_MS", "5s"),
    ("MAX_BODY_BYTES", "0"), ("MAX_BODY_BYTES", "1MB"), ("LOG_LEVEL", "loud"), ("LOG_FORMAT", "xml"),
    ("RETENTION_DAYS", "-1"), ("DEAD_RETENTION_DAYS", "x"), ("SHUTDOWN_GRACE_SECONDS", "-1"),
    ("DATABASE_URL", "mysql://localhost/x"), ("DATABASE_URL", "data.db"), ("ADMIN_HOST", "0.0.0.0"), ("HOST", "not a host"),
    ("CONFIG_FILE", "/nowhere/lumbung.yaml"), ("TRUSTED_PROXIES", "everyone"), ("ADMIN_TOKEN_FILE", "/nowhere/token"),
]


@pytest.mark.parametrize("name, value", INVALID)
def test_an_invalid_setting_is_named(make, name, value):
    server = make(**{name: value})
    wanted = "ADMIN_TOKEN" if name == "ADMIN_HOST" else name
    server.launch()
    assert server.wait_exit(20) == 78, server.output()
    lines = [line for line in server.output().splitlines() if line.strip()]
    assert any(wanted in line for line in lines), lines
    assert len(lines) <= 5, lines
    if name not in ("ADMIN_HOST", "DATABASE_URL", "TRUSTED_PROXIES"):
        # A URL may hold a password; the others say nothing about their value because it is not the value that is wrong.
        assert any(value in line for line in lines), f"does not say what was given: {lines}"
    assert not server.database.exists()


def test_every_invalid_setting_is_told_at_once(make):
    server = make(PORT="abc", WORKER_COUNT="0", LOG_LEVEL="loud")
    server.launch()
    assert server.wait_exit(20) == 78
    for name in ("PORT", "WORKER_COUNT", "LOG_LEVEL"):
        assert name in server.output()


@pytest.mark.parametrize("name, value", [
    ("PORT", "65535"), ("WORKER_COUNT", "1"), ("QUEUE_BUFFER", "1"), ("RETENTION_DAYS", "0"), ("SHUTDOWN_GRACE_SECONDS", "0"),
    ("LOG_LEVEL", "trace"), ("LOG_LEVEL", "critical"), ("MAX_BODY_BYTES", "1"), ("BUSY_TIMEOUT_MS", "1"),
])
def test_valid_settings_at_their_bounds(make, name, value):
    done = make(**{name: value}).run("config", "print")
    assert done.returncode == 0, done
    assert value.encode() in done.stdout


def test_one_worker_and_one_claimed_event_still_finish_everything(make):
    server = make(WORKER_COUNT=1, QUEUE_BUFFER=1, LOG_LEVEL="warning").start()
    server.post(b"[" + b",".join(event(f"narrow-{index}") for index in range(300)) + b"]")
    server.drained()
    assert server.count("completed") == 300


def test_flag_beats_environment_beats_file_beats_default(make):
    server = make(config="settings:\n  worker_count: 7\n  queue_buffer: 70\n  log_level: debug\n", WORKER_COUNT=8)
    shown = server.run("config", "print").stdout.decode()
    assert setting(shown, "WORKER_COUNT") == "8"
    assert setting(shown, "QUEUE_BUFFER") == "70"
    assert setting(shown, "BUSY_TIMEOUT_MS") == "5000"
    flagged = server.run("config", "print", "--worker-count", "9", "--log-level", "error").stdout.decode()
    assert setting(flagged, "WORKER_COUNT") == "9"
    assert setting(flagged, "LOG_LEVEL") == "error"


def setting(text, name):
    (line,) = [line for line in text.splitlines() if name in line.replace(":", " ").replace("=", " ").split()]
    return line.replace(":", " ").replace("=", " ").split()[1]


def line_of(text, name):
    return next(line for line in text.splitlines() if name in line).lower()


def test_config_print_says_where_each_came_from(make):
    server = make(config="settings:\n  queue_buffer: 70\n")
    shown = server.run("config", "print", "--worker-count", "9").stdout.decode()
    assert "default" in line_of(shown, "BUSY_TIMEOUT_MS")
    assert "environment" in line_of(shown, "DATABASE_URL")
    assert "test.yaml" in line_of(shown, "QUEUE_BUFFER")
    assert "worker-count" in line_of(shown, "WORKER_COUNT") or "flag" in line_of(shown, "WORKER_COUNT")


def test_config_print_masks_secrets(make):
    secret = "s3cret-value-nobody-may-see"
    server = make(config="destinations:\n  app:\n    url: https://app.example.com/${WORD}\n"
                  '    headers: {Authorization: "Bearer ${SECRET}"}\n', ADMIN_TOKEN=secret, SECRET=secret, WORD="hooks")
    for arguments in (("config", "print"), ("config", "print", "--json"), ("config", "check")):
        done = server.run(*arguments)
        assert done.returncode == 0, done
        assert secret.encode() not in done.stdout + done.stderr
    assert b"ADMIN_TOKEN" in server.run("config", "print").stdout
    json.loads(server.run("config", "print", "--json").stdout)


def test_a_secret_from_a_file(make, tmp_path):
    file = tmp_path / "token"
    file.write_text("a-token-from-a-file-1234567890\n")
    server = make(ADMIN_TOKEN_FILE=str(file), ADMIN_HOST="0.0.0.0")
    done = server.run("config", "print")
    assert done.returncode == 0, done
    assert b"a-token-from-a-file" not in done.stdout


def test_config_file_in_the_folder_is_found(make):
    server = make()
    (server.folder / "lumbung.yaml").write_text("settings:\n  worker_count: 17\n")
    assert setting(server.run("config", "print").stdout.decode(), "WORKER_COUNT") == "17"


FAULTY = {
    "unknown key": ("settings:\n  worker_count: 5\n  worker_cuont: 6\n", 3, "worker_cuont"),
    "unknown top key": ("sources:\n  accurate: {}\nsorces: {}\n", 3, "sorces"),
    "wrong type": ("settings:\n  worker_count: many\n", 2, "worker_count"),
    "no number": ("settings:\n  worker_count: [5]\n", 2, "worker_count"),
    "unset name": ("destinations:\n  app:\n    url: https://${NOT_SET_ANYWHERE}/x\n", 3, "not_set_anywhere"),
    "missing destination": ("destinations:\n  app:\n    url: https://example.com\nroutes:\n  - from: accurate\n    to: [ap]\n", 6, "ap"),
    "missing source": ("routes:\n  - from: nobody\n    to: [log]\n", 2, "nobody"),
    "bad duration": ("destinations:\n  app:\n    url: https://example.com\n    timeout: soon\n", 4, "soon"),
    "bad url": ("destinations:\n  app:\n    url: ftp://example.com\n", 3, "url"),
    "not YAML": ("sources: {\n  accurate: [\n", None, ""),
    "a list at the top": ("- a\n- b\n", 1, ""),
    "twice": ("settings:\n  worker_count: 5\n  worker_count: 6\n", 2, "worker_count"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_config_check_names_file_and_line(make, name):
    text, line, word = FAULTY[name]
    server = make(config=text)
    for arguments in (("config", "check"), ("config", "check", str(server.config)), ("serve",)):
        done = server.run(*arguments)
        told = (done.stdout + done.stderr).decode()
        assert done.returncode == 78, told
        assert word in told.lower()
        if line is not None:
            assert f"test.yaml:{line}" in told, told
        assert "Fatal error" not in told


def test_config_check_of_a_good_file(make):
    server = make(config="""
settings:
  log_level: warning
sources:
  accurate: {}
  shop:
    id: json:/id
destinations:
  log:
    log: true
  app:
    url: http://127.0.0.1:9/hook
    allow_private: true
    timeout: 5s
routes:
  - from: accurate
    to: [log]
  - from: [accurate, shop]
    to: [app]
""")
    done = server.run("config", "check")
    assert done.returncode == 0, done


def test_an_empty_file_is_the_default(make):
    server = make(config="").start()
    assert server.post(event("plain")).status == 200
    server.completed("plain")
