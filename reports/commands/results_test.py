"""What becomes of results: their forms are read again with other people's readers, and shards are
joined again.

    results_test.py PROGRAM JUNIT_XSD
"""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

try:
    from lxml import etree
except ImportError:
    etree = None

PROGRAM = str(Path(sys.argv.pop(1)).resolve())
JUNIT_XSD = Path(sys.argv.pop(1)).resolve()
# All that XML, a shell, a spreadsheet or a workflow command could stumble over.
NASTY = 'a<b>&"c\', 100 %\n::error::x \x1b[1m \u20ac|;='
FIGURES = ("count", "min", "mean", "p50", "p90", "p99", "p99.9", "max")


class WithProgram(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name)

    def invitro(self, *arguments, **environment):
        return subprocess.run(
            [PROGRAM, *map(str, arguments)],
            capture_output=True, text=True, check=False, timeout=300, cwd=self.path,
            env={**os.environ, "GITHUB_STEP_SUMMARY": "", **environment},
        )  # fmt: skip

    def text(self, name):
        return (self.path / name).read_text(encoding="utf-8")

    def result(self, name="result.json"):
        return json.loads(self.text(name))

    def made(self, *arguments):
        """The result of a run, in out/."""
        done = self.invitro("run", "household", "--worlds", 3, "-q", "-o", "out", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.result("out/result.json")

    def spoilt(self):
        """The same with a violation, a missed threshold and a crash, full of odd characters."""
        result = self.made()
        result["scenario"] = NASTY
        result["verdict"] = "violated"
        first = result["properties"][0]
        first.update(verdict="violated", checked=max(1, first["checked"]), violated=1)
        found = {"world": 2, "seed": 9, "event": 4, "call": "", "explanation": NASTY}
        first["violations"] = [found]
        death = {"world": 1, "seed": 8, "signal": 6, "exit_code": 0, "last_words": NASTY}
        result["crashes"] = [death]
        bound = {"metric": "time_to_ring", "statistic": "p99", "at_most": 0.5}
        bound.update(measured=9, met=False)
        result["thresholds"] = [bound]
        (self.path / "spoilt.json").write_text(json.dumps(result), encoding="utf-8")
        return result


class Formats(WithProgram):
    def test_run_writes_them_all(self):
        self.made("--format", "csv,markdown,junit", "--format", "gitlab,hdr", "--format=github")
        names = {path.name for path in (self.path / "out").iterdir()}
        expected = {"result.json", "report.html", "report.csv", "report.md", "junit.xml"}
        expected |= {"gl-code-quality-report.json", "metrics.txt", "summary.md"}
        self.assertLessEqual(expected | {"time_to_ring.hgrm", "bytes_per_call.hgrm"}, names)

    def test_an_unknown_one_is_refused(self):
        done = self.invitro("run", "household", "--format", "junit,pdf")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("pdf", done.stderr)

    def test_csv_says_what_json_says(self):
        result = self.made("--format", "csv")
        with open(self.path / "out/report.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        seen = 0
        for row in rows:
            self.assertEqual((row["scenario"], int(row["worlds"])), ("household", 3))
            metric = result["metrics"][row["metric"]]
            if row["group"] != "all":
                metric = result["groups"].get(row["metric"], {}).get(row["group"], {})
                metric = metric.get(row["value"])
            if metric is None:
                continue  # of what is counted per call there are no groups in the JSON
            seen += 1
            for figure in FIGURES:
                self.assertEqual(float(row[figure]), metric.get(figure, 0), f"{row} {figure}")
        self.assertGreaterEqual(seen, 20)

    def test_csv_keeps_odd_names(self):
        self.spoilt()
        self.assertEqual(self.invitro("report", "spoilt.json", "--format", "csv").returncode, 0)
        with open(self.path / "report.csv", newline="", encoding="utf-8") as file:
            self.assertEqual({row["scenario"] for row in csv.DictReader(file)}, {NASTY})

    def test_junit_counts_what_it_lists(self):
        self.spoilt()
        self.made("--format", "junit")
        done = self.invitro("report", "spoilt.json", "out/result.json", "--format", "junit")
        self.assertEqual(done.returncode, 0, done.stderr)
        suites = ElementTree.fromstring(self.text("junit.xml"))
        self.assertEqual(len(suites), 2)
        for suite in suites:
            cases = suite.findall("testcase")
            self.assertEqual(int(suite.get("tests")), len(cases))
            for name, element in (("failures", "failure"), ("errors", "error")):
                found = sum(case.find(element) is not None for case in cases)
                self.assertEqual(int(suite.get(name)), found)
                self.assertEqual(found != 0, suite is suites[0])
        (failure, *_) = suites[0].findall("testcase/failure")
        self.assertIn("100 %\n::error::x \ufffd[1m \u20ac|;=", failure.get("message"))
        self.assertRegex(failure.text, r"seed 9\nagain: invitro run household --seed 9\n")

    @unittest.skipIf(etree is None, "python3-lxml is not installed")
    def test_junit_follows_its_schema(self):
        schema = etree.XMLSchema(etree.parse(str(JUNIT_XSD)))
        self.spoilt()
        self.assertEqual(self.invitro("report", "spoilt.json", "--format", "junit").returncode, 0)
        document = etree.parse(str(self.path / "junit.xml"))
        schema.assertValid(document)
        # A schema that accepts everything would accept these too.
        for spoil in (
            lambda case: case.attrib.pop("time"),
            lambda case: case.set("file", "x"),
            lambda case: case.set("name", ""),
            lambda case: etree.SubElement(case, "failed"),
            lambda case: case.set("name", case.getnext().get("name")),
        ):
            broken = etree.fromstring(etree.tostring(document))
            spoil(broken.find("testsuite/testcase"))
            self.assertFalse(schema.validate(broken), etree.tostring(broken.find(".//testcase")))

    def test_annotations_are_a_line_each(self):
        self.spoilt()
        done = self.invitro("report", "spoilt.json", "--format", "github")
        lines = [line for line in done.stderr.splitlines() if line]
        levels = [re.match(r"::(error|notice) ([^:]*)::", line) for line in lines]
        self.assertTrue(all(levels), lines)
        self.assertEqual([level[1] for level in levels[:3]], ["error"] * 3)
        self.assertIn("100 %25%0A::error::x", lines[0])
        self.assertTrue(self.text("summary.md").startswith("## "))

    def test_the_summary_goes_where_github_wants_it(self):
        (self.path / "step").write_text("before\n", encoding="utf-8")
        step = str(self.path / "step")
        for _ in range(2):
            command = ("run", "household", "-q", "-o", "out", "--format", "github")
            self.assertEqual(self.invitro(*command, GITHUB_STEP_SUMMARY=step).returncode, 0)
        self.assertTrue(self.text("step").startswith("before\n## household"))
        self.assertEqual(self.text("step").count("## household"), 2)
        self.assertFalse((self.path / "out/summary.md").exists())

    def test_code_quality_has_what_gitlab_asks_for(self):
        self.spoilt()
        self.invitro("report", "spoilt.json", "--format", "gitlab")
        report = self.result("gl-code-quality-report.json")
        self.assertEqual(len(report), 3)
        self.assertEqual(len({one["fingerprint"] for one in report}), 3)
        for one in report:
            self.assertTrue(one["description"] and one["check_name"] and one["location"]["path"])
            self.assertIn(one["severity"], ("info", "minor", "major", "critical", "blocker"))
            self.assertGreaterEqual(one["location"]["lines"]["begin"], 1)

    def test_open_metrics_say_what_json_says(self):
        result = self.made("--format", "gitlab")
        lines = self.text("out/metrics.txt").splitlines()
        self.assertEqual(lines[-1], "# EOF")
        sample = re.compile(r'(\w+)\{scenario="household"(?:,quantile="([\d.]+)")?\} (\S+)')
        samples = {}
        for line in lines:
            if line.startswith("#"):
                continue
            match = sample.fullmatch(line)
            self.assertTrue(match, line)
            samples[match[1], match[2]] = float(match[3])
        ring = result["metrics"]["time_to_ring"]
        name = "invitro_time_to_ring_seconds"
        for quantile, figure in (("0.5", "p50"), ("0.99", "p99"), ("0.999", "p99.9"), ("1", "max")):
            self.assertAlmostEqual(samples[name, quantile] * 1e3, ring[figure], places=6)
        self.assertEqual(samples[name + "_count", None], ring["count"])

    def test_percentiles_say_what_json_says(self):
        result = self.made("--format", "hdr")
        for metric in ("time_to_ring", "bytes_per_call"):
            lines = self.text(f"out/{metric}.hgrm").splitlines()
            rows = [line.split() for line in lines[2:] if not line.startswith("#")]
            figures = result["metrics"][metric]
            self.assertAlmostEqual(float(rows[-1][0]), figures["max"], places=2)
            self.assertEqual(int(rows[-1][2]), figures["count"])
            (half,) = [row for row in rows if float(row[1]) == 0.5]
            self.assertAlmostEqual(float(half[0]), figures["p50"], delta=2e-3 * figures["p50"])


class Merge(WithProgram):
    def shards(self, scenario, worlds, count):
        names = []
        for shard in range(count):
            command = ("run", scenario, "-n", worlds, "--shard", f"{shard}/{count}", "-q")
            done = self.invitro(*command, "-o", f"{count}-{shard}")
            self.assertIn(done.returncode, (0, 3, 5), done.stderr)
            names.append(f"{count}-{shard}/result.json")
        return names

    def test_two_and_seven_shards_are_to_the_byte_the_whole(self):
        for scenario in ("lossy", "household"):
            whole = self.invitro("run", scenario, "-n", 9, "-q", "-o", "whole")
            for count in (2, 7):
                names = self.shards(scenario, 9, count)
                done = self.invitro("merge", *reversed(names), "-o", "merged", "-q")
                self.assertEqual(done.returncode, whole.returncode, done.stderr)
                for name in ("result.json", "report.html"):
                    self.assertEqual(self.text(f"merged/{name}"), self.text(f"whole/{name}"))

    def test_what_is_not_the_whole_of_one_run_is_refused(self):
        names = self.shards("household", 4, 2)
        other = self.shards("household", 5, 2)
        for parts, why in (
            (names[:1], "shard 1/2 is missing"),
            ((names[0], names[0]), "is shard 0/2, and so is"),
        ):
            done = self.invitro("merge", *parts, "-o", "merged")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(why, done.stderr)
        # The second run wrote into the same folders: one part of each.
        self.shards("household", 4, 2)
        (self.path / "keep.json").write_text(self.text(other[1]), encoding="utf-8")
        self.shards("household", 5, 2)
        done = self.invitro("merge", names[0], "keep.json", "-o", "merged")
        self.assertEqual(done.returncode, 2)
        self.assertIn("it has another number of worlds", done.stderr)

    def test_without_the_scenario_only_the_charts_of_calls_are_lacking(self):
        text = self.invitro("scenarios", "--show", "household").stdout
        (self.path / "mine.json").write_text(text, encoding="utf-8")
        names = self.shards("mine.json", 4, 2)
        self.invitro("merge", *names, "-o", "whole", "-q")
        (self.path / "mine.json").rename(self.path / "moved.json")
        done = self.invitro("merge", *names, "-o", "lacking", "-q")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("without the sequence charts", done.stderr)
        whole, lacking = self.result("whole/result.json"), self.result("lacking/result.json")
        self.assertTrue(whole["traces"])
        self.assertEqual(lacking, {**whole, "traces": []})
        done = self.invitro("merge", *names, "-o", "found", "-q", "--scenario", "moved.json")
        self.assertEqual(self.text("found/result.json"), self.text("whole/result.json"))
        done = self.invitro("merge", *names, "-o", "wrong", "-q", "--scenario", "lossy")
        self.assertIn("is not the scenario that the parts were made with", done.stderr)


if __name__ == "__main__":
    unittest.main()
