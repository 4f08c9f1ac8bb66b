#!/usr/bin/env python3
"""How squawk judges the forms that RuleVerdictTest judges: silent misses and false alarms.

usage: compare.py SQUAWK TRUTH MAJOR
SQUAWK is the squawk command (npm install squawk-cli), TRUTH the file that RuleVerdictTest writes with
-Dschemaward.truth=FILE. Timeouts are set before each form, and rules about style do not count.
"""
import json
import subprocess
import sys

HEAVY = {
    "require-concurrent-index-creation", "require-concurrent-reindex", "constraint-missing-not-valid",
    "adding-field-with-default", "adding-not-nullable-field",
    "adding-serial-primary-key-field", "changing-column-type", "disallowed-unique-constraint",
    "ban-alter-domain-with-add-constraint", "prefer-repack",
}
STYLE = {
    "prefer-big-int", "prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity", "prefer-text-field",
    "prefer-timestamp-tz", "prefer-timestamptz", "prefer-robust-stmts", "require-table-schema", "identifier-too-long",
    "ban-char-field", "require-timeout-settings", "require-enum-value-ordering",
}


def rules(squawk, sql, major):
    script = "SET lock_timeout = '2s'; SET statement_timeout = '10s';\n" + sql + ";\n"
    done = subprocess.run(
        [squawk, "--reporter", "json", "--pg-version", major, "--stdin-filepath", "form.sql"],
        input=script, capture_output=True, text=True)
    return {finding["rule_name"] for finding in json.loads(done.stdout or "[]")} - STYLE


def main():
    squawk, truth, major = sys.argv[1:4]
    harmful, missed, alarms, unread, forms = 0, [], [], [], 0
    for line in open(truth):
        harm, sql = line.rstrip("\n").split(" ", 1)
        found = rules(squawk, sql, major)
        forms += 1
        if "syntax-error" in found:
            unread.append(sql)
        if harm == "harm":
            harmful += 1
            if not found - {"syntax-error"}:
                missed.append(sql)
        elif found & HEAVY:
            alarms.append(sql + " " + str(sorted(found & HEAVY)))
    for what, lines in (("missed", missed), ("false alarm", alarms), ("not read", unread)):
        for sql in lines:
            print(what + ": " + sql)
    print(f"{forms} forms, {harmful} make others wait: squawk missed {len(missed)}, false alarms {len(alarms)},"
          f" not read {len(unread)}")


main()
