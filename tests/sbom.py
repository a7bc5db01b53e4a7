"""What a user installs: python -m tests.sbom [--out dist/sbom.json]

Installs the released extras into a fresh environment, writes its bill of materials (CycloneDX), prints the licence of
every package as its metadata name it, and asks an index of advisories about all of them. The status is 1 where a
package has an advisory, and 2 where no index could be asked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
RELEASED: Final = ".[io,inference,notebook,pdf]"
TOOLS: Final = frozenset({"pip", "setuptools", "wheel"})  # of the environment, not of stfit


def bill_of_materials(folder: Path) -> dict[str, Any]:
    """The CycloneDX document of a fresh environment in `folder` with all that is released."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", RELEASED], cwd=ROOT, check=True)
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--pyproject", "pyproject.toml"]
    written = subprocess.run(
        [*command, "--mc-type", "library", "--output-reproducible", str(python)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    document: dict[str, Any] = json.loads(written.stdout)
    document["components"] = [entry for entry in document["components"] if entry["name"] not in TOOLS]
    return document


def licence_of(component: dict[str, Any]) -> str:
    """The licence that the metadata of a component name, as an SPDX expression where they have one; "" for none."""
    said = [entry.get("expression") or _named(entry.get("license", {})) for entry in component.get("licenses", ())]
    return next((words for words in said if words), "")


def _named(licence: dict[str, Any]) -> str:
    """The identifier of a licence, or its name."""
    return str(licence.get("id") or licence.get("name", "")).strip().removeprefix("License :: OSI Approved :: ")


def audited(folder: Path) -> int:
    """0 where no package has an advisory, 1 where one has, 2 where no index could be asked; all is said."""
    (packages,) = folder.glob("lib/python3*/site-packages")
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--progress-spinner",
        "off",
        "--format",
        "json",
        "--path",
        str(packages),
    ]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        entries = json.loads(asked.stdout)["dependencies"]
    except ValueError:
        entries = []
    known = [entry for entry in entries if "vulns" in entry]
    if not known:
        print("advisories: no index could be asked (pip-audit needs pypi.org or osv.dev)")
        return 2
    found = [(entry["name"], entry["version"], vuln["id"]) for entry in known for vuln in entry["vulns"]]
    print(f"advisories: {len(found)} in {len(known)} packages of {len(entries)}", *found, sep="\n  ")
    return int(bool(found))


def main() -> int:
    """Write the document; what the audit found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "sbom.json")
    out: Path = parser.parse_args().out
    with TemporaryDirectory() as folder:
        document = bill_of_materials(Path(folder))
        advised = audited(Path(folder))
    licences = {f"{entry['name']} {entry['version']}": licence_of(entry) for entry in document["components"]}
    for package, licence in sorted(licences.items()):
        print(f"{package:40} {licence or 'none named; see its files'}")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"{len(licences)} packages: {out}")
    return advised


if __name__ == "__main__":
    sys.exit(main())
