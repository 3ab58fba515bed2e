"""The configurations that `crates/sekisho/tests/repair.rs` broke at random and had repaired deliver through the real Terraform, too.

That test leaves them in `target/tmp/repaired`, some 180 of its 200 tries: the others took away what was not needed. One takes
Terraform ten seconds and more, so a run takes a few of them, evenly spread; `SEKISHO_TRIES=all` takes all.
"""

import os

import pytest
from conftest import BINARY, ROOT
from test_cli import plugins, run, without_terraform

REPAIRED = ROOT / "target" / "tmp" / "repaired"
FEW = 4


def chosen():
    every = sorted(REPAIRED.glob("[0-9]*"))
    wanted = os.environ.get("SEKISHO_TRIES", str(FEW))
    if wanted == "all" or not every:
        return every
    step = max(1, len(every) // int(wanted))
    return every[::step][: int(wanted)]


@pytest.mark.parametrize("infra", chosen() or [None], ids=lambda p: p and p.name)
def test_a_repaired_try_delivers_by_terraform(infra):
    without_terraform()
    assert infra, f"{REPAIRED} is empty: `cargo test -p sekisho --test repair` fills it"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment |= {"TF_CLI_CONFIG_FILE": os.devnull, "TF_CLI_ARGS_init": f"-plugin-dir={plugins()}"}
    done = run([BINARY, "rehearse", "-q", "--with", "terraform", str(infra)], environment)
    assert done.returncode == 0, done.stdout + done.stderr
