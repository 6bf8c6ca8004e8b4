"""What a user of the built program relies on: exit codes, what goes to stdout and what to stderr.

    commands_test.py PROGRAM
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = str(Path(sys.argv.pop(1)).resolve())
DOCS = Path(__file__).resolve().parents[2] / "docs"

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
        for command in ("run", "check", "replay", "report", "messages"):
            done = self.invitro(command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn(f"  invitro {command} ", done.stdout[:400])

    def test_messages_prints_the_page_of_the_docs(self):
        done = self.invitro("messages")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, (DOCS / "MESSAGES.md").read_text(encoding="utf-8"))

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
        done = self.invitro("run", self.scenario(properties=["decline-spares-siblings"], workload={}))
        self.assertEqual(done.returncode, 5, done.stderr)

    def test_every_shipped_scenario_keeps_its_promises(self):
        listed = self.invitro("scenarios").stdout.splitlines()
        names = [line.split()[0] for line in listed if line.strip()]
        self.assertIn("household", names)
        for name in names:
            done = self.invitro("run", name, "--out", self.path / name)
            self.assertEqual(done.returncode, 0, f"{name}: {done.stderr}")
            if name == "hostile":
                self.check_attacks(done.stdout, self.path / name / "result.json")

    def check_attacks(self, printed: str, result: Path) -> None:
        """All was tried, some was refused, nothing reached an initiator, and a bound was kept."""
        self.assertIn("forge answers", printed)
        self.assertIn("accepts forged: 0", printed)
        counts = json.loads(result.read_text(encoding="utf-8"))["counts"]
        for deed, sent in counts["hostile_sent"].items():
            self.assertGreater(sent, 0, deed)
            self.assertGreater(counts["hostile_delivered"][deed], 0, deed)
        outcome = counts["hostile_outcome"]
        self.assertGreater(outcome["refused"], 0)
        self.assertEqual(outcome["accepts_forged"], 0)
        self.assertGreater(outcome["calls_held_max"], 0)
        self.assertGreater(counts["accepts_arrived"], 0)

    def test_bad_input_ends_with_2(self):
        bad = self.path / "bad.json"
        bad.write_text('{"naem": "x"}', encoding="utf-8")
        for arguments in (
            ("run",),
            ("run", "no-such-scenario"),
            ("run", bad),
            ("run", self.scenario(), "--shard", "2/2"),
            ("run", self.scenario(), "--jobs", "0"),
            ("run", self.scenario(), "--seed", "-1"),
            ("run", self.scenario(), "--seed", "18446744073709551616"),
            ("run", self.scenario(), "--worlds", "-1"),
            ("run", self.scenario(), "--out", "/proc/no/such"),
            ("check", "--seed", "-1"),
            ("check", "--worlds", "-3"),
            ("check", "--out", "/proc/no/such"),
            ("nat-matrix", "--seed", "-1"),
            ("replay", "0.1.0:g999:s1:w1"),
            ("report", self.path),
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

    def test_an_unknown_command_is_named_with_the_nearest(self):
        done = self.invitro("reprot", "result.json")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn('"reprot"', done.stderr)
        self.assertIn('did you mean "report"?', done.stderr)

    def test_a_stdout_that_takes_nothing_is_no_success(self):
        for arguments in (("run", self.scenario()), ("run", self.scenario(), "--json"), ("schema",)):
            with open("/dev/full", "w", encoding="utf-8") as full:
                command = [PROGRAM, *map(str, arguments)]
                done = subprocess.run(
                    command, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
                    timeout=300, cwd=self.path,
                )  # fmt: skip
            self.assertEqual(done.returncode, 70, done.stderr)
            self.assertIn("stdout cannot be written", done.stderr)

    def test_a_report_that_cannot_be_written_does_not_take_the_table_along(self):
        (self.path / "out/report.html").mkdir(parents=True)
        done = self.invitro("run", self.scenario(), "--out", "out")
        self.assertEqual(done.returncode, 70, done.stderr)
        self.assertIn("accept-delivery", done.stdout)
        self.assertIn("out/report.html: cannot be written", done.stderr)

    def test_a_bad_result_is_refused_with_file_and_place(self):
        self.invitro("run", self.scenario(), "-q", "-o", "out")
        result = json.loads((self.path / "out/result.json").read_text(encoding="utf-8"))
        result["counts"]["events"] = -1
        bad = self.path / "bad.json"
        bad.write_text(json.dumps(result), encoding="utf-8")
        done = self.invitro("report", bad, "-o", "again")
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{bad}: ", done.stderr)
        self.assertIn("/counts/events: ", done.stderr)
        self.assertNotIn("exception", done.stderr)

    def kill_a_worker(self, folder, before=lambda: None):
        """Kills the worker process of a long search in a world; before that, something."""
        command = [PROGRAM, "check", "--worlds", "1000000", "--jobs", "1", "--out", folder]
        command += ["--property", "ring-once"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.path
        ) as process:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            while not children.read_text(encoding="utf-8").split():
                time.sleep(0.01)
            time.sleep(0.5)
            before()
            # One that is between two worlds is replaced, and the search goes on: the next one then.
            for _ in range(60):
                os.kill(int(children.read_text(encoding="utf-8").split()[-1]), signal.SIGKILL)
                try:
                    stdout, stderr = process.communicate(timeout=5)
                    return process.returncode, stdout, stderr
                except subprocess.TimeoutExpired:
                    pass
            process.kill()
        self.fail("the worker never died in a world")

    def test_a_worker_killed_from_outside_is_not_said_to_be_simplified(self):
        code, stdout, stderr = self.kill_a_worker("found")
        self.assertEqual(code, 1, stderr)
        self.assertIn("SIGKILL", stderr)
        self.assertIn("did not die again when this world was tried alone", stderr)
        self.assertNotIn("simplified (", stderr)
        self.assertIn("a world killed the program", stdout)
        (found,) = (self.path / "found").glob("counterexample-*[0-9].json")
        done = self.invitro("replay", found)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("it does not die now, nor did it then", done.stdout)
        self.assertNotIn("same", done.stdout)

    def test_a_folder_that_vanishes_does_not_take_the_finding_along(self):
        code, _, stderr = self.kill_a_worker("found", (self.path / "found").rmdir)
        self.assertEqual(code, 1, stderr)
        self.assertIn("cannot be written", stderr)
        self.assertIn("the program died (SIGKILL)", stderr)
        self.assertRegex(stderr, r"again: invitro replay \S+:g\d+:s1:w\d+")

    def write_expectation(self, **changes):
        expected = {
            "version": "0.0.1",
            "verdict": "violated",
            "property": "ring-once",
            "fingerprint": "0" * 32,
            "explanation": "as a test has it",
        }
        path = self.path / "pair.expected.json"
        path.write_text(json.dumps({**expected, **changes}), encoding="utf-8")

    def test_replay_says_what_became_of_what_was_recorded(self):
        scenario = self.scenario()
        self.write_expectation()
        done = self.invitro("replay", scenario)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("ring-once was violated; it was put to the test", done.stdout)

        self.write_expectation(property="decline-spares-siblings")
        done = self.invitro("replay", scenario, "--json")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertEqual(json.loads(done.stdout)["compared"], "not exercised")

        self.write_expectation(verdict="crash", events_max=5)
        done = self.invitro("replay", scenario)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("it died again, as recorded", done.stdout)

        self.write_expectation(property="ring-onse")
        done = self.invitro("replay", scenario)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("pair.expected.json: /property: ", done.stderr)
        self.assertIn('did you mean "ring-once"?', done.stderr)

    def test_replay_of_a_token_of_another_version_warns(self):
        version = self.invitro("--version").stdout.strip()
        done = self.invitro("replay", "0.0.1:g%d:s1:w3" % self.generator_version())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("version 0.0.1", done.stderr)
        self.assertIn(version, done.stderr)

    def generator_version(self):
        garbage = self.invitro("replay", "garbage")
        self.assertEqual(garbage.returncode, 2)
        return int(re.search(r"a token looks like \S+:g(\d+):s42:w17:3\.0\.2", garbage.stderr)[1])

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

    def test_check_tells_what_its_worlds_had_and_reached(self):
        arguments = ("check", self.scenario(), "--worlds", 5, "--keep-going")
        report = json.loads(self.invitro(*arguments, "--json").stdout)
        # Every world is the scenario's: no fault, one pair of people, a device on the open network.
        self.assertEqual(report["features"]["no fault"], report["worlds"])
        self.assertEqual(report["features"]["NAT PUB"], report["worlds"])
        self.assertEqual(report["features"]["several brokers"], 0)
        self.assertGreater(report["branches"]["mapping classified"], 0)
        printed = self.invitro(*arguments).stdout
        self.assertIn("worlds with", printed)
        self.assertIn("several brokers", printed)


if __name__ == "__main__":
    unittest.main()
