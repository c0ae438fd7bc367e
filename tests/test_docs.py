"""What the documentation says is there, is there; what runs there, runs."""

import ast
import inspect
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

import kairo_hero.definitions
import kairo_pipelines.definitions
from kairo_api.settings import ApiSettings
from kairo_cli.settings import CliSettings
from kairo_hero.learning.settings import LearningSettings
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.settings import HeroSettings
from kairo_pipelines.connectors.connector import Connector
from kairo_pipelines.connectors.registry import CONNECTORS
from kairo_pipelines.embedding_endpoint import EmbeddingSettings
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import TABLES
from kairo_pipelines.settings import EnvironmentSettings, PipelineSettings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
CONNECTORS_PAGE, CHECKS_PAGE, RUNNING_PAGE = (
    (DOCS / name).read_text(encoding="utf-8") for name in ("connectors.md", "checks.md", "running.md")
)
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]

SETTINGS: list[type[EnvironmentSettings]] = [
    PipelineSettings,
    EmbeddingSettings,
    HeroSettings,
    LearningSettings,
    ModelSettings,
    ApiSettings,
    CliSettings,
    *(connector.settings_class for connector in CONNECTORS if connector.settings_class),
]
#: Where a failure gets its name, by the first argument.
NAMING = {"Failure", "UnreadableBody", "_Refused", "_failed", "told"}
FAILURES = CONNECTORS_PAGE.partition("## Failures by name")[2]


def code_of(page: str) -> list[str]:
    """The blocks of Python on a page."""
    return re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def without_code(page: str) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", page, flags=re.DOTALL | re.MULTILINE)


def first_cells(page: str) -> str:
    """The first column of every table."""
    return "\n".join(line.split("|")[1] for line in page.splitlines() if line.startswith("|"))


def quoted(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def sources() -> Iterator[ast.Module]:
    """What fetches and what reads."""
    for folder in ("capture", "connectors"):
        for file in sorted((ROOT / "kairo_pipelines" / folder).glob("*.py")):
            yield ast.parse(file.read_text(encoding="utf-8"))


def named_failures() -> set[str]:
    """The failures that the code names outright, and not by way of a table."""
    calls = (node for source in sources() for node in ast.walk(source) if isinstance(node, ast.Call) and node.args)
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in NAMING
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def strings() -> set[str]:
    nodes = (node for source in sources() for node in ast.walk(source))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


# --- running.md -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", dict.fromkeys(SETTINGS), ids=lambda kind: kind.__name__)
def test_every_setting_is_described(kind):
    variables = {str(field.alias) for field in kind.model_fields.values()}
    assert variables - quoted(first_cells(RUNNING_PAGE)) == set()


def test_no_setting_is_described_that_there_is_not():
    described = {name for name in quoted(first_cells(RUNNING_PAGE)) if re.fullmatch(r"[A-Z][A-Z_]+", name)}
    assert described == {str(field.alias) for kind in SETTINGS for field in kind.model_fields.values()}


@pytest.mark.parametrize("kind", dict.fromkeys(SETTINGS), ids=lambda kind: kind.__name__)
def test_the_described_default_of_a_number_is_the_default(kind):
    rows = [line.split("|") for line in RUNNING_PAGE.splitlines() if line.startswith("| `")]
    described = {names[1].strip().strip("`"): names[2].strip().strip("`") for names in rows}
    for field in kind.model_fields.values():
        if type(field.default) in (int, float) and str(field.alias) in described:
            assert described[str(field.alias)] == f"{field.default:.10g}"


def test_all_that_runs_by_itself_is_described():
    for location in (kairo_pipelines.definitions, kairo_hero.definitions):
        defs = location.build_defs()
        names = {one.name for one in (*(defs.sensors or ()), *(defs.schedules or ()))}
        assert names - quoted(first_cells(RUNNING_PAGE)) == set()


# --- connectors.md --------------------------------------------------------------------------------


@pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.__name__)
def test_every_platform_and_surface_type_is_described(connector):
    table = CONNECTORS_PAGE.partition("## What there is")[2].partition("\n## ")[0]
    assert {connector.platform, *connector.surface_types} - quoted(table) == set()


def test_every_failure_that_the_code_names_is_explained():
    assert named_failures() - quoted(first_cells(FAILURES)) == set()


def test_every_failure_that_is_explained_is_in_the_code():
    assert quoted(first_cells(FAILURES)) - {"error_kind"} - strings() == set()


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> type[Connector]:
    """The connector of the page, where its file would be."""
    connector, _ = code_of(CONNECTORS_PAGE)
    module = types.ModuleType("kairo_pipelines.connectors.lobsters")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(connector, "docs/connectors.md", "exec"), vars(module))
    found: type[Connector] = module.Lobsters
    return found


def test_the_example_is_a_whole_connector(example):
    assert not inspect.isabstract(example)
    assert example.surface_types
    assert example.settings_class
    assert example.platform not in {connector.platform for connector in CONNECTORS}


def test_the_tests_of_the_example_pass(example):
    _, written = code_of(CONNECTORS_PAGE)
    names: dict[str, object] = {"__name__": "test_lobsters"}
    exec(compile(written, "docs/connectors.md", "exec"), names)
    tests = [test for name, test in names.items() if name.startswith("test_") and callable(test)]
    assert len(tests) == 3
    for test in tests:
        test()


def test_the_line_that_registers_the_example_reads_like_those_that_there_are(example):
    registry = (ROOT / "kairo_pipelines/connectors/registry.py").read_text(encoding="utf-8")
    assert all(f"\n    {connector.__name__},\n" in registry for connector in CONNECTORS)
    assert f"\n    {example.__name__},\n" in CONNECTORS_PAGE


# --- checks.md ------------------------------------------------------------------------------------


def test_every_check_is_listed_and_has_a_section():
    locations = (kairo_pipelines.definitions, kairo_hero.definitions)
    checks = {key.name for one in locations for key in one.build_defs().resolve_asset_graph().asset_check_keys}
    assert checks <= quoted(first_cells(CHECKS_PAGE))
    assert checks <= {title.strip() for title in re.findall(r"^## (.+)$", CHECKS_PAGE, re.MULTILINE)}


def test_the_queries_run(tmp_path, monkeypatch, capsys):
    lake = Lake(str(tmp_path / "var/lake"))
    for table in TABLES:
        lake.replace_slice(Slice(table), table.rows([]))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = code_of(CHECKS_PAGE)
    for block in blocks:
        exec(compile(block, "docs/checks.md", "exec"), names)
    assert capsys.readouterr().out.count("0 rows") == sum(".show(" in block for block in blocks)


# --- links ----------------------------------------------------------------------------------------


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", without_code(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = without_code(page.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


def test_every_page_can_be_reached():
    linked = {page.resolve() for page in PAGES[:2]}
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#\s]+)", without_code(page.read_text(encoding="utf-8"))):
            target = (page.parent / link).resolve()
            linked |= set(target.glob("*.md")) if target.is_dir() else {target}
    assert {page.resolve() for page in PAGES} <= linked
