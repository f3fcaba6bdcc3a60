#!/usr/bin/python3
"""test_page.py - opens the page in a real browser and uses it as a reader would. Exit code 77 (skipped) where there is none.

--screenshots RUN DIR writes pictures of the report of RUN into DIR, at the widths of a phone and a desk, light and dark, for people to look at.
"""
# SPDX-License-Identifier: Apache-2.0

import base64
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from small_run import copy_of_small  # noqa: E402

REPORT = Path(__file__).parents[2] / "scripts" / "report"
SKIPPED = 77
WIDTHS = {"phone": 390, "desk": 1400}

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select, WebDriverWait
except ImportError:
    print("SKIPPED: python3-selenium is not installed")
    sys.exit(SKIPPED)
if not (shutil.which("chromium") and shutil.which("chromedriver")):
    print("SKIPPED: chromium and chromium-driver are not installed")
    sys.exit(SKIPPED)


def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = copy_of_small(Path(cls.temporary.name))
        subprocess.run([REPORT, cls.folder], check=True, capture_output=True)
        cls.browser = browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        cls.temporary.cleanup()

    def setUp(self):
        for kind in ("browser", "performance"):
            self.browser.get_log(kind)  # what an earlier test left
        self.browser.get((self.folder / "report.html").as_uri())

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def width(self, pixels):
        """The window may not become as narrow as a phone; the page is told that it is."""
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": pixels, "height": 900, "deviceScaleFactor": 1,
                                                                            "mobile": pixels < 600})

    def test_no_console_message_and_no_request(self):
        self.assertEqual([], self.browser.get_log("browser"))
        requests = [entry["message"] for entry in self.browser.get_log("performance") if '"Network.requestWillBeSent"' in entry["message"]]
        self.assertEqual([], [r for r in requests if '"url":"http' in r])
        self.assertEqual(1, sum('"url":"file:' in r and "report.html" in r for r in requests))

    def test_every_plot_is_drawn(self):
        plots = self.all("figure svg")
        files = {path.stem for path in self.folder.glob("*.svg")}
        self.assertEqual(files, {figure.get_attribute("id")[len("plot-"):] for figure in self.all("figure")})
        self.assertGreater(len(plots), 4)
        for plot in plots:
            self.assertGreater(plot.size["width"], 300)
            self.assertGreater(plot.size["height"], 60)
            self.assertTrue(plot.get_attribute("aria-label"))

    def test_names_in_the_page_are_unique(self):
        doubles = self.browser.execute_script(
            "const seen = new Set(); return [...document.querySelectorAll('[id]')].map(e => e.id).filter(i => seen.has(i) || !seen.add(i));")
        self.assertEqual([], doubles)

    def shown(self, column):
        names = [header.text for header in self.all("#all-results thead th")]
        return [cell.text for cell in self.all(f"#all-results tbody td:nth-child({names.index(column) + 1})")]

    def sort(self, column):
        [button] = [b for b in self.all("#all-results thead button") if b.text == column]
        button.send_keys(Keys.ENTER)  # by keyboard

    def test_sorting(self):
        self.sort("time_median_ns")
        times = [float(t) for t in self.shown("time_median_ns") if t]
        self.assertEqual(sorted(times), times)
        self.sort("time_median_ns")
        times = [float(t) for t in self.shown("time_median_ns") if t]
        self.assertEqual(sorted(times, reverse=True), times)
        self.assertEqual("descending", self.all("#all-results th[aria-sort]")[0].get_attribute("aria-sort"))

    def test_filtering(self):
        everything = len(self.shown("kernel"))
        Select(self.all("#filter-kernel")[0]).select_by_visible_text("onednn")
        self.assertEqual({"onednn"}, set(self.shown("kernel")))
        self.assertLess(len(self.shown("kernel")), everything)
        self.all("#search")[0].send_keys("no such words")
        self.assertEqual([], self.shown("kernel"))
        self.assertIn("0 of", self.all(".count")[0].text)

    def test_rows_lead_to_the_file(self):
        link = self.all("#all-results tbody a")[0]
        number = int(link.text.split()[1])
        self.assertEqual(f"results.csv#L{number}", link.get_attribute("href").rsplit("/", 1)[1])
        line = (self.folder / "results.csv").read_text().splitlines()[number - 1]
        self.assertIn(self.shown("kernel")[0], line)

    def test_pointing_at_a_mark_says_its_value(self):
        self.width(WIDTHS["desk"])
        mark = self.all("figure [data-tip]")[0]
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", mark)
        self.browser.execute_script("arguments[0].dispatchEvent(new PointerEvent('pointermove', {bubbles: true, clientX: 100, clientY: 100}))", mark)
        self.assertTrue(self.all("#tip")[0].is_displayed())
        self.assertEqual(mark.get_attribute("data-tip"), self.all("#tip")[0].text)

    def test_values_of_a_plot_as_a_list(self):
        figure = self.all("figure")[0]
        figure.find_element(By.CSS_SELECTOR, "details.values summary").send_keys(Keys.ENTER)
        WebDriverWait(self.browser, 10).until(lambda _: figure.find_elements(By.CSS_SELECTOR, "details.values li"))
        self.assertEqual([mark.get_attribute("data-tip") for mark in figure.find_elements(By.CSS_SELECTOR, "[data-tip]")],
                         [item.text for item in figure.find_elements(By.CSS_SELECTOR, "details.values li")])

    def test_letters_are_legible(self):
        """At both widths every word of every plot is at least 7 pixels high, and plots do not cover what follows."""
        for pixels in WIDTHS.values():
            self.width(pixels)
            heights = self.browser.execute_script("return [...document.querySelectorAll('figure svg text')].map(e => e.getBoundingClientRect().height)")
            self.assertGreater(len(heights), 50)
            self.assertGreaterEqual(min(heights), 7)

    def test_no_sideways_scrolling(self):
        for name, pixels in WIDTHS.items():
            self.width(pixels)
            wide = self.browser.execute_script("return document.documentElement.scrollWidth")
            self.assertLessEqual(wide, pixels, name)

    def test_every_section_is_in_sight_in_the_navigation(self):
        for name, pixels in WIDTHS.items():
            self.width(pixels)
            boxes = self.browser.execute_script("return [...document.querySelectorAll('nav a')].map(e => e.getBoundingClientRect()).map(b => [b.left, b.right])")
            self.assertEqual(len(self.all("main > section")), len(boxes))
            self.assertFalse([box for box in boxes if box[0] < 0 or box[1] > pixels], name)

    def test_what_is_cut_off_says_so(self):
        """A box that scrolls sideways has words above it; one that does not has none."""
        for name, pixels in WIDTHS.items():
            self.width(pixels)
            self.browser.refresh()
            boxes = self.browser.execute_script("return [...document.querySelectorAll('.scroll')].filter(e => e.clientWidth).map(e => "
                                                "[e.scrollWidth > e.clientWidth + 1, !!e.previousElementSibling && e.previousElementSibling.className === 'more'])")
            self.assertEqual([box for box in boxes if box[0] != box[1]], [], name)
            self.assertTrue(name != "phone" or any(box[0] for box in boxes))

    def test_colours_can_be_chosen(self):
        colour = "return getComputedStyle(document.body).backgroundColor"
        before = self.browser.execute_script(colour)
        self.all("#theme")[0].click()
        self.assertNotEqual(before, self.browser.execute_script(colour))


def screenshots(folder, out):
    chrome = browser()
    for name, pixels in WIDTHS.items():
        for theme in ("light", "dark"):
            chrome.get((folder / "report.html").as_uri())
            chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": pixels < 600})
            chrome.execute_script(f"document.documentElement.dataset.theme = '{theme}'")
            height = chrome.execute_script("return document.documentElement.scrollHeight")
            for start in range(0, height, 2400):
                clip = {"x": 0, "y": start, "width": pixels, "height": min(2400, height - start), "scale": 1}
                data = chrome.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})["data"]
                (out / f"{name}-{theme}-{start // 2400}.png").write_bytes(base64.b64decode(data))
    chrome.quit()


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--screenshots":
        screenshots(Path(sys.argv[2]).resolve(), Path(sys.argv[3]))
    else:
        unittest.main()
