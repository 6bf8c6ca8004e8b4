"""Holds a result that the built program makes against result.schema.json.

    result_schema_test.py PROGRAM SCHEMA

Exit code 77 (skipped) where python3-jsonschema is not installed.
"""

import copy
import json
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)


def main(program: str, schema_path: str) -> None:
    schema = json.loads(Path(schema_path).read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "run", "household", "--worlds", "2", "--out", folder, "--quiet"]
        subprocess.run(command, check=True, timeout=300)
        result = json.loads((Path(folder) / "result.json").read_text(encoding="utf-8"))
    mistakes = [f"/{'/'.join(map(str, m.path))}: {m.message}" for m in validator.iter_errors(result)]
    print("\n".join(mistakes) or "the result follows its schema")

    # A schema that accepts everything would accept this too.
    broken = copy.deepcopy(result)
    broken["properties"][0]["verdict"] = "perhaps"
    if validator.is_valid(broken):
        mistakes.append("the schema accepts a verdict that there is not")
    sys.exit(1 if mistakes else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
