"""Starts the binary, and makes clients of any account."""

import os
import pathlib
import socket
import subprocess
import tempfile
import time
import urllib.request

import boto3
import botocore.config
import keys
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = os.environ.get("SEKISHO", str(ROOT / "target" / "debug" / "sekisho"))
A, B, C = "111111111111", "222222222222", "333333333333"
REGION = "us-east-1"
CALLED = set()
# The provider's schemas are built anew by every process that Terraform starts; a lazier collector takes a quarter off.
os.environ.setdefault("GOGC", "400")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A running `sekisho serve`."""

    def __init__(self, *args, port=None):
        self.port = port or free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen([BINARY, "serve", "--quiet", "--listen", f"127.0.0.1:{self.port}", *args])
        deadline = time.time() + 10
        while True:
            try:
                urllib.request.urlopen(f"{self.endpoint}/_sekisho/health", timeout=1).read()
                return
            except OSError:
                assert self.process.poll() is None, "the server has stopped"
                assert time.time() < deadline, "the server does not answer"
                time.sleep(0.01)

    def client(self, service, account=B, region=REGION, **credentials):
        credentials = credentials or {"aws_access_key_id": account, "aws_secret_access_key": "sekisho"}
        config = botocore.config.Config(signature_version="v4" if service != "s3" else "s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1})
        endpoint = self.endpoint
        if service == "s3control":
            # It puts the account before the host: through us as a proxy any host is ours.
            endpoint = "http://s3control.sekisho.invalid"
            config = config.merge(botocore.config.Config(proxies={"http": self.endpoint}))
        client = boto3.client(service, endpoint_url=endpoint, region_name=region, config=config, **credentials)
        client.meta.events.register("before-call", lambda model, **_: CALLED.add((service, model.name)))
        return client

    def as_session(self, service, answer):
        c = answer["Credentials"]
        return self.client(
            service,
            aws_access_key_id=c["AccessKeyId"],
            aws_secret_access_key=c["SecretAccessKey"],
            aws_session_token=c["SessionToken"],
        )

    def environment(self, account=B):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_"))}
        return env | {
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "sekisho",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
        }

    def stop(self, kill=False):
        self.process.kill() if kill else self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="session")
def server():
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def fresh():
    servers = []

    def start(*args, **kwargs):
        servers.append(Server(*args, **kwargs))
        return servers[-1]

    yield start
    for one in servers:
        if one.process.poll() is None:
            one.stop()


def pytest_configure(config):
    """Servers of debug builds note in a file which condition keys requests were given; workers have its name from who starts them."""
    if not hasattr(config, "workerinput"):
        os.environ["SEKISHO_KEYS_GIVEN"] = tempfile.mkstemp(prefix="sekisho-keys-")[1]


def pytest_addoption(parser):
    parser.addoption("--every-operation", action="store_true", help="fail when an operation that docs/operations.md lists is called by no test")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Each operation that the documentation lists is called by boto3 somewhere in this suite, and given the keys that it has."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        # A worker hands over what it called.
        output["called"] = sorted(CALLED)
    elif session.config.getoption("every_operation"):
        rows = [line.split("|") for line in (ROOT / "docs" / "operations.md").read_text().splitlines() if line.startswith("| `")]
        listed = {(r[1].strip().strip("`"), r[2].strip().strip("`")) for r in rows}
        session.config.never_called = sorted(listed - CALLED)
        session.config.wrong_keys = keys.wrong(pathlib.Path(os.environ["SEKISHO_KEYS_GIVEN"]).read_text())
        if session.config.never_called or session.config.wrong_keys:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    if missing := getattr(config, "never_called", None):
        terminalreporter.write_line(f"operations that no test calls: {missing}", red=True)
    for line in getattr(config, "wrong_keys", []):
        terminalreporter.write_line(line, red=True)


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        os.unlink(os.environ["SEKISHO_KEYS_GIVEN"])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    CALLED.update(tuple(c) for c in getattr(node, "workeroutput", {}).get("called", []))
