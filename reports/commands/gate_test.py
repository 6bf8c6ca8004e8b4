"""The gate, as a CI job uses it.

    gate_test.py PROGRAM SCHEMA

What changed code would do is done to the baseline instead: if its figures are lowered, the unchanged
program is the one that got worse.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from xml.etree import ElementTree

try:
    import jsonschema
except ImportError:
    jsonschema = None

PROGRAM = str(Path(sys.argv.pop(1)).resolve())
SCHEMA = json.loads(Path(sys.argv.pop(1)).read_text(encoding="utf-8"))
WORLDS = 24


class Gate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """One baseline for all tests; each works on a copy."""
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        done = cls.invitro_in(
            cls.folder.name, "household", "--baseline", "gates", "--update", "-n", WORLDS
        )
        assert done.returncode == 0, done.stderr
        cls.printed = done.stdout
        cls.baseline_text = (Path(cls.folder.name) / done.stdout.strip()).read_text("utf-8")

    @staticmethod
    def invitro_in(folder, *arguments, **environment):
        return subprocess.run(
            [PROGRAM, "gate", *map(str, arguments)],
            capture_output=True, text=True, check=False, timeout=300, cwd=folder,
            env={**os.environ, "GITHUB_STEP_SUMMARY": "", **environment},
        )  # fmt: skip

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name)
        (self.path / "gates").mkdir()
        self.baseline_path = self.path / "gates/household.baseline.json"
        self.write(json.loads(self.baseline_text))

    def write(self, baseline):
        self.baseline_path.write_text(json.dumps(baseline), encoding="utf-8")

    def changed(self, change):
        """The baseline with another fingerprint and its worlds changed one by one."""
        baseline = json.loads(self.baseline_text)
        baseline["fingerprint"] = "0" * 32
        for place, world in enumerate(baseline["worlds"]):
            change(place, world)
        self.write(baseline)

    def gate(self, *arguments, **environment):
        return self.invitro_in(
            self.path, "household", "--baseline", "gates", *arguments, **environment
        )

    def verdict(self, *arguments):
        done = self.gate("--json", *arguments)
        report = json.loads(done.stdout)
        if jsonschema:
            jsonschema.validate(report, SCHEMA, cls=jsonschema.Draft7Validator)
        return done.returncode, report

    def test_update_prints_what_it_wrote_and_writes_the_same_again(self):
        self.assertEqual(self.printed, "gates/household.baseline.json\n")
        self.assertEqual(self.baseline_text.count('{"seed":'), WORLDS)
        done = self.gate("--update", "-n", WORLDS, "-j", 1, "-q")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.baseline_path.read_text("utf-8"), self.baseline_text)

    def test_the_same_code_is_identical_in_less_than_ten_seconds(self):
        start = time.monotonic()
        done = self.gate()
        self.assertLess(time.monotonic() - start, 10)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("household: behaviour identical\n", done.stdout)
        self.assertIn(f"every event of {WORLDS} worlds", done.stdout)

    def test_a_harmless_change_passes(self):
        def change(place, world):
            world["fingerprint"] = "1" * 32
            world["time_to_ring.mean"] *= 1.001

        self.changed(change)
        code, report = self.verdict()
        self.assertEqual((code, report["verdict"]), (0, "passed"), report["reasons"])

    def test_a_regression_is_named(self):
        def change(place, world):
            world["time_to_ring.mean"] *= 0.8

        self.changed(change)
        done = self.gate("--format", "junit,github,gitlab")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("household: regression\n  time_to_ring.mean: ", done.stdout)
        self.assertIn("+25.0 % (95 %: ", done.stdout)
        self.assertIn("most in `invitro run household --seed ", done.stdout)
        self.assertIn("::error title=gate household%3A gate::regression", done.stderr)
        out = self.path / "invitro-out/gate"
        suite = ElementTree.parse(out / "junit.xml").getroot()[0]
        failed = [c.get("name") for c in suite.findall("testcase") if c.find("failure") is not None]
        self.assertEqual(failed, ["gate", "time_to_ring.mean"])
        self.assertEqual(len(json.loads((out / "gl-code-quality-report.json").read_text())), 2)
        self.assertIn("### household: regression", (out / "summary.md").read_text("utf-8"))
        report = json.loads((out / "gate.json").read_text("utf-8"))
        self.assertEqual(report["verdict"], "regression")
        self.assertTrue((out / "household/report.html").exists())

    def test_too_few_seeds_are_inconclusive_and_the_number_settles_it(self):
        def change(place, world):
            if place % 6 == 0:
                world["accept_delivery.mean"] *= 0.2

        self.changed(change)
        code, report = self.verdict()
        self.assertEqual((code, report["verdict"]), (5, "inconclusive"), report["reasons"])
        needed = report["scenarios"][0]["seeds_needed"]
        self.assertGreater(needed, WORLDS)
        self.assertLess(needed, 500)
        self.assertIn(f"about {needed} seeds would settle it", report["reasons"][0])
        done = self.gate("--update", "-n", needed, "-q")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.baseline_text = self.baseline_path.read_text("utf-8")
        self.changed(change)
        code, report = self.verdict()
        self.assertEqual((code, report["verdict"]), (4, "regression"), report["reasons"])

    def test_what_was_not_measured_before_is_no_loss_but_the_reverse_is(self):
        gauges = ("direct_rate.value", "time_to_connect.mean")

        def forget(place, world):
            for gauge in gauges:
                world.pop(gauge, None)

        self.changed(forget)
        code, report = self.verdict()
        self.assertEqual((code, report["verdict"]), (0, "passed"), report["reasons"])

        # The household has no relay candidates to wait for: what it never measures was measured once.
        never = {"pushes_per_call.mean", "time_to_silence.mean"}
        worlds = json.loads(self.baseline_text)["worlds"]
        never = [gauge for gauge in never if not any(gauge in world for world in worlds)]
        if never:
            self.changed(lambda place, world: world.update({never[0]: 7}))
            code, report = self.verdict()
            self.assertEqual((code, report["verdict"]), (4, "regression"), report["reasons"])

    def scenario(self, **changes):
        """A file of the shipped scenario with other sections."""
        command = [PROGRAM, "scenarios", "--show", "household"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        scenario = json.loads(re.sub(r"(?m)(^|\s)//.*$", "", text))
        scenario.pop("$schema")
        (self.path / "mine.json").write_text(json.dumps({**scenario, **changes}), "utf-8")
        return "mine.json"

    def test_a_changed_scenario_is_not_compared(self):
        # Other words about it do not change it.
        done = self.invitro_in(self.path, self.scenario(description="x"), "--baseline", "gates")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        brokers = {"site": "Amsterdam", "registration": "live"}
        done = self.invitro_in(self.path, self.scenario(brokers=brokers), "--baseline", "gates")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("the scenario has changed", done.stdout)

    def test_a_property_that_nothing_tests_any_more_is_inconclusive(self):
        baseline = json.loads(self.baseline_text)
        baseline["fingerprint"] = "0" * 32
        baseline["exercised"].append({"name": "promise-of-old", "count": 7})
        self.write(baseline)
        done = self.gate()
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("promise-of-old: nothing puts it to the test any more", done.stdout)

    def test_other_seeds_are_said_to_be_others(self):
        code, report = self.verdict("--seed", 5000)
        self.assertIn(code, (0, 5))
        self.assertIn("household: seeds from 5000 on", report["reasons"][0])

    def test_suggested_thresholds_are_kept_on_other_seeds(self):
        command = [PROGRAM, "thresholds", "suggest", "household", "-n", "5", "--false-alarm", "5%"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the worst of 239 runs of 5 worlds", done.stderr)
        thresholds = json.loads("{" + done.stdout + "}")["thresholds"]
        self.assertIn("time_to_ring.p99", thresholds)
        command = [PROGRAM, "run", self.scenario(thresholds=thresholds), "-n", "5", "-q"]
        done = subprocess.run(
            [*command, "--seed", "5000"], capture_output=True, text=True, check=False, cwd=self.path
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        for rate in ("0%", "100%", "often"):
            command = [PROGRAM, "thresholds", "suggest", "household", "--false-alarm", rate]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_bad_input_ends_with_2(self):
        for arguments, why in (
            (("household",), "--baseline"),
            (("household", "--baseline", "nowhere"), "--update makes one"),
            (("no-such", "--baseline", "gates"), "no-such"),
            (("household", "--baseline", "gates", "--worlds", 9), "--update"),
        ):
            done = self.invitro_in(self.path, *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertIn(why, done.stderr)
        self.baseline_path.write_text('{"format": 1}', encoding="utf-8")
        done = self.gate()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("gates/household.baseline.json: not a baseline of Invitro", done.stderr)

    def test_what_misses_a_threshold_is_no_baseline(self):
        scenario = self.scenario(thresholds={"time_to_ring.max": "1ms"})
        done = self.invitro_in(self.path, scenario, "--baseline", "new", "--update", "-n", 2)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("threshold missed, which is no baseline", done.stderr)
        self.assertFalse((self.path / "new").exists())


if __name__ == "__main__":
    unittest.main()
