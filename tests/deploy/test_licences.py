"""Which licences a dependency may have."""

from email.message import Message
from pathlib import Path

import pytest

from deploy.licences import is_allowed, locked_packages, stated_licences


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("MIT", True),
        ("MIT License", True),
        ("BSD-3-Clause AND Apache-2.0 AND MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("LGPL-3.0-or-later", False),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_a_statement_is_judged(statement: str, allowed: bool) -> None:
    assert is_allowed("some-package", [statement]) is allowed


def test_a_package_that_says_nothing_is_refused() -> None:
    assert not is_allowed("some-package", [])


def test_all_statements_must_be_acceptable() -> None:
    assert not is_allowed("some-package", ["MIT License", "GNU General Public License (GPL)"])


def test_the_lgpl_is_for_the_named_package_only_and_nothing_stricter() -> None:
    assert is_allowed("psycopg2-binary", ["LGPL with exceptions"])
    assert not is_allowed("psycopg2-binary", ["GPL-3.0-only"])
    assert not is_allowed("other", ["LGPL with exceptions"])


def test_the_spdx_expression_wins_over_classifiers_and_free_text() -> None:
    metadata = Message()
    metadata["Classifier"] = "License :: OSI Approved :: MIT License"
    metadata["License"] = "see the file"
    assert stated_licences(metadata) == ["MIT License"]
    metadata["License-Expression"] = "BSD-3-Clause"
    assert stated_licences(metadata) == ["BSD-3-Clause"]


def test_names_are_read_from_a_lock(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "# made by\nalpha==1.0 \\\n    --hash=sha256:00\n    # via\nbeta-two==2 ; python_version < '3.13' \\\n"
    )
    assert locked_packages(lock) == {"alpha", "beta-two"}
