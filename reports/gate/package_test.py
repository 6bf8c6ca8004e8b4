"""Another project's CMake finds the installed program and gates with it.

    package_test.py CMAKE CMAKE_FOLDER PROGRAM

The files are laid as `cmake --install` does it.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CMAKE, CMAKE_FOLDER, PROGRAM = sys.argv.pop(1), Path(sys.argv.pop(1)), sys.argv.pop(1)

PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(gated LANGUAGES NONE)
enable_testing()
find_package(invitro REQUIRED)
invitro_add_gate(family SCENARIOS household BASELINE gates FORMATS junit LABELS gates)
"""


class Package(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name)
        (self.path / "prefix/bin").mkdir(parents=True)
        shutil.copy(PROGRAM, self.path / "prefix/bin/invitro")
        package = self.path / "prefix/lib/cmake/invitro"
        package.mkdir(parents=True)
        for name in ("invitro-config.cmake", "InvitroGate.cmake"):
            shutil.copy(CMAKE_FOLDER / name, package)
        (self.path / "gated").mkdir()

    def run_tool(self, *command):
        return subprocess.run(
            list(map(str, command)), capture_output=True, text=True, check=False, timeout=300,
            cwd=self.path / "gated",
        )  # fmt: skip

    def configure(self, text):
        (self.path / "gated/CMakeLists.txt").write_text(text, encoding="utf-8")
        prefix = f"-DCMAKE_PREFIX_PATH={self.path / 'prefix'}"
        return self.run_tool(CMAKE, "-S", ".", "-B", "build", prefix)

    def gate(self):
        ctest = Path(CMAKE).with_name("ctest")
        return self.run_tool(ctest, "--test-dir", "build", "-L", "gates", "--output-on-failure")

    def test_a_gate_passes_and_fails(self):
        done = self.configure(PROJECT)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("--update makes one", self.gate().stdout)
        done = self.run_tool(CMAKE, "--build", "build", "--target", "family_update")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = self.gate()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertTrue((self.path / "gated/build/family/junit.xml").exists())

        path = self.path / "gated/gates/household.baseline.json"
        baseline = json.loads(path.read_text("utf-8"))
        baseline["fingerprint"] = "0" * 32
        for world in baseline["worlds"]:
            world["time_to_ring.mean"] /= 2
        path.write_text(json.dumps(baseline), encoding="utf-8")
        done = self.gate()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("household: regression", done.stdout)

    def test_a_gate_without_baseline_is_a_mistake(self):
        done = self.configure(PROJECT.replace("BASELINE gates", ""))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("invitro_add_gate(family): SCENARIOS or BASELINE is missing", done.stderr)

    def test_a_prefix_without_the_program_is_not_found(self):
        (self.path / "prefix/bin/invitro").unlink()
        done = self.configure(PROJECT)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("there is no program", done.stderr)


if __name__ == "__main__":
    unittest.main()
