"""What lies in the repository for those who install the addons is what its sources say."""

import ast
import configparser
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dev import addons, docs, guide, readme

ROOT = Path(__file__).parents[2]
MANIFESTS = addons.ours()
VERSION = re.compile(r"19\.0\.\d+\.\d+\.\d+\Z")


def requirements() -> dict[str, Requirement]:
    lines = (line.partition("#")[0].strip() for line in
             (ROOT / "requirements.txt").read_text().splitlines())  # fmt: skip
    found = [Requirement(line) for line in lines if line]
    return {canonicalize_name(one.name): one for one in found}


def test_pages_and_guides_are_what_their_sources_say():
    assert docs.outdated() == [], "run 'python3 -m dev docs'"


@pytest.mark.parametrize("name", MANIFESTS)
def test_an_addon_is_packaged(name):
    folder, manifest = ROOT / name, MANIFESTS[name]
    assert VERSION.match(manifest["version"])
    assert 'build-backend = "whool.buildapi"' in (folder / "pyproject.toml").read_text()
    for fragment in ("DESCRIPTION", "USAGE", "HISTORY", "CONTRIBUTORS"):
        assert readme.fragment(folder, fragment), f"{name}/readme/{fragment}.rst"
    assert (folder / "static" / "description" / "icon.png").stat().st_size > 1000
    pictures = re.findall(r"image:: (static/\S+)", readme.readme(folder, manifest))
    # What shares the work among machines, or fills in figures, has no screen of its own.
    assert pictures or name in ("mail_center_queue_job", "mail_center_mass_mailing")
    assert all((folder / picture).exists() for picture in pictures)
    newest = readme.fragment(folder, "HISTORY").splitlines()[0]
    assert newest == manifest["version"], "the newest version in HISTORY.rst is the manifest's"


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_wheel_asks_for_the_packages_that_requirements_txt_names(name):
    wanted = set(MANIFESTS[name].get("external_dependencies", {}).get("python", []))
    ranges = configparser.ConfigParser()
    ranges.read_string(
        "".join(
            line for line in (ROOT / name / "pyproject.toml").read_text().splitlines(True)
            if not line.startswith(("#", "requires = ["))
        )
    )
    section = "tool.whool.external_dependencies_override.python"
    given = dict(ranges[section]) if ranges.has_section(section) else {}
    assert set(given) == wanted
    for value in given.values():
        requirement = Requirement(ast.literal_eval(value))
        assert requirement == requirements()[canonicalize_name(requirement.name)]


def test_every_requirement_is_some_addons():
    wanted = {
        canonicalize_name(name)
        for manifest in MANIFESTS.values()
        for name in manifest.get("external_dependencies", {}).get("python", [])
    }
    assert wanted == set(requirements())


def test_pictures_and_links_of_the_guides_lead_somewhere():
    missing = []
    for page in guide.TARGET.rglob("*.html"):
        for target in re.findall(r'(?:src|href)="([^"]+)"', page.read_text()):
            if not re.match(r"(https?:|mailto:|#)", target):
                file = page.parent / target.partition("#")[0]
                if not file.exists():
                    missing.append(f"{page.relative_to(guide.TARGET)}: {target}")
    assert missing == []
