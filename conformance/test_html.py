"""The HTML report in a real browser: it opens, filters and copies, and asks nobody for anything."""

import json
import os
import shutil
import sys

import pytest
from conftest import BINARY, ROOT
from test_cli import run

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--window-size=1400,1000",
]


@pytest.fixture
def browser(tmp_path):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        print("\n*** NOT RUN: chromium or chromedriver is not on this machine ***", file=sys.stderr)
        pytest.skip("chromium or chromedriver is not on this machine")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in [*ARGUMENTS, f"--user-data-dir={tmp_path / 'profile'}"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield browser
    browser.quit()


def report(tmp_path, *edits):
    infra = tmp_path / "infra"
    shutil.copytree(ROOT / "examples" / "cross-account-ecr", infra)
    for file, before, after in edits:
        text = (infra / file).read_text()
        assert before in text
        (infra / file).write_text(text.replace(before, after, 1))
    done = run([BINARY, "rehearse", "-q", "--format", "html", str(infra)], dict(os.environ))
    page = tmp_path / "report.html"
    page.write_text(done.stdout)
    return page


def test_a_broken_delivery(browser, tmp_path):
    page = report(tmp_path, ("registry.tf", '["ecr:DescribeImages"]', '["ecr:ListImages"]'))
    browser.get(page.as_uri())
    find = lambda css: browser.find_elements("css selector", css)
    assert browser.find_element("tag name", "h1").text == "The delivery does not pass"
    assert "1 statement is missing" in find(".verdict")[0].text
    stages = [s.text.split("\n")[0] for s in find(".stage")]
    assert [s.split()[0] for s in stages] == ["Source", "Approval", "Deploy"]

    # An action leads to its calls.
    link = find(".stage a")[1]
    target = link.get_attribute("href").split("#")[1]
    action = browser.find_element("id", target)
    assert action.get_attribute("open") is None
    link.click()
    # The page hears of it a moment later.
    from selenium.webdriver.support.wait import WebDriverWait

    WebDriverWait(browser, 30).until(lambda _: action.get_attribute("open") is not None)

    # Only what was denied, and only what has a word in it.
    shown = lambda: [c for c in find("[data-call]") if c.is_displayed()]
    everything = len(find("[data-call]"))
    assert everything == 3
    browser.find_element("id", "denied").click()
    assert len(shown()) == 1 and "ecr:DescribeImages" in shown()[0].text
    assert browser.find_element("id", "count").text == f"1 of {everything} calls"
    browser.find_element("id", "denied").click()
    browser.find_element("id", "find").send_keys("iam::222222222222:role/delivery-codepipeline")
    assert len(shown()) == 1 and "sts:AssumeRole" in shown()[0].text

    # The patch can be taken away.
    button = find("button[data-copy]")[0]
    button.click()
    browser.implicitly_wait(1)
    assert button.text.startswith(("Copied", "Selected"))
    assert '+    actions   = ["ecr:DescribeImages"]' in browser.find_element("id", "diff").text

    log = browser.get_log("browser")
    assert log == [], log
    messages = [json.loads(m["message"])["message"]["params"] for m in browser.get_log("performance") if 'Network.requestWillBeSent"' in m["message"]]
    requests = [m["request"]["url"] for m in messages if m["documentURL"].startswith(page.as_uri())]
    assert requests and all(r.split("#")[0] == page.as_uri() for r in requests), requests


def test_a_delivery_that_passes_without_a_script(browser, tmp_path):
    page = report(tmp_path)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(page.as_uri())
    assert browser.find_element("tag name", "h1").text == "The delivery passes"
    assert not browser.find_element("css selector", ".tools").is_displayed()
    summary = browser.find_element("css selector", "details.action summary")
    summary.click()
    assert "sts:AssumeRole" in browser.find_element("css selector", "details.action").text
