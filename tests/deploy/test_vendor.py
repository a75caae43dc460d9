"""Files of others are served as they were taken, or the check fails."""

import hashlib
from pathlib import Path

import pytest

from deploy.vendor import VENDOR, find_faults


@pytest.fixture
def vendor(tmp_path: Path) -> Path:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "part.js").write_text("good()")
    write_list(tmp_path)
    return tmp_path


def write_list(folder: Path, licence: str = "MIT") -> None:
    digest = hashlib.sha512(b"good()").hexdigest()
    (folder / "vendor.toml").write_text(
        f'[[asset]]\nname = "Part"\nversion = "1"\nlicence = "{licence}"\nnpm = "part"\n'
        f'[asset.files]\n"part/part.js" = "{digest}"\n'
    )


def test_files_as_listed_pass(vendor: Path) -> None:
    assert find_faults(vendor) == []


def test_a_changed_file_is_found(vendor: Path) -> None:
    (vendor / "part" / "part.js").write_text("evil()")
    assert find_faults(vendor) == ["part/part.js is not the file that was listed (its SHA-512 differs)"]


def test_a_file_nobody_listed_is_found(vendor: Path) -> None:
    (vendor / "more.js").write_text("")
    assert find_faults(vendor) == ["more.js is not in vendor.toml"]


def test_a_missing_file_is_found(vendor: Path) -> None:
    (vendor / "part" / "part.js").unlink()
    assert find_faults(vendor) == ["part/part.js is listed but missing"]


def test_a_licence_that_is_not_allowed_is_found(vendor: Path) -> None:
    write_list(vendor, licence="GPL-3.0-only")
    assert find_faults(vendor) == ["Part has the licence GPL-3.0-only, which is not allowed"]


def test_the_files_we_serve_are_as_listed() -> None:
    assert find_faults(VENDOR) == []
