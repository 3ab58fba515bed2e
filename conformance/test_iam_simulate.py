"""Random cases, decided here and by an independent evaluator that runs as a process of its own."""

import os
import pathlib
import shutil
import subprocess

import pytest

from conftest import BINARY

FOLDER = pathlib.Path(__file__).resolve().parent / "iam-simulate"


def test_an_independent_evaluator_agrees():
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("NOT RUN: node and npm are not here; the comparison with iam-simulate needs them")
    if not (FOLDER / "node_modules").exists():
        install = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"], cwd=FOLDER, capture_output=True, text=True)
        if install.returncode != 0:
            pytest.skip(f"NOT RUN: npm cannot install iam-simulate: {install.stderr.strip()[-200:]}")
    count = os.environ.get("SEKISHO_CASES", "3000")
    result = subprocess.run(["node", "compare.mjs", count, "20261123"], cwd=FOLDER, capture_output=True, text=True, env=os.environ | {"SEKISHO": BINARY})
    assert result.returncode == 0, result.stdout + result.stderr[-4000:]
