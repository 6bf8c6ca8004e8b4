"""Completion scripts and the manual page, as shells and man take them.

    completion_test.py PROGRAM

What a shell that is not installed would say is not tested.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = str(Path(sys.argv.pop(1)).resolve())
SHELLS = ("bash", "zsh", "fish")

# Completes the words of "$@", the last of which is being typed, and prints what bash would offer.
BASH_DRIVER = """
source <(invitro completion bash)
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
compopt() { :; }
_invitro
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Completion(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name)
        # Where shells find the program by its name.
        (self.path / "bin").mkdir()
        (self.path / "bin/invitro").symlink_to(PROGRAM)
        self.environment = {
            **os.environ,
            "PATH": f"{self.path / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.path),
        }

    def run_in(self, *command, **more):
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=60, cwd=self.path,
            env=self.environment, **more,
        )  # fmt: skip

    def output(self, *command, **more):
        done = self.run_in(*command, **more)
        self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        return done.stdout

    def words_in_help(self):
        """Commands, and the options of each, as --help has them."""
        section = self.output("invitro", "--help").split("\nSubcommands:\n")[1]
        commands = re.findall(r"^  ([a-z-]+)", section, re.MULTILINE)
        self.assertIn("run", commands)
        options = {}
        for command in commands:
            text = self.output("invitro", command, "--help").split("\nOptions:\n")[1]
            options[command] = re.findall(r"^  (?:-\w,)?(--[a-z-]+)", text, re.MULTILINE)
        return options

    def in_bash(self, *words):
        return self.output("bash", "-c", BASH_DRIVER, "bash", *words).split()

    def test_every_script_knows_every_command_and_option(self):
        for shell in SHELLS:
            script = self.output("invitro", "completion", shell)
            for command, options in self.words_in_help().items():
                self.assertRegex(script, rf"\b{command}\b")
                for option in options:
                    word = f"-l {option[2:]}\\b" if shell == "fish" else f"{option}\\b"
                    self.assertRegex(script, word, f"{shell} {command}")

    def test_another_shell_is_refused(self):
        done = self.run_in("invitro", "completion", "csh")
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_bash_offers_commands_options_and_values(self):
        self.assertEqual(self.in_bash("invitro", "comp"), ["completion"])
        self.assertEqual(self.in_bash("invitro", "run", "--wor"), ["--worlds"])
        self.assertEqual(self.in_bash("invitro", "run", "--format", "ju"), ["junit"])
        self.assertEqual(self.in_bash("invitro", "run", "--format", "=", "ju"), ["junit"])
        self.assertEqual(
            self.in_bash("invitro", "run", "--format", "csv,g"), ["csv,github", "csv,gitlab"]
        )
        self.assertEqual(self.in_bash("invitro", "check", "--property", "ring-on"), ["ring-once"])
        self.assertEqual(self.in_bash("invitro", "completion", ""), ["bash", "zsh", "fish"])
        self.assertEqual(self.in_bash("invitro", "run", "--seed", ""), [])

    def test_bash_offers_scenarios_and_files(self):
        (self.path / "house of mine.json").write_text("{}", encoding="utf-8")
        offered = self.output("bash", "-c", BASH_DRIVER, "bash", "invitro", "run", "hous")
        self.assertEqual(offered.splitlines(), ["household", "house of mine.json"])
        names = [line.split()[0] for line in self.output("invitro", "scenarios").splitlines()]
        offered = self.output("bash", "-c", BASH_DRIVER, "bash", "invitro", "gate", "")
        self.assertLessEqual(set(names), set(offered.splitlines()))

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish_offers_commands_options_and_values(self):
        script = self.output("invitro", "completion", "fish")
        (self.path / "c.fish").write_text(script, encoding="utf-8")

        def offered(line):
            text = self.output("fish", "--no-config", "-c", f"source c.fish; complete -C '{line}'")
            return {one.split("\t")[0] for one in text.splitlines()}

        self.assertEqual(offered("invitro comp"), {"completion"})
        self.assertIn("--worlds", offered("invitro run --wor"))
        self.assertEqual(offered("invitro run --format ju"), {"junit"})
        self.assertEqual(offered("invitro run --format csv,g"), {"csv,github", "csv,gitlab"})
        self.assertEqual(offered("invitro check --property ring-on"), {"ring-once"})
        self.assertIn("household", offered("invitro run hous"))
        self.assertEqual(offered("invitro completion "), {"bash", "zsh", "fish"})

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_takes_its_script(self):
        script = self.output("invitro", "completion", "zsh")
        (self.path / "_invitro").write_text(script, encoding="utf-8")
        self.output("zsh", "-n", "_invitro")
        # Loaded as compinit does it; what it offers needs a terminal.
        done = self.output("zsh", "-f", "-c", (
            "fpath=($PWD $fpath); autoload -Uz compinit; compinit -D -u; "
            "print -r -- $_comps[invitro]; autoload +X -Uz _invitro; whence -w _invitro"
        ))  # fmt: skip
        self.assertEqual(done.split(), ["_invitro", "_invitro:", "function"])

    def test_the_manual_page_has_everything_and_no_mistake(self):
        page = self.output("invitro", "manual")
        for command, options in self.words_in_help().items():
            self.assertIn(f".SS {command}\n".replace("-", "\\-"), page)
            for option in options:
                self.assertIn(option.replace("-", "\\-"), page)
        if shutil.which("groff"):
            text = self.output("groff", "-man", "-Tutf8", "-ww", input=page)
            self.assertIn("invitro merge part0/result.json", text)


if __name__ == "__main__":
    unittest.main()
