"""The house rules that a machine can hold: which room may know which, and one door a library."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "ltvkit"
MODULES = sorted(SOURCE.rglob("*.py"))

GROUND = {
    "errors",
    "snapshot",
    "shop_clock",
    "contracts",
    "consent",
    "deciles",
    "schemas",
    "files",
    "groups",
    "log_facts",
    "progress",
    "panel",
    "past_dates",
    "runs",
    "run_facts",
    "units",
    "wording",
    "_version",
}
MAY_IMPORT = {
    "data": set(),
    "features": {"data"},
    "models": set(),
    "evaluation": set(),
    "economics": set(),
    "audience": set(),
    "monitoring": set(),
    "report": {"audience", "economics"},
    "tracking": {"models", "data"},
}
"""Beside the ground and itself; the rest (pipeline, app, cli, config, terminal) are roots."""

PARTS: dict[str, dict[str, set[str]]] = {
    "data": {
        "simulator": set(),
        "reading": set(),
        "cleaning": {"reading"},
        "first_guess": {"reading", "cleaning"},
        "tables": {"reading"},
        "checks": {"reading", "cleaning", "tables"},
    },
    "economics": {
        "acquisition": set(),
        "value": set(),
        "profitability": {"value"},
        "channels": {"acquisition", "value", "profitability"},
        "shop": {"acquisition", "value", "profitability"},
    },
    "models": {
        "btyd": set(),
        "learners": set(),
        "horizon": {"btyd"},
        "total": {"btyd", "horizon"},
        "contracts": {"total"},
    },
    "pipeline": {
        "inputs": set(),
        "modelling": {"inputs"},
        "valuation": set(),
        "unit_economics": {"inputs"},
        "decisions": {"inputs", "valuation", "unit_economics"},
        "run_folder": {"inputs", "modelling", "unit_economics", "decisions"},
    },
}
"""The folders of a room, each with those it may import beside itself and what all stand on."""

ALL_STAND_ON = {
    "data": {"beginning", "clock", "samples"},
    "economics": {"inputs", "ratios"},
    "models": {"_likelihood", "_rows", "_state"},
    "pipeline": set(),
}

DOORS = {
    "mlflow": {"tracking"},
    "lightgbm": {"models/learners/boosted.py"},
    "lifetimes": {"models/btyd/from_lifetimes.py"},
    "typer": {"cli.py"},
    "pydantic": {"config"},
    "ibis": {"data", "features"},
    "duckdb": {"data", "features"},
    "filelock": {"files.py"},
    "vl_convert": {"report"},
    "jinja2": {"report"},
    "xlsxwriter": {"audience/spreadsheets.py"},
    "python_calamine": {"data/reading/workbooks.py"},
    "phonenumbers": {"audience/uploads/phones.py"},
    "streamlit": {"app"},
}


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def place_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_the_ground_and_what_lies_before_it(room):
    allowed = GROUND | MAY_IMPORT[room] | {room}
    wrong = {
        f"{place_of(path)} imports {name}"
        for path in (SOURCE / room).rglob("*.py")
        for name in imports_of(path)
        if name.startswith("ltvkit.") and name.split(".")[1] not in allowed | {"__version__"}
    }
    assert not wrong


@pytest.mark.parametrize(("room", "part"), [(room, part) for room in PARTS for part in PARTS[room]])
def test_a_part_of_a_room_imports_only_those_that_lie_before_it(room, part):
    allowed = ALL_STAND_ON[room] | PARTS[room][part] | {part}
    wrong = {
        f"{place_of(path)} imports {name}"
        for path in (SOURCE / room / part).rglob("*.py")
        for name in imports_of(path)
        if name.startswith(f"ltvkit.{room}.") and name.split(".")[2] not in allowed
    }
    assert not wrong


@pytest.mark.parametrize("room", sorted(PARTS))
def test_what_all_parts_of_a_room_stand_on_imports_none_of_them(room):
    wrong = {
        f"{name} imports {imported}"
        for name in ALL_STAND_ON[room]
        for imported in imports_of(SOURCE / room / f"{name}.py")
        if imported.startswith(f"ltvkit.{room}.") and imported.split(".")[2] in PARTS[room]
    }
    assert not wrong


@pytest.mark.parametrize("room", sorted(PARTS))
def test_every_part_of_a_room_has_a_rule(room):
    assert {path.parent.name for path in (SOURCE / room).glob("*/__init__.py")} == set(PARTS[room])


@pytest.mark.parametrize("room", sorted(PARTS))
def test_no_part_of_a_room_may_know_one_that_stands_after_it(room):
    parts = list(PARTS[room])
    assert all(PARTS[room][part] <= {*parts[:place]} for place, part in enumerate(parts))


def test_only_the_command_line_knows_the_page():
    users = {
        place_of(path)
        for path in MODULES
        if any(name.startswith("ltvkit.app") for name in imports_of(path))
    }
    assert {user for user in users if not user.startswith("app/")} == {"cli.py"}


def test_the_ground_imports_nothing_of_ours_but_the_ground():
    wrong = {
        f"{module} imports {name}"
        for module in GROUND
        for name in imports_of(SOURCE / f"{module}.py")
        if name.startswith("ltvkit.") and name.split(".")[1] not in GROUND
    }
    assert not wrong


@pytest.mark.parametrize("library", sorted(DOORS))
def test_a_heavy_library_has_one_door(library):
    users = {
        place_of(path)
        for path in MODULES
        if any(name == library or name.startswith(f"{library}.") for name in imports_of(path))
    }
    doors = DOORS[library]
    wrong = {
        user for user in users if not any(user == d or user.startswith(f"{d}/") for d in doors)
    }
    assert not wrong
    assert users, f"{library} is imported nowhere: drop it from the dependencies"


def test_nothing_reads_the_clock_but_the_run_that_is_timed():
    clocks = ("time.time(", "datetime.now(", "date.today(", "utcnow(")
    users = {
        place_of(path)
        for path in MODULES
        if any(clock in path.read_text(encoding="utf-8") for clock in clocks)
    }
    assert users <= {"pipeline/train.py", "pipeline/score.py", "pipeline/run_folder/write.py"}


def test_nothing_that_is_loaded_is_a_pickle():
    words = ("pickle", "joblib", "dill", "cloudpickle")
    users = {
        place_of(path)
        for path in MODULES
        for name in imports_of(path)
        if name.split(".")[0] in words
    }
    assert not users
