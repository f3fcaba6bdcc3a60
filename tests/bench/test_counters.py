#!/usr/bin/python3
"""test_counters.py - gconv-bench --counters: exact figures through PAPI's software-defined events, and what cannot be counted."""
# SPDX-License-Identifier: Apache-2.0

import os
import unittest
import unittest.mock
from pathlib import Path

from tool import SMALL, bench, rows

INSIDE = "g8mb1ic64oc64ih8kh3"  # no padding: all MACs are useful
OWN = ("useful_macs", "executed_macs", "packed_bytes", "workspace_bytes")
COLUMNS = ("counters", "counters_per_mac", "counters_per_byte", "ipc", "ghz")


def values(text):
    return {name: float(value) for name, _, value in (item.rpartition("=") for item in text.split(";"))}


class WithPapi(unittest.TestCase):
    def setUp(self):
        if "built without PAPI" in bench(f"--problems={SMALL}", "--kernels=direct", "--threads=1", "--counters=useful_macs").stderr:
            self.skipTest("no PAPI in this build")


class SoftwareDefinedEvents(WithPapi):
    def test_merging_m_groups_does_exactly_m_times_the_work(self):
        factors = (1, 2, 4, 8)
        kernels = ",".join(f"merged_gemm@m{m}" for m in factors)
        done, found = rows("--counters=useful_macs,executed_macs", f"--problems={INSIDE}", f"--kernels={kernels}", "--threads=1,2",
                           "--cache=warm,cold")
        self.assertEqual(len(found), len(factors) * 4)
        for row in found:
            counted = values(row["counters"])
            self.assertEqual(counted["executed_macs"] / counted["useful_macs"], int(row["kernel"].partition("@m")[2]), row)
        self.assertNotIn("not counted here", done.stderr)

    def test_counts_are_the_plan_s_and_divide_exactly(self):
        _, found = rows(f"--counters={','.join(OWN)}", f"--problems={SMALL}", "--kernels=direct,im2col_gemm,naive_split", "--threads=1,2")
        for row in found:
            counted, mac, byte = (values(row[name]) for name in COLUMNS[:3])
            expected = {"useful_macs": int(row["macs"]), **{name: int(row[name]) for name in OWN[1:]}}
            self.assertEqual(counted, expected, row)
            for name, value in expected.items():
                self.assertAlmostEqual(mac[name], value / int(row["macs"]), places=12)
                self.assertAlmostEqual(byte[name], value / int(row["min_bytes"]), places=12)
            self.assertEqual((row["ipc"], row["ghz"]), ("", ""))

    def test_native_names_count_the_same(self):
        done, found = rows("--verbose", "--counters=executed_macs,sde:::gconv::executed_macs", f"--problems={SMALL}", "--kernels=merged_gemm@m2",
                           "--threads=1")
        short, native = values(found[0]["counters"]).values()
        self.assertEqual(short, native)
        self.assertIn("counter_executed_macs: sde:::gconv::executed_macs", done.stderr)


class NotCounted(WithPapi):
    def test_an_unknown_event_is_named_with_a_reason_and_stops_nothing(self):
        done, found = rows("--counters=useful_macs,nowhere:::NO_SUCH", f"--problems={SMALL}", "--kernels=direct", "--threads=1")
        said = [line for line in done.stderr.splitlines() if "not counted here" in line]
        self.assertEqual(len(said), 1)
        self.assertRegex(said[0], r"^gconv-bench: not counted here: nowhere:::NO_SUCH \(.+\)$")
        self.assertEqual(list(values(found[0]["counters"])), ["useful_macs"])
        self.assertEqual(found[0]["status"], "ok")

    def test_hardware_counters_are_there_or_named_in_one_sentence(self):
        asked = ["cycles", "instructions", "l1d_miss", "l2_miss", "l3_miss", "fp_ops", "stalls"]
        done, found = rows(f"--counters={','.join(asked)}", f"--problems={SMALL}", "--kernels=direct", "--threads=1,2")
        said = [line for line in done.stderr.splitlines() if "not counted here" in line]
        counted = values(found[0]["counters"]) if found[0]["counters"] else {}
        missing = [name for name in asked if name not in counted]
        self.assertEqual(len(said), 1 if missing else 0)
        for name in missing:
            self.assertRegex(said[0], rf"[ ,]{name}[, ]")
        for row in found:
            self.assertEqual(row["status"], "ok")
            if not counted:
                self.assertEqual([row[name] for name in COLUMNS], [""] * len(COLUMNS))


@unittest.skipUnless(os.environ.get("PAPI_DOUBLE"), "no PAPI in this build, or a build that cannot be preloaded")
class KnownHardware(unittest.TestCase):
    """With papi_double.c before PAPI: two counters, and on thread t 1000 (t + 1) cycles, twice the instructions, 7 misses."""

    @classmethod
    def setUpClass(cls):
        cls.done, found = rows("--counters=cycles,instructions,rapl:::ENERGY,l1d_miss,l3_miss,l2_miss", f"--problems={SMALL}", "--kernels=direct",
                               "--threads=1,2", preload=os.environ["PAPI_DOUBLE"])
        cls.rows = {int(row["threads"]): row for row in found}
        cls.values = {threads: values(row["counters"]) for threads, row in cls.rows.items()}

    def test_more_events_than_counters_are_counted_all_the_same(self):
        for threads in (1, 2):
            self.assertEqual(list(self.values[threads]), ["cycles", "instructions", "rapl:::ENERGY", "l1d_miss", "l2_miss"])

    def test_threads_are_added_up(self):
        for threads, cycles, misses in ((1, 1000, 7), (2, 1000 + 2000, 7 + 7)):
            counted = self.values[threads]
            self.assertAlmostEqual(counted["cycles"] / counted["l1d_miss"], cycles / misses, places=9)
            self.assertAlmostEqual(counted["l1d_miss"] / counted["l2_miss"], 7 / 3, places=9)

    def test_what_is_not_of_a_cpu_is_counted_once(self):
        for threads in (1, 2):
            self.assertAlmostEqual(self.values[threads]["rapl:::ENERGY"] / self.values[threads]["l1d_miss"], 50 / (7 * threads), places=9)

    def test_figures_that_follow(self):
        for row in self.rows.values():
            self.assertEqual(float(row["ipc"]), 2)
            self.assertGreater(float(row["ghz"]), 0)

    def test_what_the_hardware_lacks_is_named(self):
        self.assertIn("gconv-bench: not counted here: l3_miss (no such event)\n", self.done.stderr)


@unittest.skipUnless(os.environ.get("PAPI_DOUBLE"), "no PAPI in this build, or a build that cannot be preloaded")
class LimitedHardware(unittest.TestCase):
    """The same, where something is in the way: a sentence with the reason, figures that are there, and no row that fails for it."""

    def ask(self, kind):
        environment = {**os.environ, "PAPI_DOUBLE_IS": kind}
        with unittest.mock.patch.dict(os.environ, environment):
            done, found = rows("--counters=cycles,instructions,l1d_miss", f"--problems={SMALL}", "--kernels=direct,naive_split", "--threads=2",
                               preload=os.environ["PAPI_DOUBLE"])
        self.assertEqual({row["status"] for row in found}, {"ok"}, done.stderr)
        return done.stderr, found

    def nothing(self, kind, reason):
        said, found = self.ask(kind)
        self.assertIn(f"gconv-bench: not counted here: {reason}\n", said)
        for row in found:
            self.assertEqual([row[name] for name in COLUMNS], [""] * len(COLUMNS))

    def test_a_component_that_is_disabled_says_why_itself(self):
        self.nothing("paranoid", "cycles, instructions, l1d_miss (perf_event support disabled by Linux with paranoid=4)")

    def test_a_container_that_forbids_it(self):
        level = Path("/proc/sys/kernel/perf_event_paranoid").read_text().strip() if Path("/proc/sys/kernel/perf_event_paranoid").exists() else "0"
        why = "" if int(level) > 2 else ", which allows it, so a container or seccomp forbids it"
        self.nothing("forbidden", f"cycles, instructions, l1d_miss (Permission level does not permit operation: perf_event_paranoid is {level}{why})")

    def test_counters_that_a_hypervisor_only_pretends(self):
        said, found = self.ask("zero")
        self.assertIn("not counted here: cycles, instructions (the counter stays at zero)\n", said)
        self.assertEqual([values(row["counters"]) for row in found], [{"l1d_miss": 0}] * 2)  # which may be zero

    def test_counters_that_open_together_and_never_count(self):
        """As where a watchdog has taken one: each is then counted in a run of its own."""
        _, found = self.ask("watchdog")
        for row in found:
            self.assertEqual(float(row["ipc"]), 2)
            self.assertAlmostEqual(values(row["counters"])["cycles"] / values(row["counters"])["l1d_miss"], 3000 / 14, places=9)

    def test_counters_that_are_lost_during_the_run(self):
        said, found = self.ask("stops")
        self.assertIn("gconv-bench: group 0 of the counters is missing in a row: counters do not stop: A System/C library call failed\n", said)
        self.assertEqual(found[-1]["counters"], "")


class Always(unittest.TestCase):
    def test_without_the_option_columns_are_empty(self):
        done, found = rows(f"--problems={SMALL}", "--kernels=direct", "--threads=1")
        self.assertEqual([found[0][name] for name in COLUMNS], [""] * len(COLUMNS))
        self.assertNotIn("counted", done.stderr)

    def test_a_build_without_papi_says_so_and_measures(self):
        done, found = rows("--counters=cycles,useful_macs", f"--problems={SMALL}", "--kernels=direct", "--threads=1")
        if "built without PAPI" not in done.stderr:
            self.skipTest("this build has PAPI")
        self.assertEqual([found[0][name] for name in COLUMNS], [""] * len(COLUMNS))
        self.assertEqual(found[0]["status"], "ok")

    def test_usage(self):
        self.assertIn("'cylces' is neither a short name (--counters=list) nor one of PAPI's",
                      bench("--counters=cycles,cylces", code=2).stderr)
        self.assertIn("'sde:::gconv::useless' is neither", bench("--counters=sde:::gconv::useless", code=2).stderr)
        self.assertIn("--counters: '' is not the name of a counter", bench("--counters=", code=2).stderr)
        shown = bench("--counters=list").stdout
        for name in ("cycles", "l2_miss", *OWN):
            self.assertRegex(shown, rf"(?m)^{name} ")


if __name__ == "__main__":
    unittest.main()
