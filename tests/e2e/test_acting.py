"""Compare, delete and bring back, with mouse and with keys alone."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Project
from .jupyter import Jupyter
from .pages import LabPage
from .runs import add_figure_run, add_three

#: Both in one moment: the page may still scroll to them.
PLACES = """async images => {
  await Promise.all(images.map(image => image.decode()));
  return images.map(image => image.getBoundingClientRect().toJSON());
}"""


def test_two_runs_are_compared(lab: LabPage, project: Project, server: Jupyter) -> None:
    add_three(server, project)
    lab.open(project.name)
    panel = lab.show_panel()
    for name in ("calm-otter-3f", "keen-hawk-c2"):
        panel.get_by_role("row").filter(has_text=name).hover()
        panel.get_by_role("checkbox", name=f"Select {name}").click()
    panel.get_by_role("toolbar", name="Selected runs").get_by_role("button", name="Compare").click()
    expect(lab.page.get_by_role("heading", name="2 runs compared")).to_be_visible()
    differences = lab.page.locator(".ts-lab-tab table").first
    expect(differences.get_by_text("val_acc")).to_be_visible()
    for text in ("lr", "0.1", "0.3"):
        expect(differences.get_by_text(text, exact=True).first).to_be_visible()


def test_figures_of_two_runs_stand_side_by_side(lab: LabPage, project: Project, server: Jupyter) -> None:
    runs = [add_figure_run(server, project, name, at + 1) for at, name in enumerate(("calm-otter-3f", "keen-hawk-c2"))]
    lab.open(project.name)
    place = server.ask(f"trackside/api/place?path={project.name}")["id"]
    lab.command("trackside:compare", {"place": place, "runs": runs})
    expect(lab.page.get_by_role("heading", name="2 runs compared")).to_be_visible()
    lab.page.locator(".ts-lab-tab").get_by_text("Figures", exact=True).first.click()
    figures = lab.page.locator(".ts-lab-tab img")
    expect(figures).to_have_count(2)
    left, right = figures.evaluate_all(PLACES)
    assert right["x"] > left["x"] and abs(right["y"] - left["y"]) < 20


def test_a_deleted_run_comes_back(lab: LabPage, project: Project, server: Jupyter) -> None:
    add_three(server, project)
    lab.open(project.name)
    row = lab.show_panel().get_by_role("row").filter(has_text="quiet-wren-9a")
    row.click(button="right")
    lab.page.get_by_role("menuitem", name="Delete").click()
    expect(row).to_have_count(0)
    assert "quiet-wren-9a" not in project.experiments()
    lab.page.get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)
    assert "quiet-wren-9a" in project.experiments()


def test_a_run_is_opened_with_keys_alone(lab: LabPage, project: Project, server: Jupyter) -> None:
    add_three(server, project)
    lab.open(project.name)
    panel = lab.show_panel()
    expect(panel.get_by_role("row")).to_have_count(3)
    panel.get_by_role("grid", name="Runs").focus()
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("Enter")
    expect(lab.page.get_by_role("tab", name="quiet-wren-9a")).to_be_visible()


def test_tabs_of_a_project_that_is_gone_name_it_and_say_what_to_do(
    lab: LabPage, project: Project, server: Jupyter
) -> None:
    add_three(server, project)
    place = server.ask(f"trackside/api/place?path={project.name}")["id"]
    lab.open(project.name, workspace="gone")
    lab.command("trackside:open-table", {"place": place, "path": project.name})
    expect(lab.page.get_by_role("tab", name=f"Experiments: {project.name}")).to_be_visible()
    lab.wait_for_layout("gone")
    away = project.path.rename(project.path.with_name(f"{project.name}-moved"))
    lab.open(workspace="gone", reset=False)
    face = lab.page.locator(".ts-lab-tab .ts-face")
    expect(face).to_contain_text(f"The project {project.name} is not found")
    away.rename(project.path)
    face.get_by_role("button", name="Look again").click()
    expect(lab.page.locator(".ts-lab-tab .ts-row").first).to_be_visible()


def test_the_notebook_of_a_run_is_shown_read_only_and_not_written(
    lab: LabPage, project: Project, server: Jupyter
) -> None:
    add_three(server, project)
    before = project.git("status", "--porcelain")
    lab.open(project.name)
    row = lab.show_panel().get_by_role("row").filter(has_text="keen-hawk-c2")
    row.click(button="right")
    lab.page.get_by_role("menuitem", name="Notebook as it was").click()
    expect(lab.page.get_by_role("tab", name="keen-hawk-c2.ipynb")).to_be_visible()
    expect(lab.page.locator(".jp-Notebook .jp-Cell").first).to_be_visible()
    assert project.git("status", "--porcelain") == before


def test_a_view_that_is_seldom_opened_comes_when_it_is_and_a_second_time_when_it_did_not(
    lab: LabPage, project: Project, server: Jupyter
) -> None:
    runs = add_three(server, project)
    loaded: list[str] = []
    lab.page.on("request", lambda request: loaded.append(request.url.rpartition("/")[2].partition(".")[0]))
    lab.open(project.name)
    expect(lab.show_panel().get_by_role("row")).to_have_count(3)
    assert "seldom" not in loaded
    place = server.ask(f"trackside/api/place?path={project.name}")["id"]
    # A server that is gone, and is there again.
    lab.page.route("**/static/seldom.*", lambda route: route.abort())
    lab.command("trackside:compare", {"place": place, "runs": runs[:2]})
    face = lab.page.locator(".ts-lab-tab").get_by_role("alert")
    expect(face).to_contain_text("This view could not be loaded.")
    with lab.page.expect_event("requestfailed", lambda request: "/static/seldom." in request.url):
        face.get_by_role("button", name="Try again").click()
    expect(face).to_be_visible()
    lab.page.unroute("**/static/seldom.*")
    face.get_by_role("button", name="Try again").click()
    expect(lab.page.get_by_role("heading", name="2 runs compared")).to_be_visible()
    assert loaded.count("seldom") == 3
    for command, asked, name in (
        ("trackside:promote", {"place": place, "run": runs[0]}, "Promote calm-otter-3f"),
        ("trackside:show-storage", {}, "What takes the space"),
    ):
        lab.command(command, asked)
        dialog = lab.page.get_by_role("dialog", name=name)
        dialog.get_by_role("button", name="Close").click()
        expect(dialog).to_have_count(0)
    assert loaded.count("seldom") == 3
    assert lab.complaints == []
