"""A real Chromium against a real server."""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Request

from planning.actions.runs import run_waiting_plans
from tests.services import need_chromium

# Playwright's loop runs in the test's own thread; the ORM would refuse to work beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SHOTS = os.environ.get("THUISBEZOEK_SHOTS")  # a directory: every `look` leaves its picture there
PHONE, SMALL, DESK = {"width": 390, "height": 844}, {"width": 320, "height": 640}, {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this directory is a browser test, on one worker: there is one server."""
    for item in items:
        if Path(__file__).parent in Path(item.path).parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": need_chromium(), "args": FLAGS}


class Visitor:
    """Somebody at a screen of a given size, who stays on the site: another origin, a script error or a failed
    request is kept in `wrongs`."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin, self.wrongs = page, origin, list[str]()
        page.on("request", self._request)
        page.on("pageerror", lambda error: self.wrongs.append(f"script: {error}"))
        page.on("console", lambda line: line.type == "error" and self.wrongs.append(f"console: {line.text}"))

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.wrongs.append(f"another origin: {request.url}")

    def go(self, path: str) -> None:
        """Open a page of the site."""
        response = self.page.goto(self.origin + path)
        assert response is None or response.ok, f"{path}: {response and response.status}"

    def log_in(self, email: str, password: str) -> None:
        """Through the login page, as anybody does."""
        self.go("/inloggen/")
        self.page.fill("input[name=login]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("main button[type=submit]")

    def look(self, name: str) -> None:
        """No sideways scrolling at this width; the picture is kept where THUISBEZOEK_SHOTS says."""
        page = "document.documentElement"
        wide = f"() => document.readyState === 'complete' && {{ by: {page}.scrollWidth - {page}.clientWidth }}"
        width = self.page.wait_for_function(wide).json_value()["by"]
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
        assert width <= 0, f"{name} is {width} px too wide"


@pytest.fixture
def visitor(browser: Browser, live_server: Any) -> Iterator[Callable[..., Visitor]]:
    """`visitor(PHONE)` opens a browser of its own; at the end nothing may have gone wrong in any of them."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def come(viewport: dict[str, int], **options: Any) -> Visitor:
        context = browser.new_context(viewport=viewport, locale="nl-NL", timezone_id="Europe/Amsterdam", **options)
        contexts.append(context)
        visitors.append(Visitor(context.new_page(), live_server.url))
        return visitors[-1]

    yield come
    for context in contexts:
        context.close()
    assert [wrong for each in visitors for wrong in each.wrongs] == []


Come = Callable[..., Visitor]
Working = Callable[[Callable[[], dt.datetime]], None]


@pytest.fixture
def working(several_connections: None) -> Iterator[Working]:
    """`working(clock)` starts a worker that looks for planning jobs ten times a second, in a thread of its own."""
    stop, threads = threading.Event(), list[threading.Thread]()

    def start(clock: Callable[[], dt.datetime]) -> None:
        def work() -> None:
            while not stop.wait(0.1):
                run_waiting_plans(now=clock)
            connection.close()

        threads.append(threading.Thread(target=work))
        threads[-1].start()

    yield start
    stop.set()
    for thread in threads:
        thread.join()


class SettableNow:
    """What the application takes for now: a moment that was set, and the seconds since."""

    def __init__(self) -> None:
        self.set(2026, 8, 31, 9)

    def set(self, *local: int) -> None:
        """Move to a local moment: year, month, day, hour, minute."""
        self.base, self.since = dt.datetime(*local, tzinfo=AMSTERDAM), time.monotonic()

    def __call__(self) -> dt.datetime:
        passed = dt.timedelta(seconds=time.monotonic() - self.since)
        return (self.base + passed).astimezone(dt.UTC)


@pytest.fixture
def settable_now(monkeypatch: pytest.MonkeyPatch) -> SettableNow:
    moved = SettableNow()
    monkeypatch.setattr(timezone, "now", moved)
    return moved
