"""Which condition keys requests are given, compared with IAM's reference data: see `keys.txt`."""

import collections
import fnmatch
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
PREFIXES = {"accessanalyzer": "access-analyzer"}


def listed():
    """Each (action, key) of the services that are here."""
    for path in sorted((ROOT / "crates" / "model" / "data").glob("*.iam.json")):
        name = path.name.removesuffix(".iam.json")
        data = json.loads(path.read_text())
        for action, about in data["actions"].items():
            of_resources = [data["resourceKeys"].get(kind, []) for kind in about["resources"]]
            for key in {*about["keys"]}.union(*of_resources):
                yield f"{PREFIXES.get(name, name)}:{action}", key


def exempt():
    """The lines of `keys.txt`: patterns of an action and of a key."""
    lines = (pathlib.Path(__file__).parent / "keys.txt").read_text().splitlines()
    return [tuple(part.strip() for part in line.split("|"))[:2] for line in lines if line and not line.startswith("#")]


def wrong(noted):
    """What is not as `keys.txt` says, of the actions that were decided; `noted` has a line `action key` for each pair."""
    given = collections.defaultdict(set)
    for line in noted.splitlines():
        action, key = line.split(" ", 1)
        given[action].add(key)

    def is_given(action, key):
        start = re.split("[$<]", key.lower())[0].removesuffix("tag-key")
        return any(have == key.lower() or (start != key.lower() and have.startswith(start)) for have in given[action])

    lines, used, lacking = exempt(), set(), []
    for action, key in sorted(set(listed())):
        if action not in given or is_given(action, key):
            continue
        about = [line for line in lines if fnmatch.fnmatchcase(action, line[0]) and fnmatch.fnmatchcase(key, line[1])]
        used.update(about)
        if not about:
            lacking.append(f"no request for {action} is given {key}")
    return lacking + [f"keys.txt: {action} | {key} is about nothing" for action, key in lines if (action, key) not in used]
