"""Checks the third-party files served from static/vendor: ``python deploy/vendor.py check`` (part of ``make check``).

``vendor.toml`` there names each asset with its version, licence and npm package, and the SHA-512 of each of its files.
A file that is changed, missing or not listed fails the check, so nobody can slip one in or patch one quietly.
"""

import hashlib
import sys
import tomllib
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
LIST = "vendor.toml"
FIELDS = {"name", "version", "licence", "npm", "files"}
ALLOWED_LICENCES = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "OFL-1.1"}


def find_faults(folder: Path) -> list[str]:
    """What is wrong with the folder, one sentence each; empty when all is well."""
    assets: list[dict[str, Any]] = tomllib.loads((folder / LIST).read_text()).get("asset", [])
    faults = [fault for asset in assets for fault in _faults_of_entry(asset)]
    listed: dict[str, str] = {}
    for asset in assets:
        listed |= asset.get("files", {})
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()} - {LIST}
    faults += [f"{name} is not in {LIST}" for name in sorted(present - listed.keys())]
    faults += [f"{name} is listed but missing" for name in sorted(listed.keys() - present)]
    faults += [
        f"{name} is not the file that was listed (its SHA-512 differs)"
        for name in sorted(present & listed.keys())
        if hashlib.sha512((folder / name).read_bytes()).hexdigest() != listed[name]
    ]
    return faults


def _faults_of_entry(asset: dict[str, Any]) -> list[str]:
    name = asset.get("name", "an asset")
    if missing := FIELDS - asset.keys():
        return [f"{name} does not state its {', '.join(sorted(missing))}"]
    if asset["licence"] not in ALLOWED_LICENCES:
        return [f"{name} has the licence {asset['licence']}, which is not allowed"]
    return []


def main() -> int:
    if sys.argv[1:] != ["check"]:
        print("usage: python deploy/vendor.py check", file=sys.stderr)
        return 2
    faults = find_faults(VENDOR)
    for fault in faults:
        print(f"static/vendor: {fault}")
    print(f"vendored assets: {'not as listed' if faults else 'as listed'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
