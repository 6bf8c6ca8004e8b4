"""What a user of the built program relies on: exit codes, what goes to stdout and what to stderr.

    commands_test.py PROGRAM
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = str(Path(sys.argv.pop(1)).resolve())

# One person with two devices, the other calls; nobody can be in the way.
SCENARIO = {
    "name": "pair",
    "seed": 3,
    "duration": "2min",
    "population": {
        "networks": [
            {"number": 1, "site": "Frankfurt", "access": "fibre", "nat": "PUB"},
            {"number": 2, "site": "Paris", "access": "wifi", "nat": "EIM/EIF"},
        ],
        "profiles": [
            {"number": 1, "identifiers": ["ada@example.org"]},
            {"number": 2, "identifiers": ["bob@example.org"]},
        ],
        "devices": [
            {"number": 1, "profile": 1, "network": 1, "reaction": {"kind": "accept", "after": "2s"}},
            {"number": 2, "profile": 1, "network": 2, "reaction": {"kind": "ignore"}},
            {"number": 3, "profile": 2, "network": 2},
        ],
    },
    "workload": {
        "calls": [{"number": 1, "at": "10s", "initiator": 3, "callee": "ada@example.org"}]
    },
}


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)

    def invitro(self, *arguments):
        command = [PROGRAM, *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=300, cwd=self.path
        )

    def scenario(self, **changes):
        path = self.path / "pair.json"
        path.write_text(json.dumps({**SCENARIO, **changes}), encoding="utf-8")
        return path

    def test_help_begins_with_examples(self):
        for command in ("run", "check", "replay", "report"):
            done = self.invitro(command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn(f"  invitro {command} ", done.stdout[:400])

    def test_run_holds_and_writes_its_reports(self):
        done = self.invitro("run", self.scenario(), "--out", "out")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("accept-delivery", done.stdout)
        self.assertIn("out/report.html", done.stderr)
        self.assertNotIn("\x1b", done.stdout)
        self.assertIn("</html>", (self.path / "out/report.html").read_text(encoding="utf-8"))

    def test_json_alone_on_stdout(self):
        done = self.invitro("run", self.scenario(), "--json")
        result = json.loads(done.stdout)
        self.assertEqual(result["verdict"], "holds")
        self.assertEqual(result["counts"]["accepts_arrived"], 1)

    def test_quiet_says_nothing_of_what_holds(self):
        done = self.invitro("run", self.scenario(), "--quiet")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_jobs_and_order_do_not_change_a_byte(self):
        scenario = self.scenario()
        for jobs in (1, 3):
            self.invitro("run", scenario, "-n", 12, "-j", jobs, "-q", "-o", f"out{jobs}")
        for name in ("result.json", "report.html"):
            one, three = (self.path / f"out{jobs}" / name for jobs in (1, 3))
            self.assertEqual(one.read_bytes(), three.read_bytes())

    def test_a_missed_threshold_ends_with_3_and_says_how_to_see_it(self):
        scenario = self.scenario(thresholds={"time_to_ring.max": "1ms"})
        done = self.invitro("run", scenario)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("threshold missed: time_to_ring max", done.stderr)
        self.assertIn(f"again: invitro run {scenario} --seed 3", done.stderr)

    def test_nothing_exercised_ends_with_5(self):
        done = self.invitro("run", self.scenario(properties=["decline-here"], workload={}))
        self.assertIn(done.returncode, (2, 5), done.stderr)

    def test_bad_input_ends_with_2(self):
        bad = self.path / "bad.json"
        bad.write_text('{"naem": "x"}', encoding="utf-8")
        for arguments in (
            ("run",),
            ("run", "no-such-scenario"),
            ("run", bad),
            ("run", self.scenario(), "--shard", "2/2"),
            ("run", self.scenario(), "--jobs", "0"),
            ("check", "--property", "acept-delivery"),
            ("check", "--time", "soon"),
            ("replay", "no-such-file.json"),
            ("report", bad),
            ("no-such-command",),
        ):
            done = self.invitro(*arguments)
            self.assertEqual(done.returncode, 2, f"{arguments}: {done.stderr}")
            self.assertEqual(done.stdout, "", arguments)
            self.assertNotEqual(done.stderr, "", arguments)

    def test_the_nearest_property_is_named(self):
        done = self.invitro("check", "--property", "acept-delivery")
        self.assertIn('"accept-delivery"', done.stderr)

    def test_report_remakes_the_same_page(self):
        self.invitro("run", self.scenario(), "-q", "-o", "out")
        done = self.invitro("report", "out/result.json", "-o", "again", "--markdown", "--csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        made, again = (self.path / f / "report.html" for f in ("out", "again"))
        self.assertEqual(made.read_bytes(), again.read_bytes())
        self.assertEqual(len(done.stdout.split()), 3)

    def test_shards_share_the_worlds(self):
        worlds = 0
        for shard in ("0/2", "1/2"):
            done = self.invitro("run", self.scenario(), "-n", 5, "--shard", shard, "--json")
            worlds += json.loads(done.stdout)["counts"]["worlds"]
        self.assertEqual(worlds, 5)

    def test_check_of_a_scenario_prints_one_object(self):
        done = self.invitro("check", self.scenario(), "--worlds", 5, "--json")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        report = json.loads(done.stdout)
        self.assertLessEqual(report["worlds"], 5)
        self.assertEqual(bool(report["violations"]), done.returncode == 1)


if __name__ == "__main__":
    unittest.main()
