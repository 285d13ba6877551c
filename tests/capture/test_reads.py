"""Which files cells name: literals and plain joins, read without running anything."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackside.capture.reads import MOST, is_plausible, named_files


def names(*cells: str) -> list[str]:
    return [named.text for named in named_files(cells)]


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["pd.read_csv('data/train.csv')"], ["data/train.csv"]),
        (["from pathlib import Path\nopen(Path('data', 'a.csv'))"], ["data/a.csv"]),
        (["DATA = Path('data')", "load(DATA / 'raw' / 'a.csv')"], ["data/raw/a.csv"]),
        (["DATA = 'data'\npd.read_csv(os.path.join(DATA, 'a.csv'))"], ["data/a.csv"]),
        (["DATA = 'data'\npd.read_csv(f'{DATA}/a.csv')\npd.read_csv(DATA + '/b.csv')"], ["data/a.csv", "data/b.csv"]),
        (["def load():\n    return pd.read_csv(SOURCE)", "SOURCE = 'a.csv'", "load()"], ["a.csv"]),
        (["SOURCE = 'a.csv'", "SOURCE = 'b.csv'\nread(SOURCE)"], ["a.csv", "b.csv"]),
        (["config = {'train.csv': 'data/train.csv'}"], ["data/train.csv"]),
        (["for name in ['a.csv', 'b.csv']:\n    pd.read_csv(name)"], ["a.csv", "b.csv"]),
        (["glob.glob('images/*.png')"], ["images"]),
        (["pd.read_csv(f'data/{split}.csv')"], ["data"]),
        (
            ["D = Path('data')\npd.read_csv(D / split / 'a.csv')\nopen(f'{D}/{x}')\nload(os.path.join('d', x))"],
            ["data", "d"],
        ),
        (["read(['a.csv'] + ['b.csv'])"], ["a.csv", "b.csv"]),
        (["os.listdir('images')", "ImageFolder(root='photos')"], ["images", "photos"]),
        (["A, B = 'a.csv', 'b.csv'", "if A:\n    C = 'c.csv'\nopen(B), open(C)"], ["a.csv", "b.csv", "c.csv"]),
        (["kept = 'data/kept.csv'"], ["data/kept.csv"]),
        (["%time frame = pd.read_csv('a.csv')\n!rm a\n%matplotlib inline"], ["a.csv"]),
        (["Path('a.json').read_text()", "gzip.open('a.gz', 'rb')"], ["a.json", "a.gz"]),
    ],
)
def test_what_a_cell_reads_is_named(cells: list[str], wanted: list[str]) -> None:
    assert names(*cells) == wanted


@pytest.mark.parametrize(
    "cell",
    [
        "frame.to_csv('out.csv')",
        "OUT = 'out.csv'\nframe.to_csv(OUT)",
        "open('out.txt', 'w').write('a.b')",
        "with Path('out.txt').open(mode='a') as file: pass",
        "gzip.open('out.gz', 'wt')",
        "Path('out.txt').write_text(text)",
        "plt.savefig('out.png')\njoblib.dump(model, 'out.joblib')\nos.makedirs('out/x')",
        "trackside.log_artifact('model.joblib')",
        "IMAGES = Path() / 'out' / 'images'\nIMAGES.mkdir()\npath = IMAGES / f'{name}.png'\nplt.savefig(path)",
        "train(output_dir='out', save_path='out/model.bin', log_file='out.log')",
        "urlretrieve(address + 'out.csv', 'out.csv')",
    ],
)
def test_what_a_cell_only_writes_is_no_input(cell: str) -> None:
    assert [name for name in names(cell) if "out" in name or "model" in name] == []


@pytest.mark.parametrize(
    "cell",
    [
        "'''A text. With data.csv in it'''",
        "frame['price.eur']",
        "split = 'train'\nprint(split, 'data')",
        "requests.get('https://example.org/a.csv')",
        "x = ''\ny = ' a.csv'\nz = 'a\\nb.csv'\nw = 'a\\0.csv'\nv = '..'",
        "%%bash\ncat data/train.csv",
        "this is no Python at all 'a.csv'",
        "f'{a}/{b}.csv'",
        "sys.path.append('../lib')",
        "os.path.exists('data.csv') and print(f'see data/{name}.csv', 'data.csv' + name)",
    ],
)
def test_what_names_no_file_is_passed_over(cell: str) -> None:
    assert names(cell) == []


def test_names_from_before_the_run_are_known_and_count_only_where_they_are_used() -> None:
    earlier = ["DATA = 'old'", "DATA = 'data'\nSOURCE = 'a.csv'\nUNUSED = 'b.csv'\nopen('c.csv')", "bad syntax ="]

    def found(*cells: str) -> list[str]:
        return [named.text for named in named_files(cells, earlier)]

    assert found("open(DATA + '/x.csv')") == ["data/x.csv"]
    assert found("SOURCE = 'new.csv'\nopen(SOURCE)") == ["new.csv"]
    assert found("SOURCE = choose()\nopen(SOURCE)") == []
    assert found("x = 1") == []


def test_a_file_that_is_read_and_written_is_named() -> None:
    assert names("frame = pd.read_csv('a.csv')\nframe.to_csv('a.csv')") == ["a.csv"]


def test_ten_thousand_texts_are_soon_read_and_more_are_not_kept() -> None:
    cell = "x = [" + ",".join(f"'file{number}.csv'" for number in range(12_000)) + "]"
    begun = time.monotonic()
    assert len(names(cell)) == 12_000
    assert time.monotonic() - begun < 5
    assert len(names(cell, cell.replace("file", "other"))) == MOST


def test_machine_made_cells_that_nest_deep_do_not_stop_the_reading() -> None:
    chain = "if x == 0: pass\n" + "".join(f"elif x == {number}: y = 'b.csv'\n" for number in range(500))
    assert names(chain) == ["b.csv"]
    assert names("x = " + " + ".join(["'a'"] * 3_000), "y = " + "[" * 80 + "'a.csv'" + "]" * 80) == ["a.csv"]


@given(st.text(max_size=200), st.text(max_size=60))
def test_no_source_makes_it_fail(source: str, text: str) -> None:
    named_files([source, f"p = {text!r}\nopen(p)\nPath({text!r}) / p", source])
    assert all(is_plausible(named.text) for named in named_files([f"read({text!r})"]))
