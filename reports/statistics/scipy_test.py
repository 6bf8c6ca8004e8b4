"""Our statistics against those of scipy, on the same data.

    scipy_test.py PROBE

PROBE is built from statistics_probe_test.cpp. Without python3-scipy the test is skipped.
"""

import itertools
import math
import subprocess
import sys
import unittest
import warnings
from pathlib import Path

try:
    import numpy
    from scipy import stats
except ImportError:
    print("skipped: python3-scipy is not installed")
    sys.exit(77)

PROBE = str(Path(sys.argv.pop(1)).resolve())


def ask(*words):
    """What the probe answers, as numbers; [] where it says "none"."""
    line = " ".join(w if isinstance(w, str) else repr(float(w)) for w in words)
    done = subprocess.run([PROBE], input=line + "\n", capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split() if word != "none"]


def side(alternative):
    return alternative.replace("-", "_")


def scipy_p(differences, alternative, mode):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it doubts the approximation for few pairs
        return stats.wilcoxon(
            differences, alternative=alternative, mode=mode, correction=mode == "approx"
        ).pvalue


class AgainstScipy(unittest.TestCase):
    def setUp(self):
        self.random = numpy.random.default_rng(20261126)

    def test_signed_rank_is_exact_for_few_pairs(self):
        for count in (1, 2, 5, 11, 24, 50):
            for shift in (-0.4, 0, 0.6):
                differences = self.random.normal(shift, 1, count)
                for alternative in ("greater", "two-sided"):
                    pairs, _, p, exact = ask("signed_rank", side(alternative), *differences)
                    self.assertEqual((pairs, exact), (count, 1))
                    expected = scipy_p(differences, alternative, "exact")
                    self.assertAlmostEqual(p, expected, delta=1e-12 + 1e-9 * expected)

    def test_signed_rank_approximates_for_many_with_ties_and_zeros(self):
        for count in (60, 200, 900):
            for values in (3, 12, 10**6):
                for shift in (0, 1):
                    differences = self.random.integers(-values, values + 1, count) + shift
                    for alternative in ("greater", "two-sided"):
                        pairs, _, p, exact = ask("signed_rank", side(alternative), *differences)
                        if exact:
                            continue
                        self.assertEqual(pairs, numpy.count_nonzero(differences))
                        expected = scipy_p(differences, alternative, "approx")
                        # Where W+ is as expected scipy corrects by nothing: its p is 1, as ours.
                        self.assertAlmostEqual(p, expected, delta=1e-12 + 1e-9 * expected)

    def test_the_statistic_is_the_same(self):
        differences = self.random.integers(-4, 5, 40)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = stats.wilcoxon(differences, alternative="greater", mode="approx").statistic
        self.assertEqual(ask("signed_rank", "greater", *differences)[1], expected)

    def test_normal_quantiles(self):
        for p in (1e-300, 1e-9, 0.02, 0.5, 0.83, 1 - 1e-12):
            self.assertAlmostEqual(ask("normal_quantile", p)[0], stats.norm.ppf(p), delta=1e-9)

    def test_bootstrap_intervals(self):
        for count, confidence in ((15, 0.9), (60, 0.95), (200, 0.99)):
            values = self.random.exponential(10, count)
            expected = stats.bootstrap(
                (values,), numpy.mean, confidence_level=confidence, n_resamples=10_000,
                method="percentile", random_state=1, vectorized=True,
            ).confidence_interval  # fmt: skip
            low, high = ask("bootstrap_mean", "7", confidence, *values)
            # Both are drawn: their ends differ by a small part of the width.
            width = expected.high - expected.low
            self.assertAlmostEqual(low, expected.low, delta=0.06 * width)
            self.assertAlmostEqual(high, expected.high, delta=0.06 * width)

    def test_holm_by_its_definition(self):
        for count in (1, 2, 7, 20):
            p = self.random.uniform(0, 0.2, count)
            order = numpy.argsort(p, kind="stable")
            steps = [min(1, p[i] * (count - k)) for k, i in enumerate(order)]
            expected = dict(zip(order, itertools.accumulate(steps, max)))
            for place, adjusted in enumerate(ask("holm", *p)):
                self.assertAlmostEqual(adjusted, expected[place], delta=1e-12)

    def test_pairs_needed_by_their_definition(self):
        for shift in (0.3, 0.8):
            values = self.random.normal(shift, 1, 80)
            values[:20] = 0
            differing = values[values != 0]
            sums = [a + b > 0 for a, b in itertools.combinations(differing, 2)]
            z = stats.norm.ppf(0.99) + stats.norm.ppf(0.8)
            noether = math.ceil(z**2 / (3 * (sum(sums) / len(sums) - 0.5) ** 2))
            expected = math.ceil(max(noether, math.ceil(math.log2(100))) * 80 / 60)
            self.assertLessEqual(abs(ask("pairs_needed", 0.01, 0.8, *values)[0] - expected), 1)


if __name__ == "__main__":
    unittest.main()
