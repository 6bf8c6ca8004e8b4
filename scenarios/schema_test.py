"""Holds the shipped scenarios, and some wrong ones, against the emitted schema.

    schema_test.py PROGRAM FILE...      PROGRAM prints the schema

The validator is python3-jsonschema: an independent reading of the draft. Without it the test is
skipped (exit code 77).
"""

import json
import re
import subprocess
import sys
from pathlib import Path

SKIPPED = 77

# A text, so that what looks like a comment in it stays; or a comment.
TEXT_OR_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)

# Each wrong in one way that a schema can see.
WRONG = [
    '{"networkk": {}}',
    '{"network": {"losss": "1%"}}',
    '{"network": {"loss": 0.5}}',
    '{"network": {"loss": "120%"}}',
    '{"network": {"reordering_delay": 250}}',
    '{"network": {"reordering_delay": "250"}}',
    '{"network": {"reordering_delay": "250sec"}}',
    '{"nat": "EIM"}',
    '{"nat": {"EIM": 1}}',
    '{"nat": {"BLK": 0}}',
    '{"access": {}}',
    '{"brokers": {"site": "Frankfort"}}',
    '{"brokers": {"reflectors": ["Frankfurt"]}}',
    '{"policy": "frist"}',
    '{"population": {"people": -1}}',
    '{"population": {"people": 10000001}}',
    '{"population": {"devices_per_person": {"two": 1}}}',
    '{"population": {"devices": [{"number": 1}]}}',
    '{"push": {"delay": {"uniform": ["1s"]}}}',
    '{"push": {"delay": {"lognormal": {"median": "1s"}}}}',
    '{"push": {"delay": {"uniform": ["1s", "2s"], "exponential": {"mean": "1s"}}}}',
    '{"workload": {"calls": [{"number": 1, "initiator": 1, "callee": "Ada"}]}}',
    '{"faults": [{"number": 1, "kind": "flood"}]}',
    '{"faults": [{"number": 1, "kind": "loss", "target": "moon"}]}',
    '{"schedule": []}',
    '{"thresholds": {"acept_delivery.p99": "2s"}}',
    '{"thresholds": {"accept_delivery.p98": "2s"}}',
    '{"thresholds": {"accept_delivery.p99": 2}}',
    '{"thresholds": {"direct_rate.value": {"at_last": "60%"}}}',
    '{"name": "a/b"}',
    '[]',
]

RIGHT = [
    "{}",
    '{"access": [{"value": "wifi", "weight": 3}, {"value": "4g"}]}',
    '{"nat": [{"value": {"kind": "BLK", "hairpinning": false}}, {"value": "PUB"}]}',
    '{"population": {"devices_per_person": 3}}',
    '{"push": {"delay": "500ms", "loss": "100%"}}',
    '{"push": {"delay": {"uniform": ["1s", "3s"]}, "loss": "33.33333333%"}}',
    '{"push": {"delay": {"exponential": {"mean": "2s"}}}}',
    '{"thresholds": {"direct_rate.value": {"at_least": "60%"}, "time_to_ring.count": 3}}',
    '{"faults": [{"number": 1, "kind": "loss", "end": "never", "target": "device 12"}]}',
]


def without_comments(text: str) -> str:
    return TEXT_OR_COMMENT.sub(lambda match: match[1] or " ", text)


def main() -> int:
    try:
        import jsonschema
    except ImportError:
        print("skipped: the Python module jsonschema is missing; install python3-jsonschema")
        return SKIPPED
    program, *files = sys.argv[1:]
    printed = subprocess.run([program], check=True, capture_output=True, text=True)
    schema = json.loads(printed.stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    failures = 0

    def judge(name: str, text: str, is_right: bool) -> None:
        nonlocal failures
        errors = list(validator.iter_errors(json.loads(without_comments(text))))
        if bool(errors) == is_right:
            failures += 1
            why = errors[0].message[:300] if errors else "the schema takes it"
            print(f"{name}: {why}")

    for file in files:
        judge(file, Path(file).read_text(encoding="utf-8"), is_right=True)
    for text in RIGHT:
        judge(text, text, is_right=True)
    for text in WRONG:
        judge(text, text, is_right=False)
    count = len(files) + len(RIGHT) + len(WRONG)
    print(f"{count} documents, {failures} judged otherwise than expected")
    return 1 if failures or not files else 0


if __name__ == "__main__":
    sys.exit(main())
