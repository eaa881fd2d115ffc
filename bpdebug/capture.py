"""How much of a run's tensors is recorded: the policies, and the plan that `--capture` spells out.

Both halves read this page: the command line checks a plan before the script runs, the child follows it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .errors import UsageError
from .iterations import parse_iterations
from .launch import CaptureOptions
from .log.keep import FULL, Keep
from .patterns import pattern_matches

__all__ = ["POLICIES", "CapturePlan", "Policy", "Rule", "parse_bytes", "parse_capture", "plan_of"]

_SAMPLE = 64
_NEVER = 1 << 32
_FULL_AT_FIRST = 3
_FULL_EARLY = (25, 50)
_FULL_EVERY = 100


@dataclass(frozen=True)
class Policy:
    """One way to record a tensor.

    Attributes:
        summary: for help and docs.
        keep: what of a tensor it keeps, and why not more.
        iterations: it takes a number, as in `last:5`.
        thinned: in some iterations (see `is_full`) it keeps everything.
    """

    name: str
    summary: str
    keep: Keep
    iterations: bool = False
    thinned: bool = False

    def keep_in(self, iteration: int) -> Keep:
        """What it keeps of a tensor in an iteration."""
        return FULL if self.thinned and is_full(iteration) else self.keep


def is_full(iteration: int) -> bool:
    """Whether a thinned policy keeps everything of this iteration: more seldom later, as less changes then."""
    return iteration < _FULL_AT_FIRST or iteration in _FULL_EARLY or iteration % _FULL_EVERY == 0


def _full_again_in(iteration: int) -> int:
    """The next iteration of which `is_full` may say something else."""
    if is_full(iteration):
        return iteration + 1
    multiple = (iteration // _FULL_EVERY + 1) * _FULL_EVERY
    return min(full for full in (*_FULL_EARLY, multiple) if full > iteration)


POLICIES = {
    policy.name: policy
    for policy in (
        Policy("full", "every value of every tensor", FULL),
        Policy(
            "sample",
            f"statistics, and {_SAMPLE} values of each tensor, evenly spaced",
            Keep(
                False, True, _SAMPLE, f"the run kept statistics and {_SAMPLE} values only (--capture sample)"
            ),
        ),
        Policy(
            "stats",
            "statistics: min, max, mean, standard deviation, L2 norm, counts of NaN, infinities and zeros",
            Keep(False, True, 0, "the run kept statistics only (--capture stats)"),
        ),
        Policy(
            "none",
            "dtype and shape, and whether all values are finite",
            Keep(False, False, 0, "the run kept no values (--capture none)"),
        ),
        Policy(
            "sparse",
            "tensors of up to 16 KiB in full; larger ones in iterations 0 to 2, 25, 50 and every 100th, and where a"
            " value is not finite",
            Keep(False, False, 0, "the run kept large tensors now and then only (--capture sparse)", 1 << 14),
            thinned=True,
        ),
        Policy(
            "last",
            "a flight recorder: the last N iterations in full, of older ones the statistics",
            FULL,
            iterations=True,
        ),
    )
}
"""The policies by name, the one that keeps most first."""

_FLIGHT = "last:10"
"""What is recorded of a run that waits for a condition, unless something else is asked for."""


@dataclass(frozen=True)
class Rule:
    """A policy, and what it is for: patterns of scopes and ops; none: everything."""

    policy: Policy
    patterns: tuple[str, ...] = ()

    def fits(self, names: Sequence[str]) -> bool:
        """Whether it is for an event that goes by these names."""
        return not self.patterns or any(
            pattern_matches(pattern, name) for pattern in self.patterns for name in names if name
        )


@dataclass(frozen=True)
class CapturePlan:
    """What is recorded of a run.

    Attributes:
        text: as it was typed, in short.
        rules: the first one that fits counts; where none does, everything is kept.
        last: so many iterations keep their values, 0: all.
        iterations: values are kept from the first of these on up to the second (None: to the end) only.
        max_bytes: the budget; None: none.
        keep_when, until: the conditions that values of the last iterations wait for; "": none.
    """

    text: str = "full"
    rules: tuple[Rule, ...] = ()
    last: int = 0
    iterations: tuple[int, int | None] | None = None
    max_bytes: int | None = None
    keep_when: str = ""
    until: str = ""

    def stretch(self, iteration: int) -> tuple[bool, bool]:
        """Two iterations of which this is the same keep the same."""
        first, end = self.iterations or (0, None)
        inside = iteration >= first and (end is None or iteration < end)
        return inside, is_full(iteration) and any(rule.policy.thinned for rule in self.rules)

    def stretch_end(self, iteration: int) -> int:
        """The first later iteration that may keep something else than this one."""
        bounds = [bound for bound in self.iterations or () if bound is not None and bound > iteration]
        if any(rule.policy.thinned for rule in self.rules):
            bounds.append(_full_again_in(iteration))
        return min(bounds, default=_NEVER)

    @property
    def last_asked_by(self) -> str:
        """The options because of which the last iterations only keep their values."""
        waiting = (("--keep-when", self.keep_when), ("--until", self.until))
        return " and ".join(option for option, text in waiting if text) or f"--capture last:{self.last}"

    @property
    def everything(self) -> bool:
        """Nothing is left out, ever."""
        return not self.rules and self.iterations is None and self.max_bytes is None

    def keep(self, phase: str, scope: str, label: str, iteration: int) -> Keep:
        """What is to be kept of the tensors of an event."""
        inside = f"{scope}/{label}" if scope else label
        names = (f"{phase}/{inside}", inside, scope, label)
        keep = next((rule.policy.keep_in(iteration) for rule in self.rules if rule.fits(names)), FULL)
        if keep.values and self.iterations is not None:
            first, end = self.iterations
            if iteration < first or (end is not None and iteration >= end):
                until = "on" if end is None else f"to {end - 1}"
                why = f"values were kept from iteration {first} {until} (--iterations)"
                return Keep(False, True, 0, why)
        return keep


def parse_capture(
    text: str, iterations: tuple[int, int | None] | None = None, max_bytes: int | None = None
) -> CapturePlan:
    """The plan that `text` says: `full`, `last:5`, `full@MLP.l1/*,*.W;stats`.

    Rules stand between semicolons, each a policy and, behind an `@`, patterns for what it is for.

    Raises:
        UsageError: it isn't one.
    """
    rules = []
    last = 0
    for word in text.split(";"):
        name, at, patterns = (part.strip() for part in word.partition("@"))
        policy_name, _, number = name.partition(":")
        policy = POLICIES.get(policy_name)
        if policy is None:
            raise UsageError(
                f"--capture {text}: {policy_name or 'nothing'} is no policy; there are {_choices()}"
            )
        if policy.iterations:
            last = _number_of_iterations(text, number, last)
        elif number:
            raise UsageError(f"--capture {text}: {policy_name} takes no number")
        several = tuple(part.strip() for part in patterns.split(",") if part.strip())
        if at and not several:
            raise UsageError(
                f"--capture {text}: what is {policy_name} for? Behind the @ stands a scope or an op, "
                "such as MLP.l1/* or relu"
            )
        rules.append(Rule(policy, several))
    if last and any(rule.policy.name == "full" for rule in rules):
        raise UsageError(
            f"--capture {text}: last:{last} drops the values of older iterations, full keeps all; use one of them"
        )
    if [rule.policy.name for rule in rules] == ["full"] and not rules[0].patterns:
        rules = []
    shown = ";".join(word.strip() for word in text.split(";"))
    if iterations is not None:
        shown += f" in {iterations[0]}:{'' if iterations[1] is None else iterations[1]}"
    return CapturePlan(shown, tuple(rules), last, iterations, max_bytes)


def plan_of(options: CaptureOptions) -> CapturePlan:
    """The plan that the command line's options say.

    Raises:
        UsageError: they say none.
    """
    iterations = None if options.iterations is None else parse_iterations(options.iterations)
    max_bytes = None if options.max_bytes is None else parse_bytes(options.max_bytes)
    policy = options.policy
    waits = options.keep_when is not None or options.until is not None
    if waits and policy == "full":
        policy = _FLIGHT
    plan = parse_capture(policy, iterations, max_bytes)
    if waits and not plan.last:
        raise UsageError(
            f"--capture {policy}: --keep-when and --until keep the last iterations, so they go with last:N"
        )
    return replace(plan, keep_when=options.keep_when or "", until=options.until or "")


def _number_of_iterations(text: str, number: str, before: int) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", number):
        raise UsageError(f"--capture {text}: of how many iterations? Write last:10")
    if before not in (0, int(number)):
        raise UsageError(
            f"--capture {text}: a run has one flight recorder, of {before} or of {number} iterations"
        )
    return int(number)


def _choices() -> str:
    *names, last = (f"{name}:N" if policy.iterations else name for name, policy in POLICIES.items())
    return f"{', '.join(names)} and {last}"


_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_UNITS |= {f"{unit}i": 1 << 10 * power for power, unit in enumerate("KMGT", 1)}
_SIZE = re.compile(r"(?P<number>[0-9]{1,12}(?:\.[0-9]{1,6})?)\s*(?P<unit>[KMGT]i?|)B?", re.IGNORECASE)


def parse_bytes(text: str) -> int:
    """`2GB` as 2000000000, `2GiB` as 2147483648; a number alone is in bytes.

    Raises:
        UsageError: it isn't a size.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"--max-bytes {text}: not a size; write 500MB or 2GiB")
    unit = match["unit"].upper().replace("I", "i")
    size = int(float(match["number"]) * _UNITS[unit])
    if not size:
        raise UsageError(f"--max-bytes {text}: nothing can be recorded in no bytes")
    return size
